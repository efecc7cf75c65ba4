//! Delays between attempts to connect.

use std::time::Duration;

use crate::backoff::Backoff;

/// The maximum of the random delay before the first attempt after a working connection, so that many bots do not
/// reconnect at the same time.
const MAX_FIRST_DELAY: Duration = Duration::from_millis(300);

/// A connection that is shorter than this does not reset the backoff if the previous one was short as well: an
/// overloaded server accepts connections and drops them again.
const SHORT: Duration = Duration::from_secs(5);

/// Delays between attempts to connect: almost none after a working connection, then, while attempts fail, growing from
/// one second to 15 seconds including jitter.
pub(super) struct ReconnectDelay {
    backoff: Option<Backoff>,
    was_short: bool,
}

impl ReconnectDelay {
    pub(super) const fn new() -> Self {
        Self { backoff: None, was_short: false }
    }

    /// Records the end of a connection that was up for this time.
    pub(super) fn disconnected(&mut self, uptime: Duration) {
        let is_short = uptime < SHORT;
        if !(is_short && self.was_short) {
            self.backoff = None;
        }
        self.was_short = is_short;
    }

    pub(super) fn next(&mut self) -> Duration {
        if let Some(backoff) = &mut self.backoff {
            return backoff.next();
        }
        self.backoff = Some(Backoff::between(Duration::from_secs(1), Duration::from_millis(7_500)));
        MAX_FIRST_DELAY.mul_f32(fastrand::f32())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_a_maximum_while_attempts_fail() {
        let mut delay = ReconnectDelay::new();
        let delays: Vec<_> = (0..100).map(|_| delay.next()).collect();
        assert!(delays[0] <= Duration::from_millis(300), "{:?}", delays[0]);
        assert!(delays[1] >= Duration::from_secs(1) && delays[1] <= Duration::from_secs(2), "{:?}", delays[1]);
        assert!(delays[5] >= Duration::from_millis(7_500));
        assert!(delays.iter().all(|&delay| delay <= Duration::from_secs(15)));
        assert!(delays[10..].windows(2).any(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn the_first_attempt_after_a_working_connection_is_immediate() {
        let mut delay = ReconnectDelay::new();
        for _ in 0..10 {
            delay.next();
        }
        for uptime in [1, 40, 10, 3, 40] {
            delay.disconnected(Duration::from_secs(uptime));
            assert!(delay.next() <= Duration::from_millis(300), "after {uptime} s");
        }
    }

    #[test]
    fn delays_grow_if_a_server_accepts_connections_and_drops_them_again() {
        let mut delay = ReconnectDelay::new();
        let delays: Vec<_> = (0..8)
            .map(|_| {
                delay.disconnected(Duration::from_secs(1));
                delay.next()
            })
            .collect();
        assert!(delays[7] >= Duration::from_millis(7_500), "{delays:?}");
    }
}
