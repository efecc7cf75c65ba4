//! The `tracing` span of a run.
//!
//! Its level is DEBUG, so that it costs a comparison unless a subscriber asks for it.

use auraxis_core::{
    delivery::{Delivery, Origin},
    event::{Event, EventKind, signal::Failure},
};
use tracing::{Span, field::Empty, level_filters::LevelFilter, span::Entered};

/// The target of the spans.
const TARGET: &str = "auraxis::run";

/// What a run is started for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cause {
    /// `None` for a turn of a periodic trigger.
    kind: Option<EventKind>,
    origin: Origin,
    link: u32,
}

impl Cause {
    /// A turn of a periodic trigger.
    pub(crate) const TICK: Self = Self { kind: None, origin: Origin::Program, link: 0 };

    #[inline]
    pub(crate) const fn new(event: &Event, delivery: &Delivery) -> Self {
        Self { kind: Some(event.kind()), origin: delivery.origin, link: delivery.link }
    }

    /// Returns the link that received the event; `None` for events of the program and from REST.
    fn link(self) -> Option<u32> {
        let is_of_link = self.link > 0 || !matches!(self.origin, Origin::Backfill | Origin::Program);
        is_of_link.then_some(self.link)
    }
}

/// The span of a run, from its start to its end; `None` if no subscriber asks for it. Boxed, because it is moved with each
/// run.
#[derive(Debug, Default)]
pub(crate) struct RunSpan(Option<Box<Span>>);

impl RunSpan {
    #[inline]
    pub(crate) fn new(trigger: &str, cause: Cause, waited_ms: i64) -> Self {
        if LevelFilter::current() < LevelFilter::DEBUG { Self(None) } else { Self::create(trigger, cause, waited_ms) }
    }

    #[cold]
    fn create(trigger: &str, cause: Cause, waited_ms: i64) -> Self {
        let span = tracing::debug_span!(
            target: TARGET,
            "run",
            trigger,
            event = cause.kind.map_or("Tick", EventKind::name),
            link = cause.link(),
            waited_ms,
            failure = Empty,
            error = Empty,
            // Tells exporters to OpenTelemetry that the run has failed.
            otel.status_code = Empty,
        );
        Self((!span.is_disabled()).then(|| Box::new(span)))
    }

    #[inline]
    pub(crate) fn enter(&self) -> Option<Entered<'_>> {
        self.0.as_ref().map(|span| span.enter())
    }

    /// Records how the run has failed.
    pub(crate) fn fail(&self, failure: Failure, message: &str) {
        let failure = match failure {
            Failure::Panic => "panic",
            Failure::Timeout => "timeout",
            _ => "error",
        };
        if let Some(span) = self.record(failure) {
            span.record("error", message);
        }
    }

    /// Records that the run was aborted.
    pub(crate) fn abort(&self) {
        self.record("aborted");
    }

    fn record(&self, failure: &str) -> Option<&Span> {
        let span = self.0.as_deref()?;
        Some(span.record("failure", failure).record("otel.status_code", "error"))
    }
}
