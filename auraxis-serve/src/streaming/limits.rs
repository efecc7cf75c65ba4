//! Limits on what a client sends.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use auraxis_core::{command::Command, server_state::ServerState};

/// The maximum size of a message, in bytes: a subscription to [`MAX_CHARACTERS`] in one command has 220 kB.
pub(super) const MAX_MESSAGE: usize = 256 << 10;

/// The maximum number of characters of a connection.
const MAX_CHARACTERS: usize = 10_000;

/// The maximum number of event names of a connection. There is one for each reason to gain experience, about 1,500.
const MAX_EVENT_NAMES: usize = 2_000;

/// The maximum number of worlds of a connection.
const MAX_WORLDS: usize = 100;

/// The maximum length of an entry of a list, in bytes.
const MAX_ENTRY: usize = 64;

/// The time after which a message can follow another one, on average. Libraries send at most one command per trigger.
const MESSAGE_INTERVAL: Duration = Duration::from_millis(20);

/// A message of more bytes than this counts as several.
const MESSAGE_BYTES: usize = 8 << 10;

/// The number of messages that can follow each other at once: enough for [`MAX_CHARACTERS`], however they are split.
const BURST: u32 = 200;

/// # Errors
///
/// Returns what is wrong, in at most 123 bytes, if the subscription would be too large with this command.
pub(super) fn check(state: &ServerState, command: &Command) -> Result<(), String> {
    let Command::Subscribe { lists, .. } = command else { return Ok(()) };
    for (list, added, max, what) in [
        (&state.lists.characters, &lists.characters, MAX_CHARACTERS, "characters"),
        (&state.lists.event_names, &lists.event_names, MAX_EVENT_NAMES, "event names"),
        (&state.lists.worlds, &lists.worlds, MAX_WORLDS, "worlds"),
    ] {
        if added.iter().any(|entry| entry.len() > MAX_ENTRY) {
            return Err(format!("an entry of the {what} is longer than {MAX_ENTRY} bytes"));
        }
        if list.len() + added.len() > max && list.len() + new_entries(list, added) > max {
            return Err(format!("a connection can subscribe to {max} {what} at most"));
        }
    }
    Ok(())
}

fn new_entries(list: &BTreeSet<String>, added: &BTreeSet<String>) -> usize {
    added.iter().filter(|entry| !list.contains(*entry)).count()
}

/// When the next message can be read. What comes earlier waits in the socket.
#[derive(Debug)]
pub(super) struct Pace(Instant);

impl Pace {
    pub(super) const fn new(now: Instant) -> Self {
        Self(now)
    }

    /// Returns when the next message can be read.
    pub(super) fn next(&self) -> Instant {
        self.0.checked_sub(MESSAGE_INTERVAL * BURST).unwrap_or(self.0)
    }

    /// Counts a message of this size that was read.
    pub(super) fn count(&mut self, now: Instant, bytes: usize) {
        let messages = 1 + u32::try_from(bytes / MESSAGE_BYTES).unwrap_or(BURST);
        self.0 = self.0.max(now) + MESSAGE_INTERVAL * messages;
    }
}

#[cfg(test)]
mod tests {
    use auraxis_core::command::Lists;

    use super::*;

    fn subscribe(characters: std::ops::Range<u64>) -> Command {
        let characters = characters.map(|id| (5_428_010_618_015_189_713 + id).to_string()).collect();
        let lists = Lists { characters, ..Lists::default() };
        Command::Subscribe { lists, characters_and_worlds: None, list_characters: false }
    }

    #[test]
    fn lists_are_limited_and_the_largest_fits_into_a_message() {
        let all = subscribe(0..10_000);
        assert!(all.to_frame().len() < MAX_MESSAGE, "{}", all.to_frame().len());
        let mut state = ServerState::default();
        assert_eq!(check(&state, &all), Ok(()));
        state.apply(&all);
        assert_eq!(check(&state, &all), Ok(()), "nothing is added");
        assert_eq!(check(&state, &subscribe(9_999..10_000)), Ok(()));
        let error = check(&state, &subscribe(9_999..10_001)).unwrap_err();
        assert_eq!(error, "a connection can subscribe to 10000 characters at most");
        let lists = Lists { worlds: ["7".repeat(65)].into(), ..Lists::default() };
        let long = Command::Subscribe { lists, characters_and_worlds: None, list_characters: false };
        assert_eq!(check(&state, &long).unwrap_err(), "an entry of the worlds is longer than 64 bytes");
    }

    #[test]
    fn a_burst_is_read_at_once_and_then_one_message_per_interval() {
        let now = Instant::now() + Duration::from_mins(1);
        let mut pace = Pace::new(now);
        for _ in 0..=BURST {
            assert!(pace.next() <= now);
            pace.count(now, 100);
        }
        assert_eq!(pace.next(), now + MESSAGE_INTERVAL);
        pace.count(now, MAX_MESSAGE);
        assert_eq!(pace.next(), now + MESSAGE_INTERVAL * 34);
        let later = now + Duration::from_mins(1);
        pace.count(later, 0);
        assert!(pace.next() < later);
    }
}
