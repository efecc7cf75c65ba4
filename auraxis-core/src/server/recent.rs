//! The characters of recent events.

use std::{cmp::Reverse, collections::HashMap};

use crate::{event::Event, id::CharacterId, time::Timestamp};

/// How long a character stays recent, in seconds.
const RECENT: u64 = 600;

/// The maximum number of recent characters. More of them would not fit into a frame; the game has never had a tenth of
/// this.
const MAX: usize = 40_000;

/// The characters of recent events. Of too many, the latest are kept.
#[derive(Debug, Default)]
pub struct RecentCharacters {
    last_seen: HashMap<CharacterId, Timestamp>,
    newest: Option<Timestamp>,
}

impl RecentCharacters {
    /// Adds the characters of an event.
    pub fn record(&mut self, event: &Event) {
        let Some(at) = event.timestamp() else { return };
        self.newest = self.newest.max(Some(at));
        for id in event.character_ids() {
            self.last_seen.insert(id, at);
        }
        if self.last_seen.len() > 2 * MAX {
            self.forget();
        }
    }

    /// Returns the characters of the last ten minutes before the newest event, in order.
    pub fn list(&mut self) -> Vec<CharacterId> {
        self.forget();
        let mut ids: Vec<_> = self.last_seen.keys().copied().collect();
        ids.sort_unstable();
        ids
    }

    /// Removes the characters that are not recent, and the oldest ones if there are too many.
    fn forget(&mut self) {
        if let Some(newest) = self.newest {
            self.last_seen.retain(|_, at| newest.since(*at).as_secs() <= RECENT);
        }
        if self.last_seen.len() > MAX {
            let mut all: Vec<_> = self.last_seen.drain().collect();
            all.select_nth_unstable_by_key(MAX, |(id, at)| (Reverse(*at), *id));
            all.truncate(MAX);
            self.last_seen.extend(all);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Frame;

    fn login(character: u64, at: u64) -> Event {
        let text = format!(
            r#"{{"payload":{{"character_id":"{character}","event_name":"PlayerLogin","timestamp":"{at}","world_id":"1"}}}}"#
        );
        let Ok(Frame::Event(event)) = Frame::parse(&text) else { panic!("not an event: {text}") };
        event
    }

    #[test]
    fn characters_are_recent_for_ten_minutes() {
        let mut recent = RecentCharacters::default();
        for (character, at) in [(7, 1_000), (5, 1_300), (6, 1_601)] {
            recent.record(&login(character, at));
        }
        assert_eq!(recent.list(), [CharacterId(5), CharacterId(6)]);
    }

    #[test]
    fn of_too_many_the_latest_are_kept() {
        let mut recent = RecentCharacters::default();
        let count = 2 * MAX as u64 + 2;
        for character in 1..=count {
            recent.record(&login(character, 1_000 + character / 1_000));
        }
        let list = recent.list();
        assert!(list.len() <= MAX, "{}", list.len());
        assert_eq!(list.last(), Some(&CharacterId(count)));
    }
}
