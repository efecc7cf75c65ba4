//! Short silences, which only show when events arrive again.

use std::collections::VecDeque;

use super::health::{REPORT_EVIDENCE, Slots};
use crate::{id::WorldId, time::Timestamp};

/// Longer silences are found by [`Health`](super::health::Health) while they last.
const MAX_SECONDS: i64 = 60;

/// A hole is this many times as long as the longest pause of the last minutes could have been: timestamps are whole
/// seconds. Of 100,000 pauses in a busy night, none is that long by chance, and fights that shrink by half make pauses
/// twice as long.
const TIMES_LONGEST: i64 = 4;

/// The minimum number of expected events in a hole of the link, as for other silences.
const MIN_LOST: f64 = REPORT_EVIDENCE;

/// The minimum number of expected events in a pause of a world beside an interruption of the link. A report of an
/// interval that misses nothing costs less there, because one is reported anyway.
const MIN_LOST_BESIDE: f64 = 3.0;

/// The number of seconds with events before pauses are known.
const MIN_ACTIVE: u32 = 60;

/// The longest pause of this many to twice as many seconds counts.
const PAUSES_SECONDS: i64 = 600;

/// The time constant of the mean rate, in seconds.
const MEAN_SECONDS: f64 = 60.0;

/// How long events that arrive late can fill a hole.
const SETTLE_MS: u64 = 5_000;

/// The maximum number of holes that may still be filled: several for each world.
const MAX_OPEN: usize = 64;

/// The maximum number of interruptions that pauses of worlds are compared with: more than there are in the minute in which
/// a world can still be silent.
const MAX_INTERRUPTIONS: usize = 16;

/// Finds short silences of a link in the timestamps of its events.
///
/// A pause of a few seconds cannot be told from a stalled network while it lasts. When the link delivers again, it can: no
/// event happened in an interval that is much longer than any pause before. Events that are merely delayed leave no hole,
/// because their timestamps fill it.
///
/// A pause of one world cannot be told from a pause between fights, unless it begins or ends with an
/// [interruption](Self::interrupted) of the link: what made the link stop may have made the world stop earlier, or longer.
#[derive(Clone, Debug, Default)]
pub struct Holes {
    link: Option<Pace>,
    /// The number of seconds with events.
    active: u32,
    pauses_since: i64,
    longest: i64,
    longest_before: i64,
    slots: Slots,
    /// By slot.
    worlds: Vec<Pace>,
    /// Holes, and when they were found.
    open: VecDeque<(Hole, u64)>,
    interruptions: VecDeque<(i64, i64)>,
}

/// An interval without events.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Hole {
    /// The world without events; `None` for all worlds.
    pub world: Option<WorldId>,
    /// The last event before the hole.
    pub from: Timestamp,
    /// The first event after it.
    pub to: Timestamp,
    /// The number of events that were expected in it.
    pub expected_lost: f64,
}

/// The latest events, and how many there are per second.
#[derive(Clone, Copy, Debug)]
struct Pace {
    /// The latest timestamp, and the number of events with it.
    last: i64,
    count: u32,
    /// Events per second, and the weight of what was observed.
    mean: f64,
    weight: f64,
}

impl Pace {
    const fn new(at: i64) -> Self {
        Self { last: at, count: 1, mean: 0.0, weight: 0.0 }
    }

    /// Returns the pause before a later event, and what was expected in it.
    fn pause(&self, world: Option<WorldId>, at: i64) -> Hole {
        let expected = if self.weight > 0.0 { self.mean / self.weight } else { 0.0 };
        let expected_lost = expected * seconds(at - self.last - 1);
        Hole { world, from: Timestamp(self.last), to: Timestamp(at), expected_lost }
    }

    fn advance(&mut self, at: i64) {
        let gain = -(-1.0 / MEAN_SECONDS).exp_m1();
        self.mean += gain * (f64::from(self.count) - self.mean);
        self.weight += gain * (1.0 - self.weight);
        let empty = (-seconds(at - self.last - 1) / MEAN_SECONDS).exp();
        self.mean *= empty;
        self.weight = 1.0 - (1.0 - self.weight) * empty;
        (self.last, self.count) = (at, 1);
    }
}

impl Hole {
    const fn seconds(&self) -> i64 {
        self.to.0 - self.from.0 - 1
    }

    fn part(&self, from: i64, to: i64) -> Self {
        let expected_lost = self.expected_lost * seconds(to - from - 1) / seconds(self.seconds());
        Self { from: Timestamp(from), to: Timestamp(to), expected_lost, ..*self }
    }

    fn may_count(&self) -> bool {
        match self.world {
            None => self.seconds() >= TIMES_LONGEST && self.expected_lost >= MIN_LOST,
            Some(_) => self.expected_lost >= MIN_LOST_BESIDE,
        }
    }

    /// Returns what was expected outside of an interval that it overlaps; `None` if it does not, or goes on for
    /// too long.
    fn expected_beside(&self, (from, to): (i64, i64)) -> Option<f64> {
        let overlaps = self.from.0 < to && from < self.to.0;
        let (before, after) = ((from - self.from.0 - 1).max(0), (self.to.0 - to - 1).max(0));
        let is_beside = overlaps && before <= MAX_SECONDS && after <= MAX_SECONDS && self.seconds() > 0;
        is_beside.then(|| self.expected_lost * seconds(before + after) / seconds(self.seconds()))
    }
}

impl Holes {
    /// Records an event of a world, received at `now_ms`. Events from the future must be left out.
    #[inline]
    pub fn event(&mut self, world: Option<WorldId>, timestamp: Timestamp, now_ms: u64) {
        let at = timestamp.0;
        match &mut self.link {
            Some(link) if at == link.last => link.count += 1,
            _ => self.in_another_second(world, at, now_ms),
        }
        let Some(world) = world else { return };
        match self.slots.get(world) {
            Ok(slot) if at == self.worlds[slot].last => self.worlds[slot].count += 1,
            Ok(slot) => self.in_another_second_of(world, slot, at, now_ms),
            Err(free) => {
                let slot = self.slots.add(world, free);
                self.worlds.extend(slot.map(|_| Pace::new(at)));
            }
        }
    }

    /// Records an interval in which all events of the link may be missing, and that was reported.
    pub fn interrupted(&mut self, from: Timestamp, to: Timestamp) {
        if self.interruptions.len() >= MAX_INTERRUPTIONS {
            self.interruptions.pop_front();
        }
        self.interruptions.push_back((from.0, to.0));
    }

    /// Returns the holes that no event has filled.
    pub fn check(&mut self, now_ms: u64) -> Vec<Hole> {
        let mut found = Vec::new();
        let is_settled = |(_, found_ms): &mut (Hole, u64)| now_ms.saturating_sub(*found_ms) >= SETTLE_MS;
        while let Some((hole, _)) = self.open.pop_front_if(is_settled) {
            if hole.world.is_none() {
                self.interrupted(hole.from, hole.to);
                found.push(hole);
                continue;
            }
            let beside = self.interruptions.iter().filter_map(|it| hole.expected_beside(*it)).reduce(f64::min);
            if let Some(expected_lost) = beside.filter(|lost| *lost >= MIN_LOST_BESIDE) {
                found.push(Hole { expected_lost, ..hole });
            }
        }
        found
    }

    fn in_another_second(&mut self, world: Option<WorldId>, at: i64, now_ms: u64) {
        let Some(mut link) = self.link else {
            (self.link, self.active, self.pauses_since) = (Some(Pace::new(at)), 1, at);
            return;
        };
        if at < link.last {
            self.fill(world, at);
            return;
        }
        let pause = link.pause(None, at);
        link.advance(at);
        self.link = Some(link);
        let longest = self.longest.max(self.longest_before) + 1;
        let is_unusual = pause.seconds() <= MAX_SECONDS && pause.seconds() >= TIMES_LONGEST * longest;
        let is_hole = self.active >= MIN_ACTIVE && is_unusual && pause.expected_lost >= MIN_LOST;
        if at - self.pauses_since > PAUSES_SECONDS {
            self.longest_before = if at - self.pauses_since > 2 * PAUSES_SECONDS { 0 } else { self.longest };
            (self.pauses_since, self.longest) = (at, 0);
        }
        // A hole is no pause, so that the next one is found too.
        if is_hole {
            self.open(pause, now_ms);
        } else {
            self.longest = self.longest.max(pause.seconds());
        }
        self.active = self.active.saturating_add(1);
    }

    /// Records the pause of a world, which may turn out to lie beside an interruption.
    fn in_another_second_of(&mut self, world: WorldId, slot: usize, at: i64, now_ms: u64) {
        let pace = &mut self.worlds[slot];
        if at > pace.last {
            let pause = pace.pause(Some(world), at);
            pace.advance(at);
            if pause.may_count() {
                self.open(pause, now_ms);
            }
        }
    }

    fn open(&mut self, hole: Hole, now_ms: u64) {
        if self.open.len() >= MAX_OPEN {
            self.open.pop_front();
        }
        self.open.push_back((hole, now_ms));
    }

    /// Records a late event, which divides the holes that it is in.
    fn fill(&mut self, world: Option<WorldId>, at: i64) {
        let is_in = |hole: &Hole| hole.from.0 < at && at < hole.to.0 && (hole.world.is_none() || hole.world == world);
        if !self.open.iter().any(|(hole, _)| is_in(hole)) {
            return;
        }
        for (hole, found_ms) in std::mem::take(&mut self.open) {
            if is_in(&hole) {
                let parts = [(hole.from.0, at), (at, hole.to.0)].map(|(from, to)| hole.part(from, to));
                self.open.extend(parts.into_iter().filter(Hole::may_count).map(|part| (part, found_ms)));
            } else {
                self.open.push_back((hole, found_ms));
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
            holes.event(None, Timestamp(second), ms(second));
            holes.event(None, Timestamp(second), ms(second));
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
        holes.event(None, Timestamp(70), ms(70));
        (60..70).for_each(|second| holes.event(None, Timestamp(second), ms(71)));
        assert_eq!(found(&mut holes, 90), []);
    }

    #[test]
    fn a_late_event_divides_a_hole() {
        let mut holes = Holes::default();
        busy(&mut holes, 0..60);
        holes.event(None, Timestamp(80), ms(80));
        holes.event(None, Timestamp(62), ms(81));
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

    /// Two events of Osprey and one of `SolTech` in each of these seconds.
    fn busy_worlds(holes: &mut Holes, osprey: std::ops::Range<i64>, soltech: std::ops::Range<i64>) {
        for second in osprey.start.min(soltech.start)..osprey.end.max(soltech.end) {
            for (world, seconds, events) in [(WorldId::OSPREY, &osprey, 2), (WorldId::SOLTECH, &soltech, 1)] {
                let events = if seconds.contains(&second) { events } else { 0 };
                (0..events).for_each(|_| holes.event(Some(world), Timestamp(second), ms(second)));
            }
        }
    }

    fn of_worlds(holes: &mut Holes, second: i64) -> Vec<(Option<WorldId>, i64, i64)> {
        holes.check(ms(second)).iter().map(|hole| (hole.world, hole.from.0, hole.to.0)).collect()
    }

    #[test]
    fn a_pause_of_a_world_is_a_hole_beside_one_of_the_link() {
        let mut holes = Holes::default();
        busy_worlds(&mut holes, 0..60, 0..60);
        busy_worlds(&mut holes, 66..90, 72..90);
        assert_eq!(of_worlds(&mut holes, 100), [(None, 59, 66), (Some(WorldId::SOLTECH), 59, 72)]);
    }

    #[test]
    fn a_pause_of_a_world_is_a_hole_beside_an_interruption() {
        let mut holes = Holes::default();
        busy_worlds(&mut holes, 0..60, 0..50);
        holes.interrupted(Timestamp(58), Timestamp(61));
        busy_worlds(&mut holes, 62..90, 62..90);
        let found = holes.check(ms(100));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (found[0].world, found[0].from, found[0].to),
            (Some(WorldId::SOLTECH), Timestamp(49), Timestamp(62))
        );
        assert!((7.5..8.5).contains(&found[0].expected_lost), "the interruption is reported already: {found:?}");
    }

    #[test]
    fn a_pause_of_a_world_alone_is_no_hole() {
        let mut holes = Holes::default();
        busy_worlds(&mut holes, 0..200, 0..60);
        busy_worlds(&mut holes, 200..300, 80..300);
        holes.interrupted(Timestamp(150), Timestamp(160));
        assert_eq!(of_worlds(&mut holes, 400), []);
    }
}
