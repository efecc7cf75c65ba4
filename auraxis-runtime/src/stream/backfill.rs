//! The stream's part of the recovery of missed events: it reports closed gaps, and recognizes events that it has
//! delivered.

use auraxis_core::{
    event::{Event, signal::Gap},
    stream::{Recency, Recent},
    time::Timestamp,
};
use tokio::{sync::mpsc, time::Instant};

/// The maximum number of gaps that wait for their events to be requested.
pub(crate) const MAX_GAPS: usize = 64;

/// A gap whose events have to be requested from REST.
#[derive(Debug)]
pub(crate) struct ClosedGap {
    pub(crate) gap: Gap,
    pub(crate) closed_at: Instant,
}

/// The events that the stream has delivered, and the sender of closed gaps.
#[derive(Debug)]
pub(crate) struct Backfill {
    gaps: mpsc::Sender<ClosedGap>,
    recent: Recent,
    /// Gaps that were not requested because too many were waiting.
    dropped: u64,
    /// Events that the stream delivered after REST.
    late: u64,
}

impl Backfill {
    pub(crate) fn new(gaps: mpsc::Sender<ClosedGap>) -> Self {
        Self { gaps, recent: Recent::default(), dropped: 0, late: 0 }
    }

    /// Records an event of the stream. Returns whether it is new: REST may have delivered it before.
    pub(super) fn observe(&mut self, event: &Event, now: Timestamp) -> bool {
        let is_new = self.recent.stream(event, now);
        self.late += u64::from(!is_new);
        is_new
    }

    /// Checks whether an event from REST is new, and records it.
    pub(super) fn check(&mut self, event: &Event, now: Timestamp) -> Recency {
        self.recent.rest(event, now)
    }

    /// Schedules the requests for a gap of a link, if it is closed.
    pub(super) fn request(&mut self, gap: &Gap) {
        if gap.to.is_none() {
            return;
        }
        let closed = ClosedGap { gap: gap.clone(), closed_at: Instant::now() };
        if let Err(mpsc::error::TrySendError::Full(_)) = self.gaps.try_send(closed) {
            self.dropped += 1;
            tracing::warn!("cannot backfill gap {}: {MAX_GAPS} gaps are waiting for REST", gap.id);
        }
    }

    pub(super) fn log_totals(&self) {
        let Self { dropped, late, .. } = self;
        if *dropped > 0 {
            tracing::warn!("{dropped} gaps were not backfilled because too many were waiting for REST");
        }
        if *late > 0 {
            tracing::info!("the stream sent {late} events after REST; they were dropped as duplicates");
        }
    }
}

#[cfg(test)]
mod tests {
    use auraxis_core::{
        event::{KindSet, signal::GapCause},
        scope::Scope,
    };

    use super::*;

    #[test]
    fn closed_gaps_are_requested_until_too_many_wait() {
        let (sender, mut gaps) = mpsc::channel(1);
        let mut backfill = Backfill::new(sender);
        let gap = |id, to| {
            let missing = (Scope::All, KindSet::ALL);
            Gap::new(Timestamp(0), id, missing, (Timestamp(0), to), GapCause::Silence, None)
        };
        backfill.request(&gap(1, None));
        backfill.request(&gap(1, Some(Timestamp(9))));
        backfill.request(&gap(2, Some(Timestamp(9))));
        assert_eq!(gaps.try_recv().unwrap().gap.id, 1);
        assert!(gaps.try_recv().is_err());
        assert_eq!(backfill.dropped, 1);
    }
}
