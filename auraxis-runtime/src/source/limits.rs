//! How long a connection may keep silent, stall or stand idle.

use std::time::Duration;

/// The limits of a connection. Tests have shorter ones.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// How long no frame may come. The server sends a heartbeat each 30 seconds: two and a half without any, and the
    /// connection is dead, whatever answers to pings.
    pub(super) silence: Duration,
    /// How often a ping is sent. Pings keep the way open through routers that forget, and find a peer that is gone.
    pub(super) ping: Duration,
    /// How long nothing at all may come after a ping, and how long the peer may take nothing of what is to be sent.
    pub(super) dead: Duration,
    /// How long the answer to a subscription may take before it is asked for again.
    pub(super) echo: Duration,
    /// How often these limits are looked at.
    pub(super) look: Duration,
    /// For how long a connection stays that no trigger needs.
    pub(super) linger: Duration,
}

impl Limits {
    /// The limits, with this one for a connection that no trigger needs.
    pub(super) const fn lingering(linger: Duration) -> Self {
        Self {
            silence: Duration::from_secs(75),
            ping: Duration::from_secs(20),
            dead: Duration::from_secs(15),
            echo: Duration::from_secs(20),
            look: Duration::from_secs(1),
            linger,
        }
    }
}

/// What has gone over a connection so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Traffic {
    /// Frames of the service, so no pongs.
    pub(super) frames: u64,
    /// Bytes of any kind.
    pub(super) received: u64,
    pub(super) sent: u64,
    /// Whether anything waits until the peer takes it.
    pub(super) is_sending: bool,
}

/// Whether a connection keeps within its limits. Only time spent listening counts.
#[derive(Debug)]
pub(super) struct Watch {
    limits: Limits,
    seen: Traffic,
    /// Since the last frame.
    silent: Duration,
    /// Since the peer took anything of what is to be sent.
    stalled: Duration,
    /// Since the last ping.
    pinged: Duration,
    /// Since the first ping after which nothing has come.
    unanswered: Option<Duration>,
}

impl Watch {
    pub(super) const fn new(limits: Limits) -> Self {
        let (silent, stalled, pinged) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
        let seen = Traffic { frames: 0, received: 0, sent: 0, is_sending: false };
        Self { limits, seen, silent, stalled, pinged, unanswered: None }
    }

    /// Lets time pass in which the connection was listened to, unless the stream rests. Says whether a ping is due.
    ///
    /// # Errors
    ///
    /// Why the connection is dead.
    pub(super) fn pass(&mut self, time: Duration, traffic: Traffic, is_resting: bool) -> Result<bool, String> {
        let Limits { silence, ping, dead, .. } = self.limits;
        let seen = std::mem::replace(&mut self.seen, traffic);
        let takes = traffic.sent != seen.sent || !traffic.is_sending;
        self.stalled = if takes { Duration::ZERO } else { self.stalled + time };
        if self.stalled > dead {
            return Err(format!("the server has taken nothing of what is sent for {dead:?}"));
        }
        if traffic.received != seen.received {
            self.unanswered = None;
        }
        if traffic.frames != seen.frames {
            self.silent = Duration::ZERO;
        }
        if is_resting {
            // Nothing is read, so nothing can be heard.
            return Ok(false);
        }
        self.silent += time;
        if self.silent > silence {
            return Err(format!("nothing was heard for {silence:?}"));
        }
        self.unanswered = self.unanswered.map(|unanswered| unanswered + time);
        if self.unanswered.is_some_and(|unanswered| unanswered > dead) {
            return Err(format!("the server has not answered a ping for {dead:?}"));
        }
        self.pinged += time;
        let is_due = self.pinged > ping;
        if is_due {
            self.pinged = Duration::ZERO;
            self.unanswered.get_or_insert_default();
        }
        Ok(is_due)
    }
}
