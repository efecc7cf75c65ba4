//! The schedule of faults.

use std::{collections::BTreeMap, time::Duration};

use auraxis_core::id::WorldId;

use super::{
    chaos,
    fault::Fault,
    injection::Injection,
    script::{Line, Script, When},
};
use crate::war::Rng;

/// The scheduled faults, and the ends of downtimes. Moments are counted from the start of the simulator.
#[derive(Debug)]
pub(crate) struct Plan {
    /// By moment, then in insertion order.
    due: BTreeMap<(Duration, u64), Entry>,
    sequence: u64,
    rng: Rng,
    worlds: Vec<WorldId>,
}

#[derive(Debug)]
enum Entry {
    Line(Line),
    WorldUp(WorldId),
}

/// A due action.
#[derive(Debug)]
pub(crate) enum Action {
    /// Start a fault.
    Inject(Injection),
    /// End the downtime of a world.
    WorldUp(WorldId),
}

impl Plan {
    /// Schedules the faults of a script. Random faults choose from `worlds`.
    pub(crate) fn new(script: Script, seed: u64, worlds: Vec<WorldId>) -> Self {
        let mut plan = Self { due: BTreeMap::new(), sequence: 0, rng: Rng::new(seed), worlds };
        for line in script.lines {
            match line.when {
                When::At(moment) => plan.insert(moment, Entry::Line(line)),
                When::Every { .. } => plan.repeat(Duration::ZERO, line),
            }
        }
        plan
    }

    fn insert(&mut self, at: Duration, entry: Entry) {
        self.sequence += 1;
        self.due.insert((at, self.sequence), entry);
    }

    fn repeat(&mut self, now: Duration, line: Line) {
        let When::Every { period, jitter } = line.when else { return };
        let spread = u64::try_from(jitter.as_millis() * 2).unwrap_or(u64::MAX);
        let shift = Duration::from_millis(self.rng.between(0, spread));
        let next = (now + period + shift).saturating_sub(jitter);
        self.insert(next.max(now + Duration::from_millis(1)), Entry::Line(line));
    }

    /// Schedules the end of a world's downtime.
    pub(crate) fn schedule_world_up(&mut self, at: Duration, world: WorldId) {
        self.insert(at, Entry::WorldUp(world));
    }

    /// Returns when the next action is due.
    pub(crate) fn next(&self) -> Option<Duration> {
        self.due.keys().next().map(|(at, _)| *at)
    }

    /// Removes and returns the next action.
    pub(crate) fn take(&mut self) -> Option<(Duration, Action)> {
        let ((at, _), entry) = self.due.pop_first()?;
        let action = match entry {
            Entry::Line(line) => {
                let injection = line.injection.clone();
                self.repeat(at, line);
                Action::Inject(injection)
            }
            Entry::WorldUp(world) => Action::WorldUp(world),
        };
        Some((at, action))
    }

    /// Replaces [`Fault::Anything`] with a random fault.
    pub(crate) fn resolve_random(&mut self, injection: Injection) -> Injection {
        let Injection { fault: Fault::Anything, links } = injection else { return injection };
        chaos::random_fault(&mut self.rng, &self.worlds).on(links)
    }

    /// Returns a random number below `many`.
    pub(crate) fn random_index(&mut self, many: usize) -> usize {
        self.rng.index(many)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(script: &str, seed: u64, many: usize) -> Vec<(u128, String)> {
        let mut plan = Plan::new(script.parse().unwrap(), seed, vec![WorldId::OSPREY]);
        let mut next = || {
            let (at, action) = plan.take().unwrap();
            let Action::Inject(injection) = action else { panic!() };
            (at.as_millis(), plan.resolve_random(injection).to_string())
        };
        (0..many).map(|_| next()).collect()
    }

    #[test]
    fn faults_start_in_order() {
        let script = "every 4s cut\nat 5s reset\nat 1s garbage 1\nat 5s close 1000";
        let expected = [(1_000, "garbage 1"), (4_000, "cut"), (5_000, "reset"), (5_000, "close 1000"), (8_000, "cut")];
        assert_eq!(moments(script, 1, 5), expected.map(|(at, text)| (at, text.to_owned())));
    }

    #[test]
    fn random_faults_repeat_for_a_seed_and_keep_their_period() {
        let script = "every 5s ±2s anything";
        let first = moments(script, 1, 200);
        assert_eq!(first, moments(script, 1, 200));
        assert_ne!(first, moments(script, 2, 200));
        assert!(first.windows(2).all(|pair| (3_000..=7_000).contains(&(pair[1].0 - pair[0].0))));
    }
}
