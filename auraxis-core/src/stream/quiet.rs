//! The evidence of one silence: what is expected, and how long it has not arrived.

use super::silence::{ACT_EVIDENCE, Change, Level, REPORT_EVIDENCE, Silence, TrafficClasses};
use crate::id::WorldId;

/// The largest growth of evidence per second: nothing is reported before 5 s.
const MAX_GROWTH: f64 = REPORT_EVIDENCE / 5.0;

/// Arrivals per second that one or two players cause.
const FEW_PLAYERS: f64 = 0.05;

/// How slowly the expectation decays during a silence.
pub(super) const DECAY_MS: f64 = 3_600_000.0;

/// Evidence from which on a world is no longer expected to break the silence of its link.
const SUSPECT_EVIDENCE: f64 = 2.0;

/// The silence of a cell, a world, a class or the link.
#[derive(Clone, Debug, Default)]
pub(super) struct Quiet {
    /// Time spent listening since the last event.
    pub(super) ms: f64,
    /// What was expected when the last event arrived: growth of evidence, and events, per second.
    pub(super) growth: f64,
    pub(super) events: f64,
    pub(super) evidence: f64,
    pub(super) lost: f64,
    /// As it was reported last.
    pub(super) reported: Option<Silence>,
}

impl Quiet {
    pub(super) fn is_reported(&self) -> bool {
        self.reported.is_some()
    }

    /// Whether it has lasted so long that nothing can be expected of it.
    pub(super) fn is_suspect(&self) -> bool {
        self.evidence >= SUSPECT_EVIDENCE
    }

    pub(super) fn now(&self) -> Option<Silence> {
        self.reported.map(|silence| Silence { evidence: self.evidence, expected_lost: self.lost, ..silence })
    }

    /// Expects no more than the sum, after a change of what there is to expect.
    pub(super) fn limit(&mut self, sum: &Sum) {
        self.growth = self.growth.min(sum.growth());
        self.events = self.events.min(sum.events);
    }

    /// Goes on by `passed_ms` of listening.
    pub(super) fn check(&mut self, sum: &Sum, world: Option<WorldId>, covered: bool, passed_ms: f64) -> Option<Change> {
        if !sum.watched {
            let change = self.now().map(Change::Withdrawn);
            *self = Self::default();
            return change;
        }
        if sum.heard {
            let change = self.now().map(Change::Recovered);
            *self = Self { growth: sum.growth(), events: sum.events, ..Self::default() };
            return change;
        }
        if covered {
            return None;
        }
        let seconds = passed_ms / 1000.0;
        self.ms += passed_ms;
        let decay = (-self.ms / DECAY_MS).exp();
        self.evidence += (self.growth * sum.unexplained() + sum.prior).min(MAX_GROWTH) * decay * seconds;
        if world.is_some() && self.growth <= 0.0 {
            // Assumed, never heard: worlds merge and close, and a link that delivers others is not to blame.
            self.evidence = self.evidence.min(f64::midpoint(REPORT_EVIDENCE, ACT_EVIDENCE));
        }
        self.lost += self.events * decay * seconds;
        let level = Level::of(self.evidence)?;
        if self.reported.is_some_and(|silence| silence.level >= level) {
            return None;
        }
        let (evidence, expected_lost) = (self.evidence, self.lost.max(self.evidence));
        let since_ms = self.reported.map_or(sum.since_ms(), |silence| silence.since_ms);
        let silence = Silence { world, classes: sum.classes, since_ms, expected_lost, evidence, level };
        self.lost = expected_lost;
        self.reported = Some(silence);
        Some(Change::Silent(silence))
    }
}

/// What is known at a check of a cell or of several.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum {
    pub(super) watched: bool,
    pub(super) heard: bool,
    /// What one arrival counts.
    pub(super) certainty: f64,
    /// Independent arrivals per second: in a lull, on average, and the squares of the latter.
    pub(super) lull: f64,
    pub(super) mean: f64,
    pub(super) squares: f64,
    /// Of a class on all worlds: the mean of all of them, and of those that are probably silent as a whole.
    pub(super) total: f64,
    pub(super) suspect: f64,
    pub(super) prior: f64,
    pub(super) events: f64,
    pub(super) classes: TrafficClasses,
    pub(super) last_ms: Option<u64>,
    /// When listening began.
    pub(super) start_ms: u64,
    /// Enough was heard to need no prior.
    pub(super) learned: bool,
    /// Parts with arrivals.
    pub(super) parts: u32,
}

impl Sum {
    pub(super) fn growth(&self) -> f64 {
        let arrivals = self.arrivals();
        (self.certainty * arrivals * arrivals / (arrivals + FEW_PLAYERS)).min(MAX_GROWTH)
    }

    /// Independent arrivals per second to rely on. Lulls of different worlds do not coincide, so that of the sum is
    /// shallower by the root of their number; a small world counts for less than one.
    pub(super) fn arrivals(&self) -> f64 {
        if self.mean > 0.0 { self.mean - (self.mean - self.lull) * self.squares.sqrt() / self.mean } else { 0.0 }
    }

    /// The share of what is expected that no silent world explains.
    fn unexplained(&self) -> f64 {
        if self.total > 0.0 { 1.0 - self.suspect / self.total } else { 1.0 }
    }

    pub(super) fn since_ms(&self) -> u64 {
        self.last_ms.unwrap_or(self.start_ms)
    }

    /// Adds what is independent of it: another world.
    pub(super) fn add(&mut self, other: &Self) {
        self.heard |= other.heard;
        self.last_ms = self.last_ms.max(other.last_ms);
        if other.watched {
            self.start_ms = if self.watched { self.start_ms.min(other.start_ms) } else { other.start_ms };
            self.watched = true;
            self.learned |= other.learned;
            self.lull += other.lull;
            self.mean += other.mean;
            self.squares += other.squares;
            self.prior += other.prior;
            self.events += other.events;
            self.classes.0 |= other.classes.0;
            self.parts += u32::from(other.mean > 0.0);
        }
    }

    /// The same without what is expected.
    pub(super) fn without_rate(&self) -> Self {
        Self { lull: 0.0, mean: 0.0, squares: 0.0, prior: 0.0, events: 0.0, ..*self }
    }

    /// Joins another class of the same world: deaths and experience are one fight, so the more frequent one counts.
    pub(super) fn join(&mut self, other: &Self) {
        let most = if self.lull > other.lull { *self } else { *other };
        let prior = self.prior.max(other.prior);
        self.add(other);
        (self.lull, self.mean, self.squares, self.prior) = (most.lull, most.mean, most.squares, prior);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_of_worlds_adds_up_and_their_lulls_do_not() {
        let world = Sum { watched: true, lull: 0.5, mean: 1.0, squares: 1.0, ..Sum::default() };
        let mut link = Sum::default();
        (0..4).for_each(|_| link.add(&world));
        assert!((world.arrivals() - 0.5).abs() < 1e-9);
        assert!((link.arrivals() - 3.0).abs() < 1e-9, "{}", link.arrivals());
        let mut both = world;
        both.join(&Sum { lull: 0.1, mean: 2.0, squares: 4.0, ..world });
        assert!((both.arrivals() - 0.5).abs() < 1e-9, "classes of one world are one fight");
    }

    #[test]
    fn evidence_is_bounded_and_ends_with_the_hour() {
        let sum = Sum { watched: true, certainty: 1.0, lull: 100.0, mean: 100.0, squares: 10_000.0, ..Sum::default() };
        let mut quiet = Quiet { growth: sum.growth(), ..Quiet::default() };
        let level = |change: Option<Change>| match change {
            Some(Change::Silent(silence)) => Some(silence.level),
            _ => None,
        };
        let levels: Vec<_> =
            (1..=36_000).filter_map(|second| Some((second, level(quiet.check(&sum, None, false, 1000.0))?))).collect();
        assert_eq!(levels, [(6, Level::Report), (15, Level::Act)]);
        assert!(quiet.evidence < MAX_GROWTH * 3600.0);
        let heard = Sum { heard: true, ..sum };
        assert!(matches!(quiet.check(&heard, None, false, 1000.0), Some(Change::Recovered(_))));
        assert!(!quiet.is_reported());
    }
}
