//! What the stream counts for its [`Health`].
//!
//! The stream owns the counters, so counting takes no lock. Once per second while anything is received, and when a link
//! changes, the stream records a snapshot in its [`Status`](super::status::Status), which other threads read. A request
//! to the stream would be more recent, but a handler that runs on the stream's thread could not wait for its answer.

use std::time::Duration;

use auraxis_core::{delivery::Delivery, event::Event, id::WorldId, stream::LagHistogram, time::Timestamp};
use rustc_hash::FxHashMap;
use tokio::time::Instant;

use super::{
    health::{Health, LinkState, LinkStatus, WorldStatus},
    links::Receipt,
};

/// The minimum interval between snapshots, except after a change of a link.
const SNAPSHOT_INTERVAL: Duration = Duration::from_secs(1);

/// The interval between log messages.
const LOG_INTERVAL: Duration = Duration::from_mins(1);

/// The time constant of the number of events per second.
const RATE_TIME: Duration = Duration::from_secs(30);

/// The maximum numbers of links and worlds that are counted separately, because a source can make up any number of them.
const MAX_LINKS: usize = 64;
const MAX_WORLDS: usize = 256;

/// The counters of the stream.
#[derive(Debug)]
pub(super) struct Statistics {
    started_at: Instant,
    /// When the last batch was received, in milliseconds since the start.
    batch_ms: u64,
    links: Vec<LinkStatus>,
    worlds: FxHashMap<WorldId, WorldCount>,
    events: u64,
    unknown_events: u64,
    lags: LagHistogram,
    rate: EventRate,
    /// When the next snapshot is due.
    snapshot_at: Option<Instant>,
    recorded_at: Option<Instant>,
    log_at: Instant,
}

#[derive(Debug, Default)]
struct WorldCount {
    events: u64,
    last_ms: i64,
}

/// The recent number of events per second.
#[derive(Debug, Default)]
struct EventRate {
    sum: f64,
    weight: f64,
    events: u64,
    at: Duration,
}

impl Statistics {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self {
            started_at: now,
            batch_ms: 0,
            links: Vec::new(),
            worlds: FxHashMap::default(),
            events: 0,
            unknown_events: 0,
            lags: LagHistogram::new(),
            rate: EventRate::default(),
            snapshot_at: None,
            recorded_at: None,
            log_at: now + LOG_INTERVAL,
        }
    }

    /// Starts to measure the uptime.
    pub(super) fn start(&mut self) {
        self.started_at = Instant::now();
        self.log_at = self.started_at + LOG_INTERVAL;
        self.schedule(self.started_at);
    }

    /// Counts a batch of frames of a link.
    pub(super) fn batch(&mut self, receipt: Receipt) {
        if let Some(link) = self.link(receipt) {
            link.last_frame = Some(receipt.local);
        }
        self.batch_ms = millis(receipt.at.saturating_duration_since(self.started_at));
        self.schedule(receipt.at);
    }

    /// Records that a link has received an event, which may be a duplicate.
    pub(super) fn received(&mut self, receipt: Receipt) {
        if let Some(link) = self.links.iter_mut().find(|link| link.number == receipt.link) {
            link.last_event = Some(receipt.local);
        }
    }

    /// Counts an event that was received at `now_ms` of the local clock.
    pub(super) fn event(&mut self, event: &Event, delivery: &Delivery, now_ms: i64) {
        self.events += 1;
        if matches!(event, Event::Unknown(event) if event.fault().is_none()) {
            self.unknown_events += 1;
        }
        if let Some(world) = event.world_id() {
            if let Some(count) = self.worlds.get_mut(&world) {
                count.add(now_ms);
            } else if self.worlds.len() < MAX_WORLDS {
                self.worlds.entry(world).or_default().add(now_ms);
            }
        }
        if event.timestamp().is_some() {
            self.lags.record(millis(delivery.lag), self.batch_ms);
        }
    }

    /// Records that a link has connected, and how often it has so far.
    pub(super) fn connected(&mut self, receipt: Receipt, address: Option<String>, count: u64) {
        if let Some(link) = self.link(receipt) {
            if link.state != LinkState::Up {
                (link.state, link.since) = (LinkState::Up, receipt.local);
            }
            (link.address, link.connections) = (address, count);
        }
        self.snapshot_at = Some(receipt.at);
    }

    /// Records that a link has disconnected, and whether it will not reconnect.
    pub(super) fn disconnected(&mut self, receipt: Receipt, is_final: bool) {
        if let Some(link) = self.link(receipt) {
            let state = if is_final { LinkState::Closed } else { LinkState::Down };
            (link.state, link.since) = (state, receipt.local);
        }
        self.snapshot_at = Some(receipt.at);
    }

    /// Records that a trigger needs a link, or that none does.
    pub(super) fn set_needed(&mut self, link: u32, is_needed: bool, address: Option<String>, local: Timestamp) {
        let known = self.links.iter_mut().find(|known| known.number == link);
        match (known, is_needed) {
            (Some(known), true) if known.state == LinkState::Closed => {
                (known.state, known.since) = (LinkState::Connecting, local);
            }
            (Some(known), false) if matches!(known.state, LinkState::Connecting | LinkState::Down) => {
                (known.state, known.since) = (LinkState::Closed, local);
            }
            (None, true) => self.add(link, local, address),
            _ => {}
        }
    }

    /// Returns when the next snapshot is due.
    pub(super) const fn snapshot_at(&self) -> Option<Instant> {
        self.snapshot_at
    }

    /// Returns whether a snapshot is due.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.snapshot_at.is_some_and(|at| at <= now)
    }

    /// Returns what has been counted. The stream adds the rest.
    pub(super) fn snapshot(&mut self, now: Instant, local: Timestamp) -> Health {
        (self.snapshot_at, self.recorded_at) = (None, Some(now));
        let uptime = now.saturating_duration_since(self.started_at);
        let world = |(&world, count): (&WorldId, &WorldCount)| WorldStatus {
            last_event: Some(Timestamp(count.last_ms.div_euclid(1_000))),
            events: count.events,
            ..WorldStatus::new(world)
        };
        Health {
            at: Some(local),
            uptime,
            links: self.links.clone(),
            worlds: self.worlds.iter().map(world).collect(),
            events: self.events,
            events_per_second: self.rate.update(self.events, uptime),
            lag: self.lags.lag(millis(uptime)),
            unknown_events: self.unknown_events,
            ..Health::default()
        }
    }

    /// Logs the snapshot, once per minute.
    pub(super) fn log(&mut self, health: &Health, now: Instant) {
        if now >= self.log_at {
            self.log_at = now + LOG_INTERVAL;
            tracing::info!("{health}");
        }
    }

    /// Schedules a snapshot, but not too soon after the last one.
    pub(super) fn schedule(&mut self, now: Instant) {
        if self.snapshot_at.is_none() {
            self.snapshot_at = Some(self.recorded_at.map_or(now, |at| (at + SNAPSHOT_INTERVAL).max(now)));
        }
    }

    /// Returns the link that has received something, unless there are too many links.
    fn link(&mut self, receipt: Receipt) -> Option<&mut LinkStatus> {
        if self.links.iter().all(|link| link.number != receipt.link) {
            self.add(receipt.link, receipt.local, None);
        }
        self.links.iter_mut().find(|link| link.number == receipt.link)
    }

    fn add(&mut self, number: u32, since: Timestamp, address: Option<String>) {
        if self.links.len() < MAX_LINKS {
            self.links.push(LinkStatus {
                number,
                address,
                state: LinkState::Connecting,
                since,
                connections: 0,
                last_frame: None,
                last_event: None,
                is_drifting: false,
            });
        }
    }
}

impl WorldCount {
    const fn add(&mut self, now_ms: i64) {
        self.events += 1;
        self.last_ms = now_ms;
    }
}

impl EventRate {
    #[expect(clippy::cast_precision_loss, reason = "a rate needs no 53 bits")]
    fn update(&mut self, events: u64, uptime: Duration) -> f64 {
        let seconds = uptime.saturating_sub(self.at).as_secs_f64();
        if seconds >= 0.5 {
            let gain = -(-seconds / RATE_TIME.as_secs_f64()).exp_m1();
            self.sum += gain * ((events - self.events) as f64 / seconds - self.sum);
            self.weight += gain * (1.0 - self.weight);
            (self.events, self.at) = (events, uptime);
        }
        if self.weight > 0.0 { self.sum / self.weight } else { 0.0 }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
