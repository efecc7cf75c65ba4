//! How long to wait before trying again.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

/// Delays between attempts to connect: from one second, twice as long each time, up to a minute, plus as much again at
/// random, so that many bots do not come back in step.
pub(crate) struct Backoff(ExponentialBackoff);

impl Backoff {
    pub(crate) fn new() -> Self {
        Self(
            ExponentialBuilder::new()
                .with_min_delay(Duration::from_secs(1))
                .with_max_delay(Duration::from_mins(1))
                .with_factor(2.0)
                .with_jitter()
                .without_max_times()
                .build(),
        )
    }

    pub(crate) fn next(&mut self) -> Duration {
        self.0.next().unwrap_or(Duration::from_mins(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_a_bound_and_differ() {
        let mut backoff = Backoff::new();
        let delays: Vec<_> = (0..200).map(|_| backoff.next()).collect();
        assert!(delays[0] >= Duration::from_secs(1) && delays[0] <= Duration::from_secs(2), "{:?}", delays[0]);
        assert!(delays[5] >= Duration::from_secs(32));
        assert!(delays.iter().all(|&delay| delay <= Duration::from_mins(2)));
        assert!(delays[100..].windows(2).any(|pair| pair[0] != pair[1]));
    }
}
