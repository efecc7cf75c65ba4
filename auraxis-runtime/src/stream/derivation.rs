//! Feeding the trackers of derived events.
//!
//! The trackers are pure and measure time in timestamps of events. Event time is the latest of them, plus the time that has
//! passed since it was received: it needs no agreement with the local clock, and is the same in a replay.

use std::time::Duration;

use auraxis_core::{
    delivery::{Delivery, Punctuality},
    derived::{TrackerCounts, Trackers},
    event::{Event, MetagameEvent},
    time::Timestamp,
};
use tokio::time::Instant;

/// The interval at which the trackers learn that time has passed.
const INTERVAL: Duration = Duration::from_secs(1);

/// Feeds the trackers.
#[derive(Debug, Default)]
pub(super) struct Derivation {
    /// The latest timestamp of an event, and when it was received.
    latest: Option<(Timestamp, Instant)>,
    advance_at: Option<Instant>,
    is_finished: bool,
}

impl Derivation {
    /// Observes a received event, or a gap. Returns what it derives.
    pub(super) fn observe(&mut self, trackers: &mut Trackers, event: &Event, delivery: &Delivery) -> Vec<Event> {
        let mut derived = Vec::new();
        if let Event::Gap(gap) = event {
            trackers.gap(gap);
        } else if let Some(timestamp) = event.timestamp().filter(|_| event.kind().is_from_game()) {
            // A wrong timestamp must not end everything that is tracked.
            if delivery.punctuality != Punctuality::Early && self.latest.is_none_or(|(latest, _)| latest < timestamp) {
                self.latest = Some((timestamp, Instant::now()));
            }
            trackers.observe(event, self.latest.map_or(timestamp, |(latest, _)| latest), &mut derived);
        }
        derived
    }

    /// Returns the starts of the alerts that are running according to these events. `now` is the event time, estimated
    /// without an event.
    pub(super) fn recover_alerts(
        &mut self,
        trackers: &mut Trackers,
        events: &[MetagameEvent],
        now: Timestamp,
    ) -> Vec<Event> {
        self.latest.get_or_insert((now, Instant::now()));
        let mut derived = Vec::new();
        trackers.recover_alerts(events, now, &mut derived);
        derived
    }

    /// Returns when [`advance`](Self::advance) is due.
    pub(super) const fn advance_at(&self) -> Option<Instant> {
        self.advance_at
    }

    /// Schedules [`advance`](Self::advance) if the trackers are needed.
    pub(super) fn schedule(&mut self, trackers: &Trackers, now: Instant) {
        if trackers.is_needed() && !self.is_finished {
            self.advance_at.get_or_insert(now + INTERVAL);
        }
    }

    /// Advances event time, if due. Returns what was due.
    pub(super) fn advance(&mut self, trackers: &mut Trackers, now: Instant) -> Vec<Event> {
        let mut derived = Vec::new();
        if self.advance_at.take_if(|at| *at <= now).is_some()
            && let Some((latest, received)) = self.latest
        {
            let elapsed = i64::try_from(now.saturating_duration_since(received).as_secs()).unwrap_or(i64::MAX);
            trackers.advance(Timestamp(latest.0.saturating_add(elapsed)), &mut derived);
        }
        derived
    }

    /// Ends the derivation: no more events arrive. Returns what was held.
    pub(super) fn finish(&mut self, trackers: &mut Trackers) -> Vec<Event> {
        // After a recording, the clock keeps jumping.
        (self.is_finished, self.advance_at) = (true, None);
        let mut derived = Vec::new();
        trackers.flush(&mut derived);
        derived
    }
}

/// Logs what the trackers have forgotten or ignored.
pub(super) fn log_totals(TrackerCounts { evicted, stale, .. }: TrackerCounts) {
    if evicted > 0 {
        tracing::warn!("{evicted} sessions, alerts or characters were forgotten because there were too many");
    }
    if stale > 0 {
        tracing::debug!("{stale} events were too late or received again, so nothing was derived from them");
    }
}
