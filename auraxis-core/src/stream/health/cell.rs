//! One class on one world.

use super::{
    counter::Counter, coverage::Coverage, evidence::Evidence, expectation::Expectation, rate::Rate,
    silence::REPORT_EVIDENCE, traffic::TrafficClass, world::World,
};

/// What one arrival counts in one of several classes on one of several worlds. The more pauses there are, the longer the
/// longest of them is by chance.
const CERTAINTY: f64 = 1.0 / 5.0;

/// The number of arrivals per second that a few players who know each other cause.
const FEW_CHARACTERS: f64 = 1.0;

/// Arrivals of subscriptions to fewer characters than this are discounted by more than half.
const CROWD: f64 = 200.0;

/// The growth of evidence per second before any experience, or any attack, has arrived.
const EXPERIENCE_PRIOR: f64 = REPORT_EVIDENCE / 300.0;
const ATTACK_PRIOR: f64 = REPORT_EVIDENCE / 1200.0;

/// A prior is used until this number of seconds had events, or this much time has passed.
const PRIOR_SECONDS: f64 = 20.0;
const PRIOR_MS: f64 = 3_600_000.0;

/// One class on one world.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) coverage: Option<Coverage>,
    pub(super) rate: Rate,
    /// The counter's values at the last check.
    events: u64,
    seconds: u32,
    /// Whether an event arrived before the last check.
    pub(super) was_heard: bool,
    /// Earlier events were not subscribed, or were sent before the world was down.
    since_ms: u64,
    listened_ms: f64,
    pub(super) evidence: Evidence,
}

impl Cell {
    pub(super) fn new(coverage: Option<Coverage>) -> Self {
        Self {
            coverage,
            rate: Rate::new(),
            events: 0,
            seconds: 0,
            was_heard: false,
            since_ms: 0,
            listened_ms: 0.0,
            evidence: Evidence::default(),
        }
    }

    /// Forgets the rate.
    pub(super) fn relearn(&mut self) {
        (self.rate, self.listened_ms) = (Rate::new(), 0.0);
    }

    /// Forgets the rate and everything that arrived before `now_ms`.
    pub(super) fn restart(&mut self, now_ms: u64) {
        self.relearn();
        self.since_ms = now_ms;
    }

    /// Changes what is subscribed. Another number of characters does not change the rate.
    pub(super) fn expect(&mut self, coverage: Option<Coverage>, now_ms: u64) {
        match (self.coverage, coverage) {
            (Some(Coverage::Characters(_)), Some(Coverage::Characters(_))) => {}
            (before, after) if before == after => {}
            (None, _) => self.restart(now_ms),
            _ => self.relearn(),
        }
        self.coverage = coverage;
    }

    /// Reads the counter. Returns the numbers of events and of seconds with events since the last call.
    pub(super) fn read(&mut self, counter: &Counter) -> (f64, f64) {
        let events = float(counter.events - self.events);
        let seconds = f64::from(counter.seconds.wrapping_sub(self.seconds));
        (self.events, self.seconds, self.was_heard) = (counter.events, counter.seconds, events > 0.0);
        (events, seconds)
    }

    /// Learns from what arrived in `passed_ms` of listening.
    pub(super) fn learn(&mut self, (events, seconds): (f64, f64), passed_ms: f64, is_watched: bool) {
        self.rate.observe(events, seconds, passed_ms);
        if is_watched {
            self.listened_ms += passed_ms;
        }
    }

    /// Returns what is expected, for a link that was first checked at `started_ms`.
    pub(super) fn expectation(
        &self,
        world: &World,
        class: TrafficClass,
        counter: &Counter,
        started_ms: u64,
    ) -> Expectation {
        let is_watched = world.is_watched() && self.coverage.is_some() && class != TrafficClass::World;
        let last_ms = counter.last_ms().filter(|last| *last >= self.since_ms);
        if !is_watched {
            return Expectation { was_heard: self.was_heard, last_ms, ..Expectation::default() };
        }
        let is_learned = self.rate.seconds() >= PRIOR_SECONDS;
        let is_young = self.listened_ms < PRIOR_MS && !is_learned;
        let is_whole = self.coverage == Some(Coverage::Whole);
        let prior = match class {
            TrafficClass::Experience if is_young && is_whole && world.is_live() => EXPERIENCE_PRIOR,
            TrafficClass::Attack if is_young && is_whole && world.is_live() => ATTACK_PRIOR,
            _ => 0.0,
        };
        let (lull, mean) = (self.crowd() * self.rate.arrivals_in_a_lull(), self.crowd() * self.rate.arrivals());
        Expectation {
            is_watched,
            was_heard: self.was_heard,
            certainty: CERTAINTY,
            lull,
            mean,
            squares: mean * mean,
            prior,
            events: self.rate.events(),
            classes: class.into(),
            last_ms,
            start_ms: self.since_ms.max(started_ms),
            is_learned,
            parts: 1,
            ..Expectation::default()
        }
    }

    /// Returns the share of arrivals that counts, depending on how many players cause them.
    fn crowd(&self) -> f64 {
        match self.coverage {
            None => 0.0,
            Some(Coverage::Whole | Coverage::Part) => 1.0,
            Some(Coverage::Characters(count)) => {
                let (count, arrivals) = (f64::from(count), self.rate.arrivals_in_a_lull());
                count / (count + CROWD) * arrivals / (arrivals + FEW_CHARACTERS)
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "rates need no 53 bits")]
fn float(number: u64) -> f64 {
    number as f64
}
