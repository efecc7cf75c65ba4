//! What the stream tells others about itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use auraxis_core::id::WorldId;
use tokio::sync::watch;

/// Which worlds are up, and whether there is a connection.
#[derive(Debug, Default)]
pub(crate) struct Status {
    worlds: Mutex<BTreeMap<WorldId, bool>>,
    /// Which links are up.
    links: watch::Sender<BTreeSet<u32>>,
    /// Whether any link has ever been up.
    was_connected: AtomicBool,
}

impl Status {
    pub(crate) fn worlds(&self) -> BTreeMap<WorldId, bool> {
        self.worlds.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes note of the state of a world. Says whether it is another than before.
    pub(crate) fn set_world(&self, world: WorldId, online: bool) -> bool {
        self.worlds.lock().unwrap_or_else(PoisonError::into_inner).insert(world, online) != Some(online)
    }

    pub(crate) fn link_is_up(&self, link: u32) {
        self.was_connected.store(true, Ordering::Release);
        self.links.send_if_modified(|links| links.insert(link));
    }

    pub(crate) fn link_is_gone(&self, link: u32) {
        self.links.send_if_modified(|links| links.remove(&link));
    }

    pub(crate) fn was_connected(&self) -> bool {
        self.was_connected.load(Ordering::Acquire)
    }

    /// Waits until a link is up.
    pub(crate) async fn connected(&self) {
        // The sender is here, so it cannot fail.
        let _ = self.links.subscribe().wait_for(|links| !links.is_empty()).await;
    }
}
