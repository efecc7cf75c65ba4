//! State of the stream that other threads can read.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use auraxis_core::id::WorldId;
use tokio::sync::watch;

use super::health::Health;

/// The state of the worlds and the links.
#[derive(Debug, Default)]
pub(crate) struct Status {
    worlds: Mutex<BTreeMap<WorldId, bool>>,
    /// The last snapshot.
    health: Mutex<Arc<Health>>,
    links: watch::Sender<LinkStates>,
    /// Whether any link has ever been up.
    was_connected: AtomicBool,
}

#[derive(Debug, Default)]
struct LinkStates {
    up: BTreeSet<u32>,
    /// The links of each subscription, of which one suffices.
    needed: Vec<Range<u32>>,
}

impl LinkStates {
    fn are_ready(&self) -> bool {
        let is_up = |links: &Range<u32>| self.up.range(links.clone()).next().is_some();
        !self.up.is_empty() && self.needed.iter().all(is_up)
    }
}

impl Status {
    pub(crate) fn worlds(&self) -> BTreeMap<WorldId, bool> {
        self.worlds.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Records the state of a world. Returns whether it has changed.
    pub(crate) fn set_world(&self, world: WorldId, online: bool) -> bool {
        self.worlds.lock().unwrap_or_else(PoisonError::into_inner).insert(world, online) != Some(online)
    }

    pub(crate) fn health(&self) -> Arc<Health> {
        Arc::clone(&self.health.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set_health(&self, health: Health) {
        *self.health.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(health);
    }

    pub(crate) fn set_link_up(&self, link: u32) {
        self.was_connected.store(true, Ordering::Release);
        self.links.send_if_modified(|links| links.up.insert(link));
    }

    pub(crate) fn set_link_down(&self, link: u32) {
        self.links.send_if_modified(|links| links.up.remove(&link));
    }

    /// Sets the links of each subscription.
    pub(crate) fn set_needed_links(&self, needed: Vec<Range<u32>>) {
        self.links.send_modify(|links| links.needed = needed);
    }

    pub(crate) fn was_connected(&self) -> bool {
        self.was_connected.load(Ordering::Acquire)
    }

    /// Waits until a link of each subscription is up.
    pub(crate) async fn connected(&self) {
        // Cannot fail, because the sender is in `self`.
        let _ = self.links.subscribe().wait_for(LinkStates::are_ready).await;
    }
}
