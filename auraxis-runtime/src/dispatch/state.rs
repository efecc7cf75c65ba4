//! What is known of a trigger beside its code: its name, its interest, and what became of its events.

use std::{
    fmt,
    panic::Location,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use auraxis_core::{
    event::{
        EventKind, Selector,
        signal::{Failure, Lagging, Overflow, RunsAborted, TriggerFailed},
    },
    interest::{Filter, Interest},
    time::Timestamp,
};

use super::inbox::Inbox;

/// An event that waited longer for its run is late, which is told.
const LATE_MS: i64 = 5_000;

/// What a panic says when a program prints and nobody reads any more. The program is about to stop for it.
const STDOUT_IS_GONE: &str = "failed printing to stdout";

/// Where a trigger stands in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceLocation {
    /// The path of the file, as the compiler was given it.
    pub file: &'static str,
    /// The line.
    pub line: u32,
}

impl From<&'static Location<'static>> for SourceLocation {
    fn from(location: &'static Location<'static>) -> Self {
        Self { file: location.file(), line: location.line() }
    }
}

impl fmt::Display for SourceLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// The shared part of a trigger, which its handle, its lane and the registry point to.
pub(crate) struct TriggerState {
    /// Unique in the process, and higher than that of any earlier trigger.
    pub(crate) number: u64,
    pub(crate) name: Arc<str>,
    pub(crate) location: SourceLocation,
    interest: Mutex<Arc<Interest>>,
    /// How its runs are ordered, in words.
    pub(crate) order: String,
    pub(crate) single_shot: bool,
    pub(crate) paused: AtomicBool,
    pub(crate) removed: AtomicBool,
    /// It was removed in the middle of an event, which it does not get any more.
    pub(crate) is_skipped: AtomicBool,
    pub(crate) counters: Counters,
    last_run: AtomicI64,
    /// How many tasks are in the middle of a poll of one of its runs.
    polled: AtomicUsize,
    pub(crate) inbox: Inbox,
}

/// A task polls a run until this is dropped.
pub(crate) struct Polled<'a>(&'a AtomicUsize);

impl TriggerState {
    pub(crate) fn new(
        name: Arc<str>,
        location: SourceLocation,
        interest: Interest,
        order: String,
        single_shot: bool,
        inbox: Inbox,
    ) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(1);

        Self {
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
            name,
            location,
            interest: Mutex::new(Arc::new(interest)),
            order,
            single_shot,
            paused: AtomicBool::new(false),
            removed: AtomicBool::new(false),
            is_skipped: AtomicBool::new(false),
            counters: Counters::default(),
            last_run: AtomicI64::new(i64::MIN),
            polled: AtomicUsize::new(0),
            inbox,
        }
    }

    /// A task begins to poll a run.
    pub(crate) fn poll(&self) -> Polled<'_> {
        self.polled.fetch_add(1, Ordering::Relaxed);
        Polled(&self.polled)
    }

    /// Whether a task polls a run, which blocks if this stays so.
    pub(crate) fn is_polled(&self) -> bool {
        self.polled.load(Ordering::Relaxed) > 0
    }

    /// Whether auraxis has added the trigger for itself, which its name shows.
    pub(crate) fn is_internal(&self) -> bool {
        self.name.starts_with("auraxis::")
    }

    pub(crate) fn interest(&self) -> Arc<Interest> {
        Arc::clone(&self.interest.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the interest, and returns the new one. The registry has to hear of it.
    pub(crate) fn change_interest(&self, change: impl FnOnce(&mut Interest)) -> Arc<Interest> {
        let mut interest = self.interest.lock().unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(&mut interest));
        Arc::clone(&interest)
    }

    pub(crate) fn last_run(&self) -> Option<Timestamp> {
        Some(self.last_run.load(Ordering::Relaxed)).filter(|&seconds| seconds != i64::MIN).map(Timestamp)
    }

    /// A run begins on an event that came at this time.
    pub(crate) fn run_begins(&self, since_ms: i64) {
        self.counters.started.add();
        let now_ms = self.inbox.clock.now_ms();
        self.last_run.store(now_ms.div_euclid(1_000), Ordering::Relaxed);
        self.lags(now_ms.saturating_sub(since_ms));
    }

    /// An event was so late.
    pub(crate) fn lags(&self, by_ms: i64) {
        if by_ms > LATE_MS {
            self.counters.late.add();
            self.counters.latest_ms.fetch_max(by_ms, Ordering::Relaxed);
            self.inbox.count();
        }
    }

    /// An event was dropped.
    pub(crate) fn dropped(&self) {
        self.counters.dropped.add();
        self.inbox.count();
    }

    /// A run was given up at the end of the client, and with it so many events that waited.
    pub(crate) fn aborted(&self, events: usize) {
        self.counters.aborted.add();
        self.counters.events_aborted.0.fetch_add(events as u64, Ordering::Relaxed);
        self.inbox.count();
    }

    pub(crate) fn run_failed(&self, failure: Failure, message: &str) {
        match failure {
            Failure::Panic => self.counters.panicked.add(),
            Failure::ConditionPanic => self.counters.conditions_panicked.add(),
            Failure::Timeout => self.counters.timed_out.add(),
            _ => self.counters.failed.add(),
        }
        self.report_failure(failure, message);
    }

    /// Something that the trigger owned panicked when it was dropped.
    pub(crate) fn destructor_panicked(&self, message: &str) {
        self.report_failure(Failure::DestructorPanic, message);
    }

    fn report_failure(&self, failure: Failure, message: &str) {
        let Self { name, location, .. } = self;
        if message.starts_with(STDOUT_IS_GONE) {
            // Handlers of the signal would print as well.
            tracing::debug!("`{name}` ({location}) panicked: {message}");
            return;
        }
        let second = self.inbox.clock.now().0;
        if self.counters.failure_reported.swap(second, Ordering::Relaxed) == second {
            self.counters.failures_unreported.add();
            self.inbox.count();
        } else {
            match failure {
                Failure::Panic => tracing::error!("the handler of `{name}` ({location}) panicked: {message}"),
                Failure::ConditionPanic => {
                    tracing::error!("a condition of `{name}` ({location}) panicked, which counts as \"no\": {message}");
                }
                Failure::DestructorPanic => {
                    tracing::error!(
                        "something that `{name}` ({location}) owned panicked when it was dropped: {message}"
                    );
                }
                Failure::Timeout => tracing::error!("`{name}` ({location}) {message}"),
                _ => tracing::error!("`{name}` ({location}) failed: {message}"),
            }
        }
        // A trigger that listens to failures and fails would go on forever.
        if !self.interest().selectors.contains(&Selector::Kind(EventKind::TriggerFailed)) {
            self.inbox.raise(|now| TriggerFailed::new(now, Arc::clone(&self.name), failure, message.into()));
        }
    }

    /// Tells what was not told at once: what was dropped, late or given up, and failures beyond the first of a second.
    pub(crate) fn report(&self) {
        let Self { name, location, counters, .. } = self;
        let dropped = counters.dropped.unreported(&counters.dropped_reported);
        if dropped > 0 {
            tracing::warn!(
                "`{name}` ({location}) is too slow: {dropped} waiting events dropped. It has {}; see `concurrency`, \
                 `queue` and `overflow`",
                self.order
            );
            self.inbox.raise(|now| Overflow::new(now, Arc::clone(name), dropped));
        }
        let late = counters.late.unreported(&counters.late_reported);
        if late > 0 {
            let by = Duration::from_millis(u64::try_from(counters.latest_ms.swap(0, Ordering::Relaxed)).unwrap_or(0));
            tracing::warn!("`{name}` ({location}) lags: {late} events waited for up to {by:.1?}");
            self.inbox.raise(|now| Lagging::new(now, Arc::clone(name), late, by));
        }
        let runs = counters.aborted.unreported(&counters.given_up_reported);
        if runs > 0 {
            let events = counters.events_aborted.take();
            tracing::warn!(
                "{runs} runs of `{name}` ({location}) did not end in time and are given up, and with them {events} events \
                 that waited"
            );
            self.inbox.raise(|now| RunsAborted::new(now, Arc::clone(name), runs, events));
        }
        let failures = counters.failures_unreported.take();
        if failures > 0 {
            tracing::error!("`{name}` ({location}) failed {failures} more times");
        }
    }

    /// Counts the filter that held an event back.
    pub(crate) fn filtered(&self, filter: Filter) {
        match filter {
            Filter::Worlds => self.counters.other_world.add_alone(),
            Filter::Characters => self.counters.other_character.add_alone(),
            Filter::Zones => self.counters.other_zone.add_alone(),
        }
    }
}

impl Drop for Polled<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A number that only rises.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// As `add`, where no other thread adds: a fifth of the cost.
    pub(crate) fn add_alone(&self) {
        self.0.store(self.get() + 1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn take(&self) -> u64 {
        self.0.swap(0, Ordering::Relaxed)
    }

    /// How much it has risen since this was asked last.
    fn unreported(&self, reported: &Self) -> u64 {
        let now = self.get();
        // Two may ask at once, and the later one may have looked earlier.
        now.saturating_sub(reported.0.fetch_max(now, Ordering::Relaxed))
    }
}

/// What became of the events that reached a trigger. The first six are counted by the dispatcher alone.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) received: Counter,
    pub(crate) other_world: Counter,
    pub(crate) other_character: Counter,
    pub(crate) other_zone: Counter,
    pub(crate) refused: Counter,
    pub(crate) queued: Counter,
    dropped: Counter,
    started: Counter,
    failed: Counter,
    panicked: Counter,
    conditions_panicked: Counter,
    timed_out: Counter,
    late: Counter,
    aborted: Counter,
    pub(crate) stalls: Counter,
    dropped_reported: Counter,
    late_reported: Counter,
    latest_ms: AtomicI64,
    given_up_reported: Counter,
    events_aborted: Counter,
    failure_reported: AtomicI64,
    failures_unreported: Counter,
}

impl Counters {
    pub(crate) fn stats(&self) -> TriggerStats {
        TriggerStats {
            received: self.received.get(),
            other_world: self.other_world.get(),
            other_character: self.other_character.get(),
            other_zone: self.other_zone.get(),
            refused: self.refused.get(),
            queued: self.queued.get(),
            dropped: self.dropped.get(),
            started: self.started.get(),
            failed: self.failed.get(),
            panicked: self.panicked.get(),
            conditions_panicked: self.conditions_panicked.get(),
            timed_out: self.timed_out.get(),
            late: self.late.get(),
            aborted: self.aborted.get(),
            stalls: self.stalls.get(),
        }
    }
}

/// What became of the events that a trigger listens to: the answer to "why did my trigger not fire?".
///
/// Events that can be told apart before the trigger is looked at are not even received: those of other kinds, and with
/// a `characters` filter those of other characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TriggerStats {
    /// Events that reached the trigger while it was not paused.
    pub received: u64,
    /// Held back by `worlds`.
    pub other_world: u64,
    /// Held back by `characters`.
    pub other_character: u64,
    /// Held back by `zones`.
    pub other_zone: u64,
    /// Held back by a condition.
    pub refused: u64,
    /// Had to wait for earlier runs.
    pub queued: u64,
    /// Dropped because too many waited.
    pub dropped: u64,
    /// Runs begun.
    pub started: u64,
    /// Runs that returned an error.
    pub failed: u64,
    /// Runs that panicked.
    pub panicked: u64,
    /// Conditions that panicked, and so held the event back.
    pub conditions_panicked: u64,
    /// Runs that took longer than `timeout`.
    pub timed_out: u64,
    /// Events that waited for more than five seconds before their run began.
    pub late: u64,
    /// Runs that had not ended when the client's grace period was over.
    pub aborted: u64,
    /// Times that the handler or a condition held up the stream for more than 100 ms.
    pub stalls: u64,
}

impl TriggerStats {
    /// What has been added since an earlier one.
    #[cfg(feature = "test")]
    pub(crate) fn since(mut self, earlier: &Self) -> Self {
        macro_rules! subtract {
            ($($field:ident)*) => {{
                let Self { $($field),* } = earlier;
                $( self.$field -= $field; )*
            }};
        }
        subtract! {
            received other_world other_character other_zone refused queued dropped started failed panicked
            conditions_panicked timed_out late aborted stalls
        }
        self
    }
}

impl fmt::Display for TriggerStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "received {}", self.received)?;
        for (count, what) in [
            (self.other_world, "of other worlds"),
            (self.other_character, "of other characters"),
            (self.other_zone, "in other zones"),
            (self.refused, "refused by conditions"),
            (self.queued, "queued"),
            (self.dropped, "dropped"),
            (self.started, "run"),
            (self.failed, "failed"),
            (self.panicked, "panicked"),
            (self.conditions_panicked, "conditions panicked"),
            (self.timed_out, "timed out"),
            (self.late, "late"),
            (self.aborted, "given up"),
            (self.stalls, "times held up the stream"),
        ] {
            if count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        Ok(())
    }
}
