//! How long to wait before connecting again.

use std::time::Duration;

use crate::backoff::Backoff;

/// How long at most before the first attempt after a connection that worked, at random, so that many bots do not come
/// back in step.
const AT_ONCE: Duration = Duration::from_millis(300);

/// A connection that lived for less is no success if the one before did so too: a server that is worn out takes
/// everybody and drops them again.
const SHORT: Duration = Duration::from_secs(5);

/// Delays between attempts to connect: none to speak of after a connection that worked; then, while attempts fail, they
/// grow from a second to 15 seconds, the random part included.
pub(super) struct Delays {
    growing: Option<Backoff>,
    was_short: bool,
}

impl Delays {
    pub(super) const fn new() -> Self {
        Self { growing: None, was_short: false }
    }

    /// A connection that was up has come to its end.
    pub(super) fn worked(&mut self, lived: Duration) {
        let is_short = lived < SHORT;
        if !(is_short && self.was_short) {
            self.growing = None;
        }
        self.was_short = is_short;
    }

    pub(super) fn next(&mut self) -> Duration {
        if let Some(growing) = &mut self.growing {
            return growing.next();
        }
        self.growing = Some(Backoff::between(Duration::from_secs(1), Duration::from_millis(7_500)));
        AT_ONCE.mul_f32(fastrand::f32())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_a_bound_while_attempts_fail() {
        let mut delay = Delays::new();
        let delays: Vec<_> = (0..100).map(|_| delay.next()).collect();
        assert!(delays[0] <= Duration::from_millis(300), "{:?}", delays[0]);
        assert!(delays[1] >= Duration::from_secs(1) && delays[1] <= Duration::from_secs(2), "{:?}", delays[1]);
        assert!(delays[5] >= Duration::from_millis(7_500));
        assert!(delays.iter().all(|&delay| delay <= Duration::from_secs(15)));
        assert!(delays[10..].windows(2).any(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn the_first_attempt_after_a_connection_that_worked_comes_at_once() {
        let mut delay = Delays::new();
        for _ in 0..10 {
            delay.next();
        }
        for lived in [1, 40, 10, 3, 40] {
            delay.worked(Duration::from_secs(lived));
            assert!(delay.next() <= Duration::from_millis(300), "after {lived} s");
        }
    }

    #[test]
    fn a_server_that_drops_everybody_again_is_left_in_peace() {
        let mut delay = Delays::new();
        let delays: Vec<_> = (0..8)
            .map(|_| {
                delay.worked(Duration::from_secs(1));
                delay.next()
            })
            .collect();
        assert!(delays[7] >= Duration::from_millis(7_500), "{delays:?}");
    }
}
