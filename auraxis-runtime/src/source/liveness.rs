//! Timeouts of a connection.

use std::time::Duration;

/// The timeouts of a connection. Tests use shorter ones.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timeouts {
    /// The maximum time without a frame. The server sends a heartbeat every 30 seconds: after two and a half intervals
    /// without one, the connection is dead, even if pings are answered.
    pub(super) silence: Duration,
    /// The interval between pings. Pings keep routers from dropping the connection, and detect a dead peer.
    pub(super) ping_interval: Duration,
    /// The maximum time without any data after a ping, and the maximum time in which the peer takes no sent data.
    pub(super) unresponsive: Duration,
    /// The maximum time without an answer to the subscription before the answer is requested again.
    pub(super) echo: Duration,
    /// The interval between verifications of the subscription.
    pub(super) verify: Duration,
    /// The interval between checks of these timeouts.
    pub(super) check_interval: Duration,
    /// How long a connection is kept open that no trigger needs.
    pub(super) linger: Duration,
}

impl Timeouts {
    /// Returns the default timeouts with these values of [`linger`](Self::linger) and [`verify`](Self::verify).
    pub(super) const fn new(linger: Duration, verify: Duration) -> Self {
        Self {
            silence: Duration::from_secs(75),
            ping_interval: Duration::from_secs(20),
            unresponsive: Duration::from_secs(15),
            echo: Duration::from_secs(20),
            verify,
            check_interval: Duration::from_secs(1),
            linger,
        }
    }
}

/// The data transferred over a connection so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Traffic {
    /// The number of received text frames. Pongs do not count.
    pub(super) frames: u64,
    /// The number of received bytes of any kind.
    pub(super) received: u64,
    pub(super) sent: u64,
    /// Whether data is buffered until the peer takes it.
    pub(super) is_sending: bool,
}

/// Checks the timeouts of a connection. Only time spent in listening counts.
#[derive(Debug)]
pub(super) struct Liveness {
    timeouts: Timeouts,
    last_traffic: Traffic,
    /// The time since the last frame.
    since_frame: Duration,
    /// The time since the peer last took sent data.
    since_sent: Duration,
    since_ping: Duration,
    /// The time since the first ping after which no data was received.
    since_unanswered_ping: Option<Duration>,
}

impl Liveness {
    pub(super) const fn new(timeouts: Timeouts) -> Self {
        Self {
            timeouts,
            last_traffic: Traffic { frames: 0, received: 0, sent: 0, is_sending: false },
            since_frame: Duration::ZERO,
            since_sent: Duration::ZERO,
            since_ping: Duration::ZERO,
            since_unanswered_ping: None,
        }
    }

    /// Advances the timers by the time spent in listening. Returns whether a ping has to be sent. If `is_held`, the
    /// stream takes no batch, so the connection is not read.
    ///
    /// # Errors
    ///
    /// Returns the reason if the connection is dead.
    pub(super) fn advance(&mut self, elapsed: Duration, traffic: Traffic, is_held: bool) -> Result<bool, String> {
        let Timeouts { silence, ping_interval, unresponsive, .. } = self.timeouts;
        let last = std::mem::replace(&mut self.last_traffic, traffic);
        let takes_data = traffic.sent != last.sent || !traffic.is_sending;
        self.since_sent = if takes_data { Duration::ZERO } else { self.since_sent + elapsed };
        if self.since_sent > unresponsive {
            return Err(format!("the server has not accepted any data for {unresponsive:?}"));
        }
        if traffic.received != last.received {
            self.since_unanswered_ping = None;
        }
        if traffic.frames != last.frames {
            self.since_frame = Duration::ZERO;
        }
        if is_held {
            return Ok(false);
        }
        self.since_frame += elapsed;
        if self.since_frame > silence {
            return Err(format!("no frame received for {silence:?}"));
        }
        self.since_unanswered_ping = self.since_unanswered_ping.map(|unanswered| unanswered + elapsed);
        if self.since_unanswered_ping.is_some_and(|unanswered| unanswered > unresponsive) {
            return Err(format!("the server has not answered a ping for {unresponsive:?}"));
        }
        self.since_ping += elapsed;
        let send_ping = self.since_ping > ping_interval;
        if send_ping {
            self.since_ping = Duration::ZERO;
            self.since_unanswered_ping.get_or_insert_default();
        }
        Ok(send_ping)
    }
}
