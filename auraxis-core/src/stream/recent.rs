//! The events that were delivered lately.

use rustc_hash::FxHashMap;

use crate::{event::Event, time::Timestamp};

/// The number of events that one generation remembers, two of which exist. Both take about 1.5 MB, and last for more than
/// ten minutes of a full evening on all worlds.
const CAPACITY: usize = 32_768;

/// Tells events from REST from those that the stream has delivered.
///
/// Only events with an [identity](Event::identity) are remembered.
#[derive(Debug)]
pub struct Recent {
    current: Generation,
    previous: Generation,
    capacity: usize,
    /// The time of the latest event that is no longer remembered.
    forgotten_until: Option<Timestamp>,
}

#[derive(Debug, Default)]
struct Generation {
    /// Whether each event is from REST.
    from_rest: FxHashMap<u64, bool>,
    latest: Option<Timestamp>,
}

/// Whether an event from REST was delivered before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recency {
    /// The event is new: deliver it.
    New,
    /// The event was delivered.
    Known,
    /// The event is so old that it is not known whether it was delivered.
    Forgotten,
}

impl Default for Recent {
    fn default() -> Self {
        Self::with_capacity(CAPACITY)
    }
}

impl Recent {
    /// Remembers at most twice `capacity` events instead of twice 32,768.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            current: Generation::default(),
            previous: Generation::default(),
            capacity: capacity.max(1),
            forgotten_until: None,
        }
    }

    /// Records an event from the stream. Returns whether it is new: `false` if REST has delivered it before. `now` is
    /// the local time.
    pub fn stream(&mut self, event: &Event, now: Timestamp) -> bool {
        let Some(identity) = event.identity() else { return true };
        let is_known = self.origin(identity) == Some(true);
        self.insert(identity, event, is_known, now);
        !is_known
    }

    /// Records an event from REST, if it is new. `now` is the local time.
    pub fn rest(&mut self, event: &Event, now: Timestamp) -> Recency {
        let Some(identity) = event.identity() else { return Recency::New };
        if self.origin(identity).is_some() {
            return Recency::Known;
        }
        if event.timestamp() <= self.forgotten_until {
            return Recency::Forgotten;
        }
        self.insert(identity, event, true, now);
        Recency::New
    }

    /// Returns how many events are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.current.from_rest.len() + self.previous.from_rest.len()
    }

    /// Returns whether no event is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns whether an event is from REST; `None` if it is not remembered.
    fn origin(&self, identity: u64) -> Option<bool> {
        let known = self.current.from_rest.get(&identity).or_else(|| self.previous.from_rest.get(&identity));
        known.copied()
    }

    fn insert(&mut self, identity: u64, event: &Event, is_from_rest: bool, now: Timestamp) {
        if self.current.from_rest.len() >= self.capacity {
            self.forgotten_until = self.forgotten_until.max(self.previous.latest);
            std::mem::swap(&mut self.current, &mut self.previous);
            self.current = Generation { from_rest: std::mem::take(&mut self.current.from_rest), latest: None };
            self.current.from_rest.clear();
        }
        self.current.from_rest.insert(identity, is_from_rest);
        // Timestamps from the future have been seen. One of them must not make all other events forgotten.
        self.current.latest = self.current.latest.max(event.timestamp().map(|at| at.min(now)));
    }
}
