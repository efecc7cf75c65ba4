//! A seeded random number generator.
//!
//! It generates integers only, so a seed gives the same war on every machine.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A random number generator. The same seed gives the same numbers.
#[derive(Clone, Debug)]
pub(crate) struct Rng(ChaCha8Rng);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Returns a number from `low` to `high`, inclusive.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        self.0.random_range(low..=high)
    }

    /// Returns true with this probability.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.between(1, 100) <= percent
    }

    /// Returns an index below `length`, which must not be 0.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        self.0.random_range(0..length as u64).try_into().unwrap_or(0)
    }

    /// Returns one of the choices, which must not be empty.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.index(choices.len())]
    }

    /// Returns one of the choices, by weight.
    pub(crate) fn pick_weighted<T: Copy>(&mut self, choices: &[(u64, T)]) -> T {
        let total = choices.iter().map(|(weight, _)| weight).sum::<u64>().max(1);
        let mut at = self.between(1, total);
        for (weight, choice) in choices {
            if at <= *weight {
                return *choice;
            }
            at -= weight;
        }
        choices[0].1
    }

    /// Returns a number between 1/4 and 7/4 of the mean.
    pub(crate) fn around(&mut self, mean: u64) -> u64 {
        self.between(mean / 4, mean * 7 / 4)
    }
}
