//! What all connections share.

use std::sync::{Mutex, PoisonError};

use auraxis_core::{id::CharacterId, server::RecentCharacters};

use crate::{hub::Received, readers::Readers};

/// The maximum number of clients. Each costs up to 3 MiB of memory if it reads slowly and its subscription is large.
pub(super) const MAX_CLIENTS: usize = 32;

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Streaming {
    pub(crate) clients: Readers,
    recent: Mutex<Recent>,
}

/// The characters of the events that were received since the first client connected.
#[derive(Debug, Default)]
struct Recent {
    characters: RecentCharacters,
    /// The number of the last event that was recorded.
    last: u64,
}

impl Streaming {
    /// Records the characters of events, once for all connections.
    pub(super) fn record(&self, received: &Received) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        for (number, served) in received.events() {
            if number > recent.last && served.event.kind().is_from_game() {
                recent.characters.record(&served.event);
                recent.last = number;
            }
        }
    }

    pub(super) fn recent_characters(&self) -> Vec<CharacterId> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner).characters.list()
    }
}

impl Default for Streaming {
    fn default() -> Self {
        Self { clients: Readers::new("/streaming", MAX_CLIENTS), recent: Mutex::default() }
    }
}
