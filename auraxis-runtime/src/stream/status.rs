//! What the stream tells others about itself.

use std::{
    collections::BTreeMap,
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
    /// How many links are up.
    links: watch::Sender<usize>,
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

    pub(crate) fn link_is_up(&self) {
        self.was_connected.store(true, Ordering::Release);
        self.links.send_modify(|links| *links += 1);
    }

    pub(crate) fn link_is_gone(&self) {
        self.links.send_modify(|links| *links = links.saturating_sub(1));
    }

    pub(crate) fn was_connected(&self) -> bool {
        self.was_connected.load(Ordering::Acquire)
    }

    /// Waits until a link is up.
    pub(crate) async fn connected(&self) {
        // The sender is here, so it cannot fail.
        let _ = self.links.subscribe().wait_for(|links| *links > 0).await;
    }
}
