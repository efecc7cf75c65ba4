//! Name, interest and counters of a trigger.

use std::{
    fmt,
    panic::Location,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use auraxis_core::{
    event::{
        EventKind, KindSet, Selector,
        signal::{Failure, Gap, GapCause, Lagging, Overflow, RunsAborted, TriggerFailed},
    },
    interest::{Filter, Interest},
    time::Timestamp,
};
use serde::Serialize;

use super::{inbox::Inbox, run_times::RunTimes};

/// An event that waits longer than this for its run is counted as late.
const LATE_MS: i64 = 5_000;

/// The panic message of `println!` when stdout is closed. The program is about to stop because of that.
const STDOUT_CLOSED: &str = "failed printing to stdout";

/// The location of a trigger in the source code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceLocation {
    /// The path of the file, as passed to the compiler.
    pub file: &'static str,
    /// The line number.
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

/// The part of a trigger that its handle, its lane and the registry share.
pub(crate) struct TriggerState {
    /// Unique in the process, and higher than the number of any earlier trigger.
    pub(crate) number: u64,
    pub(crate) name: Arc<str>,
    pub(crate) location: SourceLocation,
    interest: Mutex<Arc<Interest>>,
    /// The description of concurrency, queue and order.
    order: OnceLock<String>,
    pub(crate) single_shot: bool,
    pub(crate) paused: AtomicBool,
    pub(crate) removed: AtomicBool,
    /// Whether the trigger was removed while the same thread was dispatching an event, which it does not get any more.
    pub(crate) removed_during_event: AtomicBool,
    pub(crate) counters: Counters,
    pub(crate) run_times: RunTimes,
    /// The number of events, or batches of events, in the queue.
    waiting: AtomicI64,
    last_run: AtomicI64,
    /// When the earliest event that was dropped since the last report was received; the maximum if there is none.
    dropped_since_ms: AtomicI64,
    /// The number of tasks that are currently polling a run.
    polling: AtomicUsize,
    pub(crate) inbox: Inbox,
}

/// Counts a task as polling until dropped.
pub(crate) struct PollGuard<'a>(&'a AtomicUsize);

impl TriggerState {
    pub(crate) fn new(
        name: Arc<str>,
        location: SourceLocation,
        interest: Interest,
        single_shot: bool,
        inbox: Inbox,
    ) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(1);

        Self {
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
            name,
            location,
            interest: Mutex::new(Arc::new(interest)),
            order: OnceLock::new(),
            single_shot,
            paused: AtomicBool::new(false),
            removed: AtomicBool::new(false),
            removed_during_event: AtomicBool::new(false),
            counters: Counters::default(),
            run_times: RunTimes::default(),
            waiting: AtomicI64::new(0),
            last_run: AtomicI64::new(i64::MIN),
            dropped_since_ms: AtomicI64::new(i64::MAX),
            polling: AtomicUsize::new(0),
            inbox,
        }
    }

    /// Sets the description of concurrency, queue and order.
    pub(crate) fn set_order(&self, order: String) {
        let _ = self.order.set(order);
    }

    /// Returns the description of concurrency, queue and order.
    pub(crate) fn order(&self) -> &str {
        self.order.get().map_or("", String::as_str)
    }

    /// Counts the current task as polling a run.
    pub(crate) fn start_polling(&self) -> PollGuard<'_> {
        self.polling.fetch_add(1, Ordering::Relaxed);
        PollGuard(&self.polling)
    }

    /// Returns whether any task is polling a run. If that does not change, the run blocks.
    pub(crate) fn is_polling(&self) -> bool {
        self.polling.load(Ordering::Relaxed) > 0
    }

    /// Returns whether the trigger was added by auraxis itself, which its name shows.
    pub(crate) fn is_internal(&self) -> bool {
        self.name.starts_with("auraxis::")
    }

    pub(crate) fn interest(&self) -> Arc<Interest> {
        Arc::clone(&self.interest.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes and returns the interest. The caller has to update the registry.
    pub(crate) fn change_interest(&self, change: impl FnOnce(&mut Interest)) -> Arc<Interest> {
        let mut interest = self.interest.lock().unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(&mut interest));
        Arc::clone(&interest)
    }

    pub(crate) fn last_run(&self) -> Option<Timestamp> {
        Some(self.last_run.load(Ordering::Relaxed)).filter(|&seconds| seconds != i64::MIN).map(Timestamp)
    }

    /// Returns the number of events, or batches of events, in the queue.
    pub(crate) fn waiting(&self) -> u64 {
        u64::try_from(self.waiting.load(Ordering::Relaxed)).unwrap_or(0)
    }

    /// Counts events that enter the queue, or leave it.
    pub(crate) fn add_waiting(&self, events: i64) {
        self.waiting.fetch_add(events, Ordering::Relaxed);
    }

    /// Records the start of a run on an event that was received at this time, and whether it was queued until then. Returns
    /// the time since, in milliseconds.
    pub(crate) fn run_started(&self, received_ms: i64, was_queued: bool) -> i64 {
        if was_queued {
            self.counters.started_later.add();
        } else {
            self.counters.started_at_once.add_unshared();
        }
        let now_ms = self.inbox.clock.now_ms();
        self.last_run.store(now_ms.div_euclid(1_000), Ordering::Relaxed);
        let lag_ms = now_ms.saturating_sub(received_ms);
        self.record_lag(lag_ms);
        lag_ms
    }

    fn record_lag(&self, lag_ms: i64) {
        if lag_ms > LATE_MS {
            self.counters.late.add();
            self.counters.max_lag_ms.fetch_max(lag_ms, Ordering::Relaxed);
            self.inbox.schedule_report();
        }
    }

    /// Records dropped events, the first of which was received at this time.
    pub(crate) fn record_drop(&self, events: u64, received_ms: i64) {
        self.counters.dropped.0.fetch_add(events, Ordering::Relaxed);
        self.dropped_since_ms.fetch_min(received_ms, Ordering::Relaxed);
        self.inbox.record_drop(events);
    }

    /// Records a turn of a periodic trigger that was skipped because the trigger was still running.
    pub(crate) fn record_skip(&self) {
        self.counters.skipped.add();
        self.inbox.schedule_report();
    }

    /// Records an aborted run, and the number of queued events that were aborted with it.
    pub(crate) fn record_abort(&self, queued_events: u64) {
        self.counters.aborted.add();
        self.counters.queued_events_aborted.0.fetch_add(queued_events, Ordering::Relaxed);
        self.inbox.schedule_report();
    }

    /// Records and reports a failed run, or a condition that panicked.
    pub(crate) fn run_failed(&self, failure: Failure, message: &str) {
        self.count_failure(failure);
        self.report_failure(failure, message);
    }

    /// Records a failed run that was passed to `on_error`, so it is not logged.
    pub(crate) fn run_failure_handled(&self, failure: Failure, message: &str) {
        self.count_failure(failure);
        self.raise_failure(failure, message);
    }

    fn count_failure(&self, failure: Failure) {
        match failure {
            Failure::Panic => self.counters.panicked.add(),
            Failure::ConditionPanic => self.counters.condition_panics.add(),
            Failure::Timeout => self.counters.timed_out.add(),
            _ => self.counters.failed.add(),
        }
    }

    /// Reports a panic in the destructor of something that the trigger owned.
    pub(crate) fn destructor_panicked(&self, message: &str) {
        self.report_failure(Failure::DestructorPanic, message);
    }

    fn report_failure(&self, failure: Failure, message: &str) {
        let Self { name, location, .. } = self;
        if message.starts_with(STDOUT_CLOSED) {
            // Handlers of `TriggerFailed` would try to print as well.
            tracing::debug!("`{name}` ({location}) panicked: {message}");
            return;
        }
        let second = self.inbox.clock.now().0;
        if self.counters.failure_reported.swap(second, Ordering::Relaxed) == second {
            self.counters.failures_unreported.add();
            self.inbox.schedule_report();
        } else {
            match failure {
                Failure::Panic => tracing::error!("the handler of `{name}` ({location}) panicked: {message}"),
                Failure::ConditionPanic => {
                    tracing::error!(
                        "a condition of `{name}` ({location}) panicked, so the event was rejected: {message}"
                    );
                }
                Failure::DestructorPanic => {
                    tracing::error!("a destructor of a value owned by `{name}` ({location}) panicked: {message}");
                }
                Failure::Timeout => tracing::error!("`{name}` ({location}) {message}"),
                _ => tracing::error!("`{name}` ({location}) failed: {message}"),
            }
        }
        self.raise_failure(failure, message);
    }

    fn raise_failure(&self, failure: Failure, message: &str) {
        // A trigger that listens to failures and fails itself would loop forever.
        if !self.interest().selectors.contains(&Selector::Kind(EventKind::TriggerFailed)) {
            self.inbox.raise(|now| TriggerFailed::new(now, Arc::clone(&self.name), failure, message.into()));
        }
    }

    /// Reports dropped, late and aborted events since the last call, and failures beyond the first of each second.
    pub(crate) fn report(&self) {
        let Self { name, location, counters, .. } = self;
        let dropped = counters.dropped.unreported(&counters.dropped_reported);
        if dropped > 0 {
            tracing::warn!(
                "`{name}` ({location}) is too slow: {dropped} queued events were dropped ({}); see the options \
                 `concurrency`, `queue` and `overflow`",
                self.order()
            );
            self.inbox.raise(|now| Overflow::new(now, Arc::clone(name), dropped));
            self.report_gap(dropped);
        }
        let skipped = counters.skipped.unreported(&counters.skipped_reported);
        if skipped > 0 {
            tracing::warn!(
                "`{name}` ({location}) is too slow: {skipped} turns were skipped because it was still running ({}); see the \
                 option `concurrency`",
                self.order()
            );
        }
        let late = counters.late.unreported(&counters.late_reported);
        if late > 0 {
            let max_lag_ms = counters.max_lag_ms.swap(0, Ordering::Relaxed);
            let max_lag = Duration::from_millis(u64::try_from(max_lag_ms).unwrap_or(0));
            tracing::warn!(
                "`{name}` ({location}) is lagging: {late} events waited up to {max_lag:.1?} for their run; see the option \
                 `concurrency`"
            );
            self.inbox.raise(|now| Lagging::new(now, Arc::clone(name), late, max_lag));
        }
        let runs = counters.aborted.unreported(&counters.aborted_reported);
        if runs > 0 {
            let events = counters.queued_events_aborted.take();
            tracing::warn!(
                "`{name}` ({location}) did not finish within the grace period: {runs} runs were aborted, and \
                 {events} queued events dropped"
            );
            self.inbox.raise(|now| RunsAborted::new(now, Arc::clone(name), runs, events));
        }
        let failures = counters.failures_unreported.take();
        if failures > 0 {
            tracing::error!(
                "`{name}` ({location}) failed {failures} more times; only the first failure of each second is logged"
            );
        }
    }

    /// Raises a gap for dropped events. Its times are those of their receipt, and the stream completes it.
    fn report_gap(&self, dropped: u64) {
        let since_ms = self.dropped_since_ms.swap(i64::MAX, Ordering::Relaxed);
        let interest = self.interest();
        let kinds = KindSet::selected_by(&interest.selectors);
        if kinds.is_empty() {
            return;
        }
        self.inbox.raise(|now| {
            let missing = (interest.worlds.clone(), kinds);
            let interval = (Timestamp(since_ms.div_euclid(1_000)).min(now), Some(now));
            Gap::new(now, 0, missing, interval, GapCause::Dropped, u32::try_from(dropped).ok())
        });
    }

    /// Records an event that did not pass this filter.
    pub(crate) fn record_filtered(&self, filter: Filter) {
        match filter {
            Filter::Worlds => self.counters.filtered_by_world.add_unshared(),
            Filter::Characters => self.counters.filtered_by_character.add_unshared(),
            Filter::Zones => self.counters.filtered_by_zone.add_unshared(),
        }
    }
}

impl Drop for PollGuard<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A monotonic counter.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Like `add`, but only for counters that no other thread increments: a fifth of the cost.
    pub(crate) fn add_unshared(&self) {
        self.0.store(self.get() + 1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn take(&self) -> u64 {
        self.0.swap(0, Ordering::Relaxed)
    }

    /// Returns the difference to `reported`, and updates that.
    fn unreported(&self, reported: &Self) -> u64 {
        let now = self.get();
        // With two concurrent calls, the later one can have read the lower value.
        now.saturating_sub(reported.0.fetch_max(now, Ordering::Relaxed))
    }
}

/// The counters of a trigger. The first nine are written by the dispatcher only.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) received: Counter,
    pub(crate) filtered_by_world: Counter,
    pub(crate) filtered_by_character: Counter,
    pub(crate) filtered_by_zone: Counter,
    pub(crate) rejected: Counter,
    pub(crate) cooled_down: Counter,
    pub(crate) cooldowns_forgotten: Counter,
    pub(crate) queued: Counter,
    started_at_once: Counter,
    /// Written by the tasks of runs.
    pub(crate) rejected_by_check: Counter,
    pub(crate) retried: Counter,
    dropped: Counter,
    /// Written by the tasks of queued events.
    started_later: Counter,
    failed: Counter,
    panicked: Counter,
    condition_panics: Counter,
    timed_out: Counter,
    late: Counter,
    aborted: Counter,
    skipped: Counter,
    skipped_reported: Counter,
    pub(crate) stalls: Counter,
    dropped_reported: Counter,
    late_reported: Counter,
    max_lag_ms: AtomicI64,
    aborted_reported: Counter,
    queued_events_aborted: Counter,
    failure_reported: AtomicI64,
    failures_unreported: Counter,
}

impl Counters {
    pub(crate) fn stats(&self) -> TriggerStats {
        TriggerStats {
            received: self.received.get(),
            filtered_by_world: self.filtered_by_world.get(),
            filtered_by_character: self.filtered_by_character.get(),
            filtered_by_zone: self.filtered_by_zone.get(),
            rejected: self.rejected.get(),
            cooled_down: self.cooled_down.get(),
            cooldowns_forgotten: self.cooldowns_forgotten.get(),
            rejected_by_check: self.rejected_by_check.get(),
            retried: self.retried.get(),
            queued: self.queued.get(),
            dropped: self.dropped.get(),
            started: self.started_at_once.get() + self.started_later.get(),
            failed: self.failed.get(),
            panicked: self.panicked.get(),
            condition_panics: self.condition_panics.get(),
            timed_out: self.timed_out.get(),
            late: self.late.get(),
            aborted: self.aborted.get(),
            skipped: self.skipped.get(),
            stalls: self.stalls.get(),
        }
    }
}

/// Counters of a trigger's events and runs, which show why a trigger did not run.
///
/// Some events never reach the trigger, and are not counted at all: events that it does not listen to and, with a
/// `characters` filter, events of other characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TriggerStats {
    /// Events that reached the trigger while it was not paused.
    pub received: u64,
    /// Events filtered out by `worlds`.
    pub filtered_by_world: u64,
    /// Events filtered out by `characters`. Nearly always 0 (see above), except in the report of a `TestClient`, which
    /// counts all of them.
    pub filtered_by_character: u64,
    /// Events filtered out by `zones`.
    pub filtered_by_zone: u64,
    /// Events rejected by a condition.
    pub rejected: u64,
    /// Events ignored because of `cooldown`.
    pub cooled_down: u64,
    /// Cooldowns that ended early because too many keys were cooling down.
    pub cooldowns_forgotten: u64,
    /// Events rejected by `check`, after a run was started for them.
    pub rejected_by_check: u64,
    /// Runs that were tried again after an error, because of `retry`.
    pub retried: u64,
    /// Events, or batches of events, that were queued because of `concurrency`, `sequential` or `key`.
    pub queued: u64,
    /// Events dropped because the queue was full.
    pub dropped: u64,
    /// Runs that were started.
    pub started: u64,
    /// Runs that returned an error.
    pub failed: u64,
    /// Runs that panicked.
    pub panicked: u64,
    /// Panics in a condition, each of which also rejects the event.
    pub condition_panics: u64,
    /// Runs aborted because they exceeded `timeout`.
    pub timed_out: u64,
    /// Events that waited for more than five seconds before the trigger ran for them.
    pub late: u64,
    /// Runs aborted because they did not finish within the client's grace period.
    pub aborted: u64,
    /// Turns of a periodic trigger that were skipped because it was still running.
    pub skipped: u64,
    /// The number of times that the handler or a condition blocked the stream for more than 100 ms.
    pub stalls: u64,
}

impl TriggerStats {
    /// Subtracts earlier stats of the same trigger.
    #[cfg(feature = "test")]
    pub(crate) fn since(mut self, earlier: &Self) -> Self {
        macro_rules! subtract {
            ($($field:ident)*) => {{
                let Self { $($field),* } = earlier;
                $( self.$field -= $field; )*
            }};
        }
        subtract! {
            received filtered_by_world filtered_by_character filtered_by_zone rejected cooled_down cooldowns_forgotten
            rejected_by_check retried queued dropped started failed panicked condition_panics timed_out late aborted skipped
            stalls
        }
        self
    }
}

impl fmt::Display for TriggerStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "received {}", self.received)?;
        for (count, what) in [
            (self.filtered_by_world, "filtered by world"),
            (self.filtered_by_character, "filtered by character"),
            (self.filtered_by_zone, "filtered by zone"),
            (self.rejected, "rejected by conditions"),
            (self.cooled_down, "cooled down"),
            (self.cooldowns_forgotten, "cooldowns forgotten"),
            (self.rejected_by_check, "rejected by the check"),
            (self.retried, "retried"),
            (self.queued, "queued"),
            (self.dropped, "dropped"),
            (self.started, "started"),
            (self.failed, "failed"),
            (self.panicked, "panicked"),
            (self.condition_panics, "condition panics"),
            (self.timed_out, "timed out"),
            (self.late, "late"),
            (self.aborted, "aborted"),
            (self.skipped, "skipped"),
            (self.stalls, "stalls"),
        ] {
            if count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        Ok(())
    }
}
