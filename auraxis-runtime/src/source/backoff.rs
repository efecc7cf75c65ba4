//! How long to wait before connecting again.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

/// How long at most before the first attempt after a connection that worked, at random, so that many bots do not come
/// back in step.
const AT_ONCE: f32 = 0.3;

/// A connection that lived for less is no success if the one before did so too: a server that is worn out takes
/// everybody and drops them again.
const SHORT: Duration = Duration::from_secs(5);

/// Delays between attempts to connect: none to speak of after a connection that worked; then, while attempts fail, from
/// one second to ten, twice as long each time, and up to half as much again at random.
pub(crate) struct Backoff {
    delays: Option<ExponentialBackoff>,
    was_short: bool,
}

impl Backoff {
    pub(crate) const fn new() -> Self {
        Self { delays: None, was_short: false }
    }

    /// A connection over which data flowed has come to its end.
    pub(crate) fn worked(&mut self, lived: Duration) {
        let is_short = lived < SHORT;
        if !(is_short && self.was_short) {
            self.delays = None;
        }
        self.was_short = is_short;
    }

    pub(crate) fn next(&mut self) -> Duration {
        const LONGEST: Duration = Duration::from_secs(10);

        let Some(delays) = &mut self.delays else {
            self.delays = Some(
                ExponentialBuilder::new()
                    .with_min_delay(Duration::from_secs(1))
                    .with_max_delay(LONGEST)
                    .with_factor(2.0)
                    .without_max_times()
                    .build(),
            );
            return Duration::from_secs_f32(fastrand::f32() * AT_ONCE);
        };
        let delay = delays.next().unwrap_or(LONGEST);
        delay + delay.mul_f32(fastrand::f32() / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_a_bound_while_attempts_fail() {
        let mut backoff = Backoff::new();
        let delays: Vec<_> = (0..100).map(|_| backoff.next()).collect();
        assert!(delays[0] <= Duration::from_millis(300), "{:?}", delays[0]);
        assert!(delays[1] >= Duration::from_secs(1) && delays[1] <= Duration::from_millis(1_500), "{:?}", delays[1]);
        assert!(delays[5] >= Duration::from_secs(10));
        assert!(delays.iter().all(|&delay| delay <= Duration::from_secs(15)));
        assert!(delays[10..].windows(2).any(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn the_first_attempt_after_a_connection_that_worked_comes_at_once() {
        let mut backoff = Backoff::new();
        for _ in 0..10 {
            backoff.next();
        }
        for lived in [1, 40, 10, 3, 40] {
            backoff.worked(Duration::from_secs(lived));
            assert!(backoff.next() <= Duration::from_millis(300), "after {lived} s");
        }
    }

    #[test]
    fn a_server_that_drops_everybody_again_is_left_in_peace() {
        let mut backoff = Backoff::new();
        let delays: Vec<_> = (0..8)
            .map(|_| {
                backoff.worked(Duration::from_secs(1));
                backoff.next()
            })
            .collect();
        assert!(delays[7] >= Duration::from_secs(10), "{delays:?}");
    }
}
