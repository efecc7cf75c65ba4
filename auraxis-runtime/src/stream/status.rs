//! State of the stream that other threads can read.

use std::{
    collections::{BTreeMap, BTreeSet},
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
    /// The links that are up.
    links: watch::Sender<BTreeSet<u32>>,
    /// Whether any link has ever been up.
    was_connected: AtomicBool,
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
        self.links.send_if_modified(|links| links.insert(link));
    }

    pub(crate) fn set_link_down(&self, link: u32) {
        self.links.send_if_modified(|links| links.remove(&link));
    }

    pub(crate) fn was_connected(&self) -> bool {
        self.was_connected.load(Ordering::Acquire)
    }

    /// Waits until a link is up.
    pub(crate) async fn connected(&self) {
        // Cannot fail, because the sender is in `self`.
        let _ = self.links.subscribe().wait_for(|links| !links.is_empty()).await;
    }
}
