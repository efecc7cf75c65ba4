//! Recovery of missed events: requests them from REST, and passes them to the stream.

use std::{
    collections::HashSet,
    fmt::{self, Write as _},
    sync::Arc,
    time::Duration,
};

use auraxis_core::{
    event::{Event, signal::Gap},
    id::WorldId,
    ps2::EventRecord,
    stream::{self, BackfillRequest, MAX_CHARACTERS, Recency},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep_until,
};
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use super::shared::Shared;
use crate::{
    config::LONGEST_WAIT,
    dispatch::inbox::{Inbox, Request},
    rest::{census::Census, error::Error},
    stream::backfill::{Backfill, ClosedGap, MAX_GAPS},
};

/// The maximum number of pages of one request. Each page has up to 1,000 events.
const MAX_PAGES: usize = 5;

/// Starts the task that recovers the events of gaps, `delay` after the end of each. It stops with the client.
pub(super) fn start(shared: &Arc<Shared>, delay: Duration) -> (Backfill, AbortOnDropHandle<()>) {
    let (sender, gaps) = mpsc::channel(MAX_GAPS);
    let task = run(Arc::clone(shared), gaps, delay.min(LONGEST_WAIT)).instrument(shared.span.clone());
    (Backfill::new(sender), AbortOnDropHandle::new(tokio::spawn(task)))
}

async fn run(shared: Arc<Shared>, mut gaps: mpsc::Receiver<ClosedGap>, delay: Duration) {
    let mut pending = String::new();
    let stopped = shared.shutdown.requested();
    tokio::pin!(stopped);
    loop {
        let closed = tokio::select! {
            biased;
            () = &mut stopped => break,
            closed = gaps.recv() => closed,
        };
        let Some(ClosedGap { gap, closed_at }) = closed else { break };
        let recover = async {
            sleep_until(closed_at + delay).await;
            recover(&shared, &gap).await;
        };
        tokio::select! {
            () = &mut stopped => {
                let _ = write!(pending, "; {}", Named(&gap));
                break;
            }
            () = recover => {}
        }
    }
    while let Ok(ClosedGap { gap, .. }) = gaps.try_recv() {
        let _ = write!(pending, "; {}", Named(&gap));
    }
    if !pending.is_empty() {
        tracing::warn!("the client stopped before these gaps were backfilled{pending}");
    }
    // The stream may hold an event whose answer is no longer awaited.
    shared.inbox.wake();
}

/// Requests the events of a gap, and passes them to the stream.
async fn recover(shared: &Shared, gap: &Gap) {
    let interests: Vec<_> = shared.registry.all().iter().map(|state| state.interest()).collect();
    let backfill = stream::Backfill::new(gap, interests.iter().map(|interest| &**interest), &worlds(shared));
    if backfill.requests().is_empty() {
        tracing::debug!("no trigger needs an event of {} that REST has", Named(gap));
        return;
    }
    if backfill.omitted_characters() > 0 {
        tracing::warn!(
            "cannot backfill events of {} characters in {}: only {MAX_CHARACTERS} are requested per gap",
            backfill.omitted_characters(),
            Named(gap)
        );
    }
    let (mut found, mut has_answer) = (Found::default(), false);
    for request in backfill.requests() {
        match found.load(&shared.census, request, &backfill).await {
            Ok(()) => has_answer = true,
            Err(error) => tracing::warn!("cannot backfill {}: {error}", Named(gap)),
        }
    }
    if found.is_cut {
        tracing::warn!("cannot backfill all events of {}: REST has too many", Named(gap));
    }
    if has_answer && let Some(outcome) = found.deliver(&shared.inbox).await {
        tracing::info!("backfilled {outcome} of {}", Named(gap));
    }
}

/// Returns the worlds to request if a gap concerns all: those that the stream has reported, or else all of the platform.
pub(super) fn worlds(shared: &Shared) -> Vec<WorldId> {
    let reported: Vec<_> = shared.status.worlds().into_keys().collect();
    if reported.is_empty() { shared.config.environment.worlds().to_vec() } else { reported }
}

/// The events that REST has for a gap.
#[derive(Debug, Default)]
struct Found {
    events: Vec<Event>,
    /// REST lists the death of one watched character by another twice, and pages overlap.
    identities: HashSet<u64>,
    /// Rows that are no event of the stream.
    unreadable: usize,
    /// Whether REST has more events than were requested.
    is_cut: bool,
}

impl Found {
    /// Requests all pages, the newest first.
    async fn load(
        &mut self,
        census: &Census,
        request: &BackfillRequest,
        backfill: &stream::Backfill,
    ) -> Result<(), Error> {
        let mut query = request.first_page();
        for _ in 0..MAX_PAGES {
            let rows: Vec<EventRecord> = census.rows(query).await?;
            for row in &rows {
                self.add(row, backfill);
            }
            if BackfillRequest::is_last_page(rows.len()) {
                return Ok(());
            }
            let times = || rows.iter().filter_map(|row| row.timestamp);
            match (times().min(), times().max()) {
                (Some(oldest), Some(newest)) if oldest < newest => query = request.next_page(oldest),
                // The next page would be the same.
                _ => break,
            }
        }
        self.is_cut = true;
        Ok(())
    }

    fn add(&mut self, row: &EventRecord, backfill: &stream::Backfill) {
        match row.to_event() {
            Some(event) if !backfill.contains(&event) => {}
            Some(event) => {
                if event.identity().is_some_and(|identity| self.identities.insert(identity)) {
                    self.events.push(event);
                }
            }
            None => self.unreadable += 1,
        }
    }

    /// Passes the events to the stream, in the order of their timestamps. Returns `None` if the client stops first.
    async fn deliver(mut self, inbox: &Inbox) -> Option<Outcome> {
        self.events.sort_by_key(Event::timestamp);
        let mut outcome = Outcome { unreadable: self.unreadable, ..Outcome::default() };
        for event in self.events {
            let ((on_recency, recency), (on_done, done)) = (oneshot::channel(), oneshot::channel());
            inbox.send(Request::Backfill { event, recency: on_recency, done: on_done }).await;
            match recency.await.ok()? {
                Recency::New => {
                    // Waits for triggers that are full.
                    let _ = done.await;
                    outcome.recovered += 1;
                }
                Recency::Known => outcome.known += 1,
                Recency::Forgotten => outcome.forgotten += 1,
            }
        }
        Some(outcome)
    }
}

/// What was found, and what the stream did with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Outcome {
    recovered: usize,
    known: usize,
    forgotten: usize,
    unreadable: usize,
}

/// Writes `3 events (2 were known)`.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} events ({} were known", self.recovered, self.known)?;
        if self.forgotten > 0 {
            write!(
                f,
                "; {} were dropped because they are too old to know whether they were delivered",
                self.forgotten
            )?;
        }
        if self.unreadable > 0 {
            write!(f, "; {} rows could not be read", self.unreadable)?;
        }
        f.write_str(")")
    }
}

/// Names a gap in a log message.
struct Named<'a>(&'a Gap);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Gap { id, worlds, kinds, from, to, .. } = self.0;
        write!(f, "gap {id} ({}; {kinds}; {from} to {})", worlds.of("worlds"), to.unwrap_or(*from))
    }
}
