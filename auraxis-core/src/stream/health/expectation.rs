//! What is expected of a class, of a world, or of the link.

use super::{silence::REPORT_EVIDENCE, traffic::TrafficClasses};

/// The maximum growth of evidence per second: nothing is reported before 5 s.
pub(super) const MAX_GROWTH: f64 = REPORT_EVIDENCE / 5.0;

/// The number of arrivals per second that one or two players cause.
const FEW_PLAYERS: f64 = 0.05;

/// What is expected at a check.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Expectation {
    pub(super) is_watched: bool,
    /// Whether an event has arrived since the previous check.
    pub(super) was_heard: bool,
    /// What one arrival counts.
    pub(super) certainty: f64,
    /// Independent arrivals per second: in a lull, on average, and the squares of the averages.
    pub(super) lull: f64,
    pub(super) mean: f64,
    pub(super) squares: f64,
    /// For a class on all worlds: the mean of all worlds, and of those that are probably silent as a whole.
    pub(super) total: f64,
    pub(super) suspect: f64,
    /// Growth of evidence per second before anything is learned.
    pub(super) prior: f64,
    /// Events per second.
    pub(super) events: f64,
    pub(super) classes: TrafficClasses,
    pub(super) last_ms: Option<u64>,
    /// When listening began.
    pub(super) start_ms: u64,
    /// Whether enough has arrived to need no prior.
    pub(super) is_learned: bool,
    /// The number of parts with arrivals.
    pub(super) parts: u32,
}

impl Expectation {
    /// Returns the growth of evidence per second.
    pub(super) fn growth(&self) -> f64 {
        let arrivals = self.arrivals();
        (self.certainty * arrivals * arrivals / (arrivals + FEW_PLAYERS)).min(MAX_GROWTH)
    }

    /// Returns the number of independent arrivals per second to rely on.
    ///
    /// Lulls of different worlds do not coincide, so the lull of the sum is shallower by the square root of their number;
    /// a small world counts as less than one.
    fn arrivals(&self) -> f64 {
        if self.mean > 0.0 { self.mean - (self.mean - self.lull) * self.squares.sqrt() / self.mean } else { 0.0 }
    }

    /// Returns the share of what is expected that no silent world explains.
    pub(super) fn unexplained(&self) -> f64 {
        if self.total > 0.0 { 1.0 - self.suspect / self.total } else { 1.0 }
    }

    /// Returns when the silence began, if this is silent.
    pub(super) fn since_ms(&self) -> u64 {
        self.last_ms.unwrap_or(self.start_ms)
    }

    /// Adds something independent: another world.
    pub(super) fn add(&mut self, other: &Self) {
        self.was_heard |= other.was_heard;
        self.last_ms = self.last_ms.max(other.last_ms);
        if other.is_watched {
            self.start_ms = if self.is_watched { self.start_ms.min(other.start_ms) } else { other.start_ms };
            self.is_watched = true;
            self.is_learned |= other.is_learned;
            self.lull += other.lull;
            self.mean += other.mean;
            self.squares += other.squares;
            self.prior += other.prior;
            self.events += other.events;
            self.classes.insert_all(other.classes);
            self.parts += u32::from(other.mean > 0.0);
        }
    }

    /// Adds another class of the same world. Deaths and experience come from the same fights, so the more frequent class
    /// counts.
    pub(super) fn add_class(&mut self, other: &Self) {
        let most = if self.lull > other.lull { *self } else { *other };
        let prior = self.prior.max(other.prior);
        self.add(other);
        (self.lull, self.mean, self.squares, self.prior) = (most.lull, most.mean, most.squares, prior);
    }

    /// Returns the same without expected events.
    pub(super) fn without_rate(&self) -> Self {
        Self { lull: 0.0, mean: 0.0, squares: 0.0, prior: 0.0, events: 0.0, ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_of_worlds_adds_up_and_their_lulls_do_not() {
        let world = Expectation { is_watched: true, lull: 0.5, mean: 1.0, squares: 1.0, ..Expectation::default() };
        let mut link = Expectation::default();
        (0..4).for_each(|_| link.add(&world));
        assert!((world.arrivals() - 0.5).abs() < 1e-9);
        assert!((link.arrivals() - 3.0).abs() < 1e-9, "{}", link.arrivals());
        let mut both = world;
        both.add_class(&Expectation { lull: 0.1, mean: 2.0, squares: 4.0, ..world });
        assert!((both.arrivals() - 0.5).abs() < 1e-9, "classes of one world come from the same fights");
    }
}
