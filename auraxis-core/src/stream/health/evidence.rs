//! The evidence of one silence.

use super::{
    expectation::{Expectation, MAX_GROWTH},
    silence::{ACT_EVIDENCE, Change, Level, REPORT_EVIDENCE, Silence},
};
use crate::id::WorldId;

/// The time constant with which the expectation decays during a silence.
pub(super) const DECAY_MS: f64 = 3_600_000.0;

/// The evidence from which on a world is no longer expected to break the silence of its link.
const SUSPECT_EVIDENCE: f64 = 2.0;

/// The evidence that a class, a world or the link is silent.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    /// The time spent listening since the last event.
    ms: f64,
    /// What was expected when the last event arrived: growth of evidence per second, and events per second.
    pub(super) growth: f64,
    events: f64,
    amount: f64,
    lost: f64,
    /// The silence as it was last reported.
    reported: Option<Silence>,
}

impl Evidence {
    /// Returns the level that was reported.
    pub(super) fn level(&self) -> Option<Level> {
        self.reported.map(|silence| silence.level)
    }

    pub(super) const fn is_reported(&self) -> bool {
        self.reported.is_some()
    }

    /// Returns whether the silence has lasted so long that no event is expected to end it.
    pub(super) fn is_suspect(&self) -> bool {
        self.amount >= SUSPECT_EVIDENCE
    }

    /// Returns the reported silence with its current evidence.
    pub(super) fn silence(&self) -> Option<Silence> {
        self.reported.map(|silence| Silence { evidence: self.amount, expected_lost: self.lost, ..silence })
    }

    /// Expects no more than this, after a change of the subscription.
    pub(super) fn limit(&mut self, expectation: &Expectation) {
        self.growth = self.growth.min(expectation.growth());
        self.events = self.events.min(expectation.events);
    }

    /// Advances by `passed_ms` of listening. A silence that a wider one covers does not grow.
    pub(super) fn check(
        &mut self,
        expectation: &Expectation,
        world: Option<WorldId>,
        is_covered: bool,
        passed_ms: f64,
    ) -> Option<Change> {
        if !expectation.is_watched {
            let change = self.silence().map(Change::Withdrawn);
            *self = Self::default();
            return change;
        }
        if expectation.was_heard {
            let change = self.silence().map(Change::Recovered);
            *self = Self { growth: expectation.growth(), events: expectation.events, ..Self::default() };
            return change;
        }
        if is_covered {
            return None;
        }
        let seconds = passed_ms / 1000.0;
        self.ms += passed_ms;
        let decay = (-self.ms / DECAY_MS).exp();
        let growth = self.growth * expectation.unexplained() + expectation.prior;
        self.amount += growth.min(MAX_GROWTH) * decay * seconds;
        if world.is_some() && self.growth <= 0.0 {
            // It has never delivered, so it is only assumed to: worlds merge and close. A link that delivers other worlds
            // is not to blame.
            self.amount = self.amount.min(f64::midpoint(REPORT_EVIDENCE, ACT_EVIDENCE));
        }
        self.lost += self.events * decay * seconds;
        let level = Level::of(self.amount)?;
        if self.level().is_some_and(|reported| reported >= level) {
            return None;
        }
        self.lost = self.lost.max(self.amount);
        let silence = Silence {
            world,
            classes: expectation.classes,
            since_ms: self.reported.map_or(expectation.since_ms(), |silence| silence.since_ms),
            expected_lost: self.lost,
            evidence: self.amount,
            level,
        };
        self.reported = Some(silence);
        Some(Change::Silent(silence))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_bounded_and_stops_growing_within_hours() {
        let expectation = Expectation {
            is_watched: true,
            certainty: 1.0,
            lull: 100.0,
            mean: 100.0,
            squares: 10_000.0,
            ..Expectation::default()
        };
        let mut evidence = Evidence { growth: expectation.growth(), ..Evidence::default() };
        let level = |change: Option<Change>| match change {
            Some(Change::Silent(silence)) => Some(silence.level),
            _ => None,
        };
        let levels: Vec<_> = (1..=36_000)
            .filter_map(|second| Some((second, level(evidence.check(&expectation, None, false, 1000.0))?)))
            .collect();
        assert_eq!(levels, [(6, Level::Report), (15, Level::Act)]);
        assert!(evidence.amount < MAX_GROWTH * 3600.0);
        let heard = Expectation { was_heard: true, ..expectation };
        assert!(matches!(evidence.check(&heard, None, false, 1000.0), Some(Change::Recovered(_))));
        assert!(!evidence.is_reported());
    }
}
