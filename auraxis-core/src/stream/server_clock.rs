//! The server's clock, as far as it is known.

use crate::time::Timestamp;

/// The number of heartbeats that determine the clock: one that is delayed or wrong has no effect.
const HEARTBEATS: usize = 5;

/// The number of events that determine the clock as long as there are no heartbeats.
const EVENTS: usize = 15;

/// A larger difference between the local clock and the steady clock than before is a jump of one of them.
const JUMP_MS: u64 = 1_000;

/// A time of the local clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime {
    /// Milliseconds since the Unix epoch.
    pub ms: i64,
    /// How far the local clock is ahead of a steady clock, which is never set, but stops while the machine sleeps.
    pub ahead_ms: i64,
}

/// A time of the server's clock.
///
/// After a jump of the local clock it is one of two times until the next heartbeat, depending on whether the clock was
/// set or the machine was asleep. Otherwise both are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerTime {
    earliest_ms: i64,
    latest_ms: i64,
}

/// An estimate of the server's clock.
///
/// The timestamps of heartbeats determine it, accurate to about a second. Before the first heartbeat, and for servers that
/// send none with timestamps, the server's clock is taken to be the local clock, because if the timestamps of events
/// determined it, no event could be late. Only for intervals of [event time](Self::event_time) the events are then the
/// better source: intervals and events agree even if the local clock is wrong.
#[derive(Clone, Debug)]
pub struct ServerClock {
    /// How far the server's clock is ahead of the steady clock, by the last heartbeats.
    heartbeats: Median<HEARTBEATS>,
    /// The same by the last events.
    events: Median<EVENTS>,
    /// How far the local clock was ahead of the steady clock at the start.
    initial_ms: i64,
    /// The same at the last heartbeat.
    anchor_ms: i64,
}

/// The median of the last values.
#[derive(Clone, Debug)]
struct Median<const N: usize> {
    values: [i64; N],
    count: usize,
}

impl<const N: usize> Median<N> {
    fn of(values: &[i64]) -> Self {
        let mut median = Self { values: [0; N], count: 0 };
        for value in values {
            median.add(*value);
        }
        median
    }

    const fn add(&mut self, value: i64) {
        self.values[self.count % N] = value;
        self.count += 1;
    }

    fn get(&self) -> Option<i64> {
        let mut values = self.values;
        let values = &mut values[..self.count.min(N)];
        values.sort_unstable();
        values.get(values.len() / 2).copied()
    }
}

impl ServerTime {
    /// Returns the milliseconds since this timestamp; negative if it is in the future. Of two possible times, the one
    /// that is nearer to the timestamp counts.
    #[must_use]
    pub const fn ms_since(self, timestamp: Timestamp) -> i64 {
        let at_ms = timestamp.0.saturating_mul(1_000);
        let (earliest, latest) = (self.earliest_ms.saturating_sub(at_ms), self.latest_ms.saturating_sub(at_ms));
        if latest.unsigned_abs() < earliest.unsigned_abs() { latest } else { earliest }
    }

    /// Returns the earlier of the two possible times.
    #[must_use]
    pub const fn earliest(self) -> Timestamp {
        Timestamp(self.earliest_ms.div_euclid(1_000))
    }

    /// Returns the later of the two possible times.
    #[must_use]
    pub const fn latest(self) -> Timestamp {
        Timestamp(self.latest_ms.div_euclid(1_000))
    }
}

impl ServerClock {
    /// Creates a clock that agrees with the local clock.
    #[must_use]
    pub fn new(now: LocalTime) -> Self {
        let initial_ms = now.ahead_ms;
        Self {
            heartbeats: Median::of(&[]),
            // So that the first events cannot distort the clock.
            events: Median::of(&[initial_ms, initial_ms]),
            initial_ms,
            anchor_ms: initial_ms,
        }
    }

    /// Learns from a heartbeat.
    pub fn heartbeat(&mut self, timestamp: Timestamp, received: LocalTime) {
        if self.has_jumped(received) {
            // If the machine was asleep, earlier heartbeats are no longer valid.
            self.heartbeats = Median::of(&[]);
        }
        self.anchor_ms = received.ahead_ms;
        self.heartbeats.add(offset(timestamp, received));
    }

    /// Learns from an event, as long as there are no heartbeats.
    pub const fn event(&mut self, timestamp: Timestamp, received: LocalTime) {
        if self.heartbeats.count == 0 {
            self.events.add(offset(timestamp, received));
        }
    }

    /// Converts a time of the local clock, by heartbeats alone.
    #[must_use]
    pub fn at(&self, local: LocalTime) -> ServerTime {
        self.convert(local, self.heartbeats.get().unwrap_or(self.initial_ms))
    }

    /// Converts a time of the local clock, by heartbeats or else by the timestamps of events. Events can be delayed, so
    /// without heartbeats it can also be as late as by the local clock.
    #[must_use]
    pub fn event_time(&self, local: LocalTime) -> ServerTime {
        if self.heartbeats.get().is_some() {
            return self.at(local);
        }
        let events = self.convert(local, self.events.get().unwrap_or(self.initial_ms));
        ServerTime { latest_ms: events.latest_ms.max(self.at(local).latest_ms), ..events }
    }

    /// Returns whether the local clock or the steady clock has jumped since the last heartbeat.
    const fn has_jumped(&self, local: LocalTime) -> bool {
        local.ahead_ms.abs_diff(self.anchor_ms) > JUMP_MS
    }

    const fn convert(&self, local: LocalTime, offset_ms: i64) -> ServerTime {
        let if_asleep = local.ms.saturating_sub(self.anchor_ms).saturating_add(offset_ms);
        let if_set = local.ms.saturating_sub(local.ahead_ms).saturating_add(offset_ms);
        if !self.has_jumped(local) {
            ServerTime { earliest_ms: if_asleep, latest_ms: if_asleep }
        } else if if_set < if_asleep {
            ServerTime { earliest_ms: if_set, latest_ms: if_asleep }
        } else {
            ServerTime { earliest_ms: if_asleep, latest_ms: if_set }
        }
    }
}

/// Returns how far the server's clock is ahead of the steady clock.
const fn offset(timestamp: Timestamp, received: LocalTime) -> i64 {
    timestamp.0.saturating_mul(1_000).saturating_sub(received.ms.saturating_sub(received.ahead_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine whose steady clock began at 1,000,000 s of the server's clock. All times are in seconds.
    struct Machine {
        steady: i64,
        /// How far the local clock is ahead of the server's.
        wrong: i64,
        slept: i64,
    }

    impl Machine {
        fn server(&self) -> Timestamp {
            Timestamp(1_000_000 + self.steady + self.slept)
        }

        fn local(&self) -> LocalTime {
            let ms = (self.server().0 + self.wrong) * 1_000;
            LocalTime { ms, ahead_ms: ms - self.steady * 1_000 }
        }

        fn lag(&self, clock: &ServerClock, seconds_ago: i64) -> i64 {
            clock.at(self.local()).ms_since(Timestamp(self.server().0 - seconds_ago)) / 1_000
        }
    }

    fn machine(wrong: i64) -> (Machine, ServerClock) {
        let machine = Machine { steady: 0, wrong, slept: 0 };
        let clock = ServerClock::new(machine.local());
        (machine, clock)
    }

    #[test]
    fn the_local_clock_counts_until_the_first_heartbeat() {
        let (mut machine, mut clock) = machine(300);
        assert_eq!(machine.lag(&clock, 7), 307);
        clock.heartbeat(machine.server(), machine.local());
        machine.steady += 10;
        assert_eq!(machine.lag(&clock, 7), 7);
        assert_eq!(machine.lag(&clock, -20), -20);
    }

    #[test]
    fn a_heartbeat_that_is_delayed_or_wrong_does_not_change_the_clock() {
        let (mut machine, mut clock) = machine(0);
        for error in [0, 0, -40, 0, 3_600, 0, 0] {
            machine.steady += 30;
            clock.heartbeat(Timestamp(machine.server().0 + error), machine.local());
            assert_eq!(machine.lag(&clock, 5), 5, "after {error}");
        }
    }

    #[test]
    fn setting_the_local_clock_changes_no_lag() {
        for has_heartbeats in [false, true] {
            for jump in [-86_400, -30, 45, 3_600] {
                let (mut machine, mut clock) = machine(0);
                if has_heartbeats {
                    clock.heartbeat(machine.server(), machine.local());
                }
                machine.wrong += jump;
                machine.steady += 5;
                assert_eq!(machine.lag(&clock, 2), 2, "{jump}");
                if has_heartbeats {
                    clock.heartbeat(machine.server(), machine.local());
                    assert_eq!(machine.lag(&clock, 90), 90, "the next heartbeat settles it");
                }
            }
        }
    }

    #[test]
    fn a_machine_that_was_asleep_sees_no_events_from_the_future() {
        let (mut machine, mut clock) = machine(0);
        for _ in 0..5 {
            machine.steady += 30;
            clock.heartbeat(machine.server(), machine.local());
        }
        machine.slept = 3_600;
        assert_eq!(machine.lag(&clock, 1), 1);
        assert_eq!(machine.lag(&clock, 3_599), -1, "it looks as if the clock had been set");
        clock.heartbeat(machine.server(), machine.local());
        assert_eq!((machine.lag(&clock, 1), machine.lag(&clock, 3_599)), (1, 3_599));
    }

    #[test]
    fn after_a_jump_event_time_is_an_interval_that_contains_the_time() {
        let (mut machine, mut clock) = machine(0);
        clock.heartbeat(machine.server(), machine.local());
        let time = |machine: &Machine, clock: &ServerClock| {
            let time = clock.event_time(machine.local());
            (time.earliest().0 - machine.server().0, time.latest().0 - machine.server().0)
        };
        assert_eq!(time(&machine, &clock), (0, 0));
        machine.wrong = 100;
        assert_eq!(time(&machine, &clock), (0, 100));
        machine.wrong = -100;
        assert_eq!(time(&machine, &clock), (-100, 0));
        machine.wrong = 0;
        machine.slept = 100;
        assert_eq!(time(&machine, &clock), (-100, 0));
    }

    #[test]
    fn without_heartbeats_event_time_follows_most_events_but_no_single_one() {
        let (mut machine, mut clock) = machine(300);
        let ahead = |machine: &Machine, clock: &ServerClock| {
            clock.event_time(machine.local()).earliest().0 - machine.server().0
        };
        clock.event(Timestamp(machine.server().0 - 5_000), machine.local());
        assert_eq!(ahead(&machine, &clock), 300, "a single event could be anything");
        for late in [0, 0, 0, -4_000, 0, 90, 0] {
            machine.steady += 1;
            clock.event(Timestamp(machine.server().0 - late), machine.local());
        }
        assert_eq!(ahead(&machine, &clock), 0);
        assert_eq!(machine.lag(&clock, 0), 300, "lag is measured against the local clock");
    }

    #[test]
    fn without_heartbeats_delayed_events_do_not_make_it_earlier_than_the_local_clock() {
        let (mut machine, mut clock) = machine(0);
        for _ in 0..20 {
            machine.steady += 1;
            clock.event(Timestamp(machine.server().0 - 8), machine.local());
        }
        let time = clock.event_time(machine.local());
        assert_eq!((time.earliest().0 - machine.server().0, time.latest()), (-8, machine.server()));
        clock.heartbeat(machine.server(), machine.local());
        let time = clock.event_time(machine.local());
        assert_eq!((time.earliest(), time.latest()), (machine.server(), machine.server()));
    }

    #[test]
    fn extreme_times_do_not_overflow() {
        let extreme = LocalTime { ms: i64::MIN, ahead_ms: i64::MAX };
        let mut clock = ServerClock::new(extreme);
        clock.event(Timestamp(i64::MAX), extreme);
        clock.heartbeat(Timestamp(i64::MIN), extreme);
        assert_eq!(clock.at(extreme).ms_since(Timestamp(i64::MAX)), i64::MIN);
    }
}
