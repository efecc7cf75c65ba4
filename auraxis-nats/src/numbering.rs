//! Numbers events that are equal, so that each has its own message id.

use std::{fmt, mem, time::Duration};

use auraxis_core::message::MessageId;
use rustc_hash::FxHashMap;

/// The number of ids that one generation remembers, two of which exist. Together they take about 16 MB if they are full,
/// and last for two minutes with 2,000 gains of experience per second.
const CAPACITY: usize = 262_144;

/// Numbers equal events by their order. Relays that receive the same events number them alike.
///
/// An id is forgotten when it has not been seen for the duplicate window, or at most twice as long. Then the broker has
/// forgotten it too, so its numbers can be used again.
#[derive(Debug)]
pub struct Numbering {
    current: FxHashMap<MessageId, u32>,
    previous: FxHashMap<MessageId, u32>,
    window_ms: i64,
    rotated_ms: Option<i64>,
    capacity: usize,
    evicted: u64,
}

/// The id of a message: that of its event and, unless it is the first of equal ones, its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberedId {
    /// The id of the event.
    pub id: MessageId,
    /// The number among equal events, from 1.
    pub number: u32,
}

impl fmt::Display for NumberedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            1 => write!(f, "{}", self.id),
            number => write!(f, "{}-{number}", self.id),
        }
    }
}

impl Numbering {
    /// Remembers ids for this duplicate window.
    #[must_use]
    pub fn new(window: Duration) -> Self {
        Self::with_capacity(window, CAPACITY)
    }

    fn with_capacity(window: Duration, capacity: usize) -> Self {
        Self {
            current: FxHashMap::default(),
            previous: FxHashMap::default(),
            window_ms: i64::try_from(window.as_millis()).unwrap_or(i64::MAX),
            rotated_ms: None,
            capacity,
            evicted: 0,
        }
    }

    /// Returns the id of an event that is received now. `can_have_twins` is
    /// [`Event::can_have_twins`](auraxis_core::event::Event::can_have_twins): all other events have the number 1, so that
    /// the broker drops one that is published twice.
    pub fn number(&mut self, id: MessageId, can_have_twins: bool, now_ms: i64) -> NumberedId {
        if !can_have_twins {
            return NumberedId { id, number: 1 };
        }
        self.rotate(now_ms);
        let known = self.current.get(&id).or_else(|| self.previous.get(&id));
        let number = known.copied().unwrap_or(0).saturating_add(1);
        self.current.insert(id, number);
        NumberedId { id, number }
    }

    /// Returns how many ids were forgotten early because there were too many. A further event that is equal to one of them
    /// has the number of the first, so the broker drops it.
    #[must_use]
    pub const fn evicted(&self) -> u64 {
        self.evicted
    }

    fn rotate(&mut self, now_ms: i64) {
        let passed_ms = now_ms.saturating_sub(*self.rotated_ms.get_or_insert(now_ms));
        let is_full = self.current.len() >= self.capacity;
        if passed_ms < self.window_ms && !is_full {
            return;
        }
        if passed_ms < self.window_ms {
            self.evicted += u64::try_from(self.previous.len()).unwrap_or(u64::MAX);
        }
        mem::swap(&mut self.current, &mut self.previous);
        self.current.clear();
        if passed_ms >= self.window_ms.saturating_mul(2) {
            self.previous.clear();
        }
        self.rotated_ms = Some(now_ms);
    }
}

#[cfg(test)]
mod tests {
    use auraxis_core::event::{Event, GainExperience, sample::Sample};

    use super::*;

    const WINDOW: Duration = Duration::from_mins(2);

    fn id(amount: u32) -> MessageId {
        Event::from(GainExperience::sample().with(|gain| gain.amount = amount.try_into().unwrap())).message_id()
    }

    #[test]
    fn equal_events_are_numbered_if_they_can_have_twins() {
        let mut numbering = Numbering::new(WINDOW);
        let mut shown = |id, can_have_twins| numbering.number(id, can_have_twins, 0).to_string();
        assert_eq!(
            [(); 3].map(|()| shown(id(1), true)),
            [format!("{}", id(1)), format!("{}-2", id(1)), format!("{}-3", id(1))]
        );
        assert_eq!([(); 2].map(|()| shown(id(2), false)), [(); 2].map(|()| id(2).to_string()));
        assert_eq!(shown(id(2), true), id(2).to_string(), "those without a number are not counted");
    }

    #[test]
    fn numbers_are_kept_for_the_window_and_not_much_longer() {
        for last_ms in [0, 60_000, 119_999, 120_000, 200_000] {
            let mut numbering = Numbering::new(WINDOW);
            // Another id makes the generations rotate.
            let mut at = |id, now_ms| numbering.number(id, true, now_ms).number;
            at(id(9), 0);
            at(id(1), last_ms);
            for now_ms in (last_ms..last_ms + 120_000).step_by(10_000) {
                at(id(9), now_ms);
            }
            assert_eq!(at(id(1), last_ms + 119_999), 2, "seen at {last_ms} ms");

            let mut numbering = Numbering::new(WINDOW);
            let mut at = |id, now_ms| numbering.number(id, true, now_ms).number;
            at(id(1), last_ms);
            at(id(9), last_ms + 121_000);
            assert_eq!(at(id(1), last_ms + 242_000), 1);
            assert_eq!(at(id(9), last_ms + 1_000_000), 1, "after a long pause");
        }
    }

    #[test]
    fn two_relays_with_the_same_events_use_the_same_ids() {
        let ids = |start_ms: i64, other: bool| {
            let mut numbering = Numbering::new(WINDOW);
            // What one of them received before does not matter.
            if other {
                for amount in 100..200 {
                    numbering.number(id(amount), true, start_ms - 1);
                }
            }
            let events = (0..1_000_u32).map(|event| (event % 7, i64::from(event) * 3));
            events.map(|(amount, ms)| numbering.number(id(amount), true, start_ms + ms).to_string()).collect::<Vec<_>>()
        };
        assert_eq!(ids(0, false), ids(777, true));
    }

    #[test]
    fn memory_is_bounded_and_what_is_forgotten_early_is_counted() {
        let mut numbering = Numbering::with_capacity(WINDOW, 10);
        for amount in 0..35 {
            numbering.number(id(amount), true, 5);
        }
        assert!(numbering.current.len() + numbering.previous.len() <= 20);
        assert_eq!(numbering.evicted(), 20);
        assert_eq!(numbering.number(id(34), true, 5).number, 2);
        assert_eq!(numbering.number(id(0), true, 5).number, 1);
    }
}
