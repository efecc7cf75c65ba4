//! What is due.

use std::{collections::BTreeMap, time::Duration};

use auraxis_core::id::WorldId;

use super::{
    Fault, Strike, chaos,
    script::{Line, Script, When},
};
use crate::war::Dice;

/// The faults to come, and the end of those that announce it. Moments are counted from the start of the simulator.
#[derive(Debug)]
pub(crate) struct Plan {
    /// By moment, and in the order of writing within one.
    due: BTreeMap<(Duration, u64), Entry>,
    written: u64,
    dice: Dice,
}

#[derive(Debug)]
enum Entry {
    Line(Line),
    Up(WorldId),
}

/// Something that is due.
#[derive(Debug)]
pub(crate) enum Turn {
    /// A fault begins.
    Strike(Strike),
    /// A world that was down comes up again.
    Up(WorldId),
}

impl Plan {
    pub(crate) fn new(script: Script, seed: u64) -> Self {
        let mut plan = Self { due: BTreeMap::new(), written: 0, dice: Dice::new(seed) };
        for line in script.lines {
            match line.when {
                When::At(moment) => plan.put(moment, Entry::Line(line)),
                When::Every { .. } => plan.repeat(Duration::ZERO, line),
            }
        }
        plan
    }

    fn put(&mut self, at: Duration, entry: Entry) {
        self.written += 1;
        self.due.insert((at, self.written), entry);
    }

    fn repeat(&mut self, now: Duration, line: Line) {
        let When::Every { period, jitter } = line.when else { return };
        let spread = u64::try_from(jitter.as_millis() * 2).unwrap_or(u64::MAX);
        let shift = Duration::from_millis(self.dice.between(0, spread));
        let next = (now + period + shift).saturating_sub(jitter);
        self.put(next.max(now + Duration::from_millis(1)), Entry::Line(line));
    }

    /// Has a world that is down come up at this moment.
    pub(crate) fn raise(&mut self, at: Duration, world: WorldId) {
        self.put(at, Entry::Up(world));
    }

    /// When something is due next.
    pub(crate) fn next(&self) -> Option<Duration> {
        self.due.keys().next().map(|(at, _)| *at)
    }

    /// Takes what is due next.
    pub(crate) fn take(&mut self) -> Option<(Duration, Turn)> {
        let ((at, _), entry) = self.due.pop_first()?;
        let turn = match entry {
            Entry::Line(line) => {
                let strike = line.strike.clone();
                self.repeat(at, line);
                Turn::Strike(strike)
            }
            Entry::Up(world) => Turn::Up(world),
        };
        Some((at, turn))
    }

    /// The same fault, or some fault if it is to be anything.
    pub(crate) fn settle(&mut self, strike: Strike) -> Strike {
        let Strike { fault: Fault::Anything, links } = strike else { return strike };
        chaos::fault(&mut self.dice).on(links)
    }

    /// One of so many, by chance.
    pub(crate) fn pick(&mut self, many: usize) -> usize {
        self.dice.position(many)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(script: &str, seed: u64, many: usize) -> Vec<(u128, String)> {
        let mut plan = Plan::new(script.parse().unwrap(), seed);
        let mut next = || {
            let (at, turn) = plan.take().unwrap();
            let Turn::Strike(strike) = turn else { panic!() };
            (at.as_millis(), plan.settle(strike).to_string())
        };
        (0..many).map(|_| next()).collect()
    }

    #[test]
    fn faults_come_up_in_their_order() {
        let script = "every 4s cut\nat 5s reset\nat 1s garbage 1\nat 5s close 1000";
        let expected = [(1_000, "garbage 1"), (4_000, "cut"), (5_000, "reset"), (5_000, "close 1000"), (8_000, "cut")];
        assert_eq!(moments(script, 1, 5), expected.map(|(at, text)| (at, text.to_owned())));
    }

    #[test]
    fn chance_repeats_itself_for_a_seed_and_stays_within_its_bounds() {
        let script = "every 5s ±2s anything";
        let first = moments(script, 1, 200);
        assert_eq!(first, moments(script, 1, 200));
        assert_ne!(first, moments(script, 2, 200));
        assert!(first.windows(2).all(|pair| (3_000..=7_000).contains(&(pair[1].0 - pair[0].0))));
    }
}
