//! How each event was received.

use std::time::{Duration, SystemTime};

use auraxis_core::{
    delivery::{Delivery, Origin, Punctuality},
    event::Event,
    frame::Heartbeat,
    stream::{AfterGap, LocalTime, ServerClock, ServerTime},
    time::Timestamp,
};
use tokio::time::Instant;

use super::source_input::PendingBatch;
use crate::clock::real_ms;

/// Creates the [`Delivery`] of each event. What is the same for all events of a batch is computed once.
#[derive(Debug)]
pub(super) struct Deliveries {
    /// Set with the first batch.
    clock: Option<ServerClock>,
    after_gap: AfterGap,
    counts: DeliveryCounts,
    started_at: Instant,
    /// Whether the local clock is that of a recording, which does not jump but continues with the next recording.
    is_replay: bool,
    batch: BatchReceipt,
    /// The last delivery of the program itself, and its time in milliseconds since the Unix epoch.
    dispatched: (i64, Delivery),
}

/// How many events were not received when they happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct DeliveryCounts {
    /// Received more than a minute late.
    pub(crate) late: u64,
    /// From more than ten seconds in the future.
    pub(crate) early: u64,
}

/// The batch that is being processed.
#[derive(Debug)]
struct BatchReceipt {
    /// The delivery of an event without a timestamp.
    delivery: Delivery,
    received: LocalTime,
    /// The same by the server's clock.
    server: ServerTime,
}

impl Deliveries {
    pub(super) fn new() -> Self {
        let received = LocalTime { ms: 0, ahead_ms: 0 };
        let delivery = Delivery::new(SystemTime::UNIX_EPOCH, Origin::default());
        let server = ServerClock::new(received).at(received);
        Self {
            clock: None,
            after_gap: AfterGap::default(),
            counts: DeliveryCounts::default(),
            started_at: Instant::now(),
            is_replay: false,
            batch: BatchReceipt { delivery, received, server },
            dispatched: (0, delivery),
        }
    }

    /// Begins or continues a batch.
    pub(super) fn begin(&mut self, batch: &PendingBatch, now: Instant) {
        self.is_replay = batch.origin == Origin::Replay;
        let received = self.local_time(batch.received_ms, now);
        let mut delivery = Delivery::new(system_time(batch.received_ms), batch.origin);
        delivery.link = batch.link;
        let server = self.clock.get_or_insert_with(|| ServerClock::new(received)).at(received);
        self.batch = BatchReceipt { delivery, received, server };
    }

    /// Returns the delivery of an event of the batch, and counts it if it is late or from the future.
    pub(super) fn received(&mut self, event: &Event) -> Delivery {
        let BatchReceipt { mut delivery, received, server } = self.batch;
        if let Some(timestamp) = event.timestamp() {
            if let Some(clock) = &mut self.clock {
                clock.event(timestamp, received);
            }
            let age_ms = server.ms_since(timestamp);
            delivery.lag = Duration::from_millis(u64::try_from(age_ms).unwrap_or(0));
            delivery.punctuality = Punctuality::of_age(age_ms);
            match delivery.punctuality {
                Punctuality::Late => self.counts.late += 1,
                Punctuality::Early => self.counts.early += 1,
                _ => {}
            }
        }
        delivery.after_gap = self.after_gap.is_first(event, received.ms);
        delivery
    }

    /// Sets the server's clock.
    pub(super) fn heartbeat(&mut self, heartbeat: &Heartbeat) {
        if let (Some(timestamp), Some(clock)) = (heartbeat.timestamp, &mut self.clock) {
            clock.heartbeat(timestamp, self.batch.received);
        }
    }

    /// Returns the delivery of an event that is recovered from REST. It is not counted as late.
    pub(super) fn backfilled(&self, event: &Event, now_ms: i64, now: Instant) -> Delivery {
        let mut delivery = Delivery::new(system_time(now_ms), Origin::Backfill);
        if let (Some(timestamp), Some(clock)) = (event.timestamp(), &self.clock) {
            let age_ms = clock.at(self.local_time(now_ms, now)).ms_since(timestamp);
            delivery.lag = Duration::from_millis(u64::try_from(age_ms).unwrap_or(0));
            delivery.punctuality = Punctuality::of_age(age_ms);
        }
        delivery
    }

    /// Returns the delivery of an event or signal of the program itself. Records gaps.
    pub(super) fn dispatched(&mut self, event: &Event, now_ms: i64) -> Delivery {
        if let Event::Gap(gap) = event {
            self.after_gap.gap(gap, now_ms);
        }
        if self.dispatched.0 != now_ms {
            self.dispatched = (now_ms, Delivery::new(system_time(now_ms), Origin::Program));
        }
        self.dispatched.1
    }

    /// Returns how many seconds event time is ahead of the local clock, at least and at most.
    pub(super) fn clock_offset(&self, local: Timestamp, now: Instant) -> (i64, i64) {
        let Some(clock) = &self.clock else { return (0, 0) };
        let time = clock.event_time(self.local_time(local.0.saturating_mul(1_000), now));
        (time.earliest().0.saturating_sub(local.0), time.latest().0.saturating_sub(local.0))
    }

    pub(super) const fn counts(&self) -> DeliveryCounts {
        self.counts
    }

    /// Logs how many events were late or from the future.
    pub(super) fn log_totals(&self) {
        let DeliveryCounts { late, early } = self.counts();
        if late > 0 {
            tracing::info!("{late} events were received more than a minute late");
        }
        if early > 0 {
            tracing::info!("{early} events had timestamps more than ten seconds in the future");
        }
    }

    fn local_time(&self, ms: i64, now: Instant) -> LocalTime {
        let steady_ms = i64::try_from((now - self.started_at).as_millis()).unwrap_or(i64::MAX);
        LocalTime { ms, ahead_ms: if self.is_replay { 0 } else { real_ms().saturating_sub(steady_ms) } }
    }
}

fn system_time(ms: i64) -> SystemTime {
    let second = SystemTime::from(Timestamp(ms.div_euclid(1_000)));
    second + Duration::from_millis(ms.rem_euclid(1_000).unsigned_abs())
}
