//! The characters of recent events.

use std::collections::HashMap;

use auraxis_core::{event::Event, id::CharacterId, time::Timestamp};

/// How long a character stays recent, in seconds.
const RECENT: u64 = 600;

/// The characters of recent events.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    last_seen: HashMap<CharacterId, Timestamp>,
    newest: Option<Timestamp>,
}

impl Recent {
    pub(crate) fn record(&mut self, event: &Event) {
        let Some(at) = event.timestamp() else { return };
        self.newest = self.newest.max(Some(at));
        for id in event.character_ids() {
            self.last_seen.insert(id, at);
        }
    }

    /// Returns the characters of the last ten minutes before the newest event, and removes all others.
    pub(crate) fn list(&mut self) -> Vec<CharacterId> {
        if let Some(newest) = self.newest {
            self.last_seen.retain(|_, at| newest.since(*at).as_secs() <= RECENT);
        }
        let mut ids: Vec<_> = self.last_seen.keys().copied().collect();
        ids.sort_unstable();
        ids
    }
}
