//! How a bot reads from the broker.

use std::time::Duration;

/// Where a bot without a durable name begins, and one with a durable name the first time it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Since {
    /// Events that are published from now on.
    #[default]
    Now,
    /// Events that were published within this time.
    Ago(Duration),
    /// All events that the broker has.
    Start,
}

impl From<Duration> for Since {
    fn from(ago: Duration) -> Self {
        Self::Ago(ago)
    }
}

/// How a bot reads.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// The name that copies of the bot share.
    pub(super) durable: Option<String>,
    pub(super) since: Since,
    pub(super) ack_wait: Duration,
    pub(super) retry_delays: Vec<Duration>,
    pub(super) max_deliveries: u64,
    pub(super) unclaimed_for: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            durable: None,
            since: Since::Now,
            ack_wait: Duration::from_secs(30),
            retry_delays: [1, 10, 60, 600].map(Duration::from_secs).into(),
            max_deliveries: 10,
            unclaimed_for: Duration::from_secs(30),
        }
    }
}

impl Settings {
    /// The interval at which the broker is told that events are still being handled.
    pub(super) fn progress_interval(&self) -> Duration {
        self.ack_wait / 3
    }

    /// How long to wait after this many failed attempts, or `None` if there were enough.
    pub(super) fn retry_delay(&self, attempts: u64) -> Option<Duration> {
        let index = usize::try_from(attempts.checked_sub(1)?).ok()?;
        self.retry_delays.get(index).copied()
    }
}
