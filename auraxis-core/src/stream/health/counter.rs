//! The counter of one class on one world.

/// What [`Health::event`](super::Health::event) updates.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counter {
    pub(super) events: u64,
    last_ms: u64,
    /// The number of distinct seconds with events.
    pub(super) seconds: u32,
    second: u32,
}

impl Counter {
    pub(super) const EMPTY: Self = Self { events: 0, last_ms: 0, seconds: 0, second: u32::MAX };

    #[inline]
    pub(super) const fn count(&mut self, now_ms: u64) {
        self.events += 1;
        self.last_ms = now_ms;
        #[expect(clippy::cast_possible_truncation, reason = "only compared with the previous one")]
        let second = (now_ms / 1000) as u32;
        if self.second != second {
            self.second = second;
            self.seconds = self.seconds.wrapping_add(1);
        }
    }

    /// Returns when the last event arrived.
    pub(super) fn last_ms(&self) -> Option<u64> {
        (self.events > 0).then_some(self.last_ms)
    }
}
