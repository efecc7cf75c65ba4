//! Short silences of a link, which only show when it delivers again.

use crate::time::Timestamp;

/// Longer silences are found by [`Health`](super::health::Health) while they last.
const MAX_SECONDS: i64 = 60;

/// A hole is this many times as long as the longest pause of the last minutes could have been: timestamps are whole
/// seconds. Of 100,000 pauses in a busy night, none is that long by chance, and fights that shrink by half make pauses
/// twice as long.
const TIMES_LONGEST: i64 = 4;

/// The minimum number of expected events, as for other silences.
const MIN_LOST: f64 = super::health::REPORT_EVIDENCE;

/// The number of seconds with events before pauses are known.
const MIN_ACTIVE: u32 = 60;

/// The longest pause of this many to twice as many seconds counts.
const PAUSES_SECONDS: i64 = 600;

/// The time constant of the mean rate, in seconds.
const MEAN_SECONDS: f64 = 60.0;

/// How long events that arrive late can fill a hole.
const SETTLE_MS: u64 = 5_000;

/// The maximum number of holes that may still be filled.
const MAX_OPEN: usize = 8;

/// Finds short silences of a link in the timestamps of its events.
///
/// A pause of a few seconds cannot be told from a stalled network while it lasts. When the link delivers again, it can: no
/// event happened in an interval that is much longer than any pause before. Events that are merely delayed leave no hole,
/// because their timestamps fill it.
#[derive(Clone, Debug, Default)]
pub struct Holes {
    /// The latest timestamp, and the number of events with it.
    last: Option<i64>,
    count: u32,
    /// The number of seconds with events.
    active: u32,
    /// Events per second, and the weight of what was observed.
    mean: f64,
    weight: f64,
    pauses_since: i64,
    longest: i64,
    longest_before: i64,
    /// Holes, and when they were found.
    open: Vec<(Hole, u64)>,
}

/// An interval without events.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Hole {
    /// The last event before the hole.
    pub from: Timestamp,
    /// The first event after it.
    pub to: Timestamp,
    /// The number of events that were expected in it.
    pub expected_lost: f64,
}

impl Holes {
    /// Records an event, received at `now_ms`. Events from the future must be left out.
    pub fn event(&mut self, timestamp: Timestamp, now_ms: u64) {
        let at = timestamp.0;
        match self.last {
            Some(last) if at == last => self.count += 1,
            Some(last) if at < last => self.fill(at),
            Some(last) => self.advance(last, at, now_ms),
            None => (self.last, self.count, self.active, self.pauses_since) = (Some(at), 1, 1, at),
        }
    }

    /// Returns the holes that no event has filled.
    pub fn check(&mut self, now_ms: u64) -> Vec<Hole> {
        if self.open.is_empty() {
            return Vec::new();
        }
        let is_settled = |(_, found_ms): &mut (Hole, u64)| now_ms.saturating_sub(*found_ms) >= SETTLE_MS;
        self.open.extract_if(.., is_settled).map(|(hole, _)| hole).collect()
    }

    fn advance(&mut self, last: i64, at: i64, now_ms: u64) {
        let pause = at - last - 1;
        let is_known = self.active >= MIN_ACTIVE && self.open.len() < MAX_OPEN;
        let hole = if is_known { self.hole(last, at) } else { None };
        self.open.extend(hole.map(|hole| (hole, now_ms)));
        if at - self.pauses_since > PAUSES_SECONDS {
            self.longest_before = if at - self.pauses_since > 2 * PAUSES_SECONDS { 0 } else { self.longest };
            (self.pauses_since, self.longest) = (at, 0);
        }
        // A hole is no pause, so that the next one is found too.
        if hole.is_none() {
            self.longest = self.longest.max(pause);
        }
        let gain = -(-1.0 / MEAN_SECONDS).exp_m1();
        self.mean += gain * (f64::from(self.count) - self.mean);
        self.weight += gain * (1.0 - self.weight);
        let empty = (-seconds(pause) / MEAN_SECONDS).exp();
        self.mean *= empty;
        self.weight = 1.0 - (1.0 - self.weight) * empty;
        (self.last, self.count, self.active) = (Some(at), 1, self.active.saturating_add(1));
    }

    /// Returns the hole between two events, if the pause is one.
    fn hole(&self, from: i64, to: i64) -> Option<Hole> {
        let pause = to - from - 1;
        let longest = self.longest.max(self.longest_before) + 1;
        if pause > MAX_SECONDS || pause < TIMES_LONGEST * longest || self.weight <= 0.0 {
            return None;
        }
        let expected_lost = self.mean / self.weight * seconds(pause);
        let hole = Hole { from: Timestamp(from), to: Timestamp(to), expected_lost };
        (expected_lost >= MIN_LOST).then_some(hole)
    }

    /// Records a late event, which divides the hole that it is in.
    fn fill(&mut self, at: i64) {
        let is_in = |(hole, _): &(Hole, u64)| hole.from.0 < at && at < hole.to.0;
        let Some(index) = self.open.iter().position(is_in) else { return };
        let (hole, found_ms) = self.open.swap_remove(index);
        let whole = hole.to.0 - hole.from.0 - 1;
        for (from, to) in [(hole.from.0, at), (at, hole.to.0)] {
            let pause = to - from - 1;
            let expected_lost = hole.expected_lost * seconds(pause) / seconds(whole);
            if pause >= TIMES_LONGEST && expected_lost >= MIN_LOST && self.open.len() < MAX_OPEN {
                self.open.push((Hole { from: Timestamp(from), to: Timestamp(to), expected_lost }, found_ms));
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "more seconds than that have not passed yet")]
const fn seconds(seconds: i64) -> f64 {
    seconds as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two events in each of these seconds, received when they happen.
    fn busy(holes: &mut Holes, seconds: std::ops::Range<i64>) {
        for second in seconds {
            holes.event(Timestamp(second), ms(second));
            holes.event(Timestamp(second), ms(second));
        }
    }

    fn ms(second: i64) -> u64 {
        u64::try_from(second).unwrap() * 1_000
    }

    fn found(holes: &mut Holes, second: i64) -> Vec<(i64, i64)> {
        holes.check(ms(second)).iter().map(|hole| (hole.from.0, hole.to.0)).collect()
    }

    #[test]
    fn a_hole_is_found_when_the_link_delivers_again() {
        let mut holes = Holes::default();
        busy(&mut holes, 0..60);
        busy(&mut holes, 66..70);
        assert_eq!(found(&mut holes, 70), [], "late events could fill it");
        let hole = holes.check(ms(71))[0];
        assert_eq!((hole.from, hole.to), (Timestamp(59), Timestamp(66)));
        assert!((11.0..13.0).contains(&hole.expected_lost), "{hole:?}");
        busy(&mut holes, 76..100);
        assert_eq!(found(&mut holes, 100), [(69, 76)], "the next one is found too");
        assert_eq!(found(&mut holes, 200), []);
    }

    #[test]
    fn delayed_events_leave_no_hole() {
        let mut holes = Holes::default();
        busy(&mut holes, 0..60);
        holes.event(Timestamp(70), ms(70));
        (60..70).for_each(|second| holes.event(Timestamp(second), ms(71)));
        assert_eq!(found(&mut holes, 90), []);
    }

    #[test]
    fn a_late_event_divides_a_hole() {
        let mut holes = Holes::default();
        busy(&mut holes, 0..60);
        holes.event(Timestamp(80), ms(80));
        holes.event(Timestamp(62), ms(81));
        assert_eq!(found(&mut holes, 90), [(62, 80)]);
    }

    #[test]
    fn a_pause_like_those_before_is_no_hole() {
        let mut holes = Holes::default();
        for burst in 0..60 {
            busy(&mut holes, burst * 10..burst * 10 + 5);
        }
        busy(&mut holes, 610..620);
        assert_eq!(found(&mut holes, 700), []);
        busy(&mut holes, 1_000..1_040);
        assert_eq!(found(&mut holes, 1_100), [], "a long silence is found while it lasts");
    }

    #[test]
    fn nothing_is_known_at_first() {
        let mut holes = Holes::default();
        busy(&mut holes, 0..50);
        busy(&mut holes, 60..65);
        assert_eq!(found(&mut holes, 200), []);
    }
}
