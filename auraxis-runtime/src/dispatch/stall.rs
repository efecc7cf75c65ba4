//! Detection of handlers that block the stream.
//!
//! Handlers are called on the thread that reads the stream, so a handler that blocks delays every other trigger. The
//! dispatcher only stores the trigger that it is about to call; a dedicated thread samples that and logs a warning while
//! a trigger still blocks.

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread,
    time::Duration,
};

use rustc_hash::FxHashMap;
use tracing::Span;

use super::{inbox::Inbox, registry::Registry, state::TriggerState};

/// How often the thread samples the monitor.
const SAMPLE_INTERVAL: Duration = Duration::from_millis(50);

/// A call that has not returned after this many intervals blocks.
const STALL_SAMPLES: u32 = 2;

/// The minimum number of samples between two warnings about one trigger: one minute.
const SAMPLES_BETWEEN_WARNINGS: u64 = 1_200;

/// The trigger that the dispatcher currently calls. Updating it takes a few atomic stores.
#[derive(Debug, Default)]
pub(crate) struct StallMonitor {
    /// Counts calls and returns; odd during a call.
    transitions: AtomicU64,
    /// The number of the trigger that is or was called.
    trigger: AtomicU64,
    /// For how many samples in a row the call that is in progress was seen.
    samples: AtomicU32,
    /// Counts the turns of the stream's loop.
    turns: AtomicU64,
    /// Whether a source waits because a trigger with a full queue holds one of its events.
    pub(crate) sources_wait: AtomicBool,
}

impl StallMonitor {
    /// The dispatcher is about to call this trigger. Every call must be followed by [`exit`](Self::exit).
    pub(crate) fn enter(&self, state: &TriggerState) {
        self.trigger.store(state.number, Ordering::Relaxed);
        self.count_transition();
    }

    pub(crate) fn exit(&self) {
        self.count_transition();
    }

    /// The loop has made a turn. Only the loop calls this.
    pub(crate) fn count_turn(&self) {
        self.turns.store(self.turns.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    /// Returns the number of turns that the loop has made.
    pub(crate) fn turns(&self) -> u64 {
        self.turns.load(Ordering::Relaxed)
    }

    /// Counts without a read-modify-write operation, because only the dispatcher writes.
    fn count_transition(&self) {
        self.transitions.store(self.transitions.load(Ordering::Relaxed) + 1, Ordering::Release);
    }

    /// Returns the number of the trigger that is being called, if any.
    pub(crate) fn current_trigger(&self) -> Option<u64> {
        let is_called = !self.transitions.load(Ordering::Acquire).is_multiple_of(2);
        is_called.then(|| self.trigger.load(Ordering::Relaxed))
    }

    /// Returns the number of the trigger that blocks the stream, if any, and for how long it has.
    pub(crate) fn stall(&self) -> Option<(u64, Duration)> {
        let samples = self.samples.load(Ordering::Relaxed);
        let number = self.current_trigger().filter(|_| samples >= STALL_SAMPLES)?;
        Some((number, SAMPLE_INTERVAL * samples))
    }
}

/// Samples the monitor on a dedicated thread until the returned sender is dropped.
///
/// Once a second, the thread also wakes a stream whose sources wait for a full queue: in a replay with a paused clock,
/// no timer would.
pub(crate) fn spawn_stall_detector(
    monitor: Arc<StallMonitor>,
    registry: Weak<Registry>,
    inbox: Inbox,
    span: Span,
) -> Sender<()> {
    let (running, stopped) = mpsc::channel();
    let log = tracing::dispatcher::get_default(Clone::clone);
    let detect = move || {
        let _log = tracing::dispatcher::set_default(&log);
        let _span = span.enter();
        let (mut last_transitions, mut unchanged, mut sample) = (0, 0_u32, 0_u64);
        let mut warned_at = FxHashMap::default();
        while stopped.recv_timeout(SAMPLE_INTERVAL) == Err(RecvTimeoutError::Timeout) {
            sample += 1;
            if sample.is_multiple_of(20) && monitor.sources_wait.load(Ordering::Relaxed) {
                inbox.wake();
            }
            let transitions = monitor.transitions.load(Ordering::Acquire);
            unchanged = if transitions == last_transitions { unchanged.saturating_add(1) } else { 0 };
            last_transitions = transitions;
            let is_called = !transitions.is_multiple_of(2);
            monitor.samples.store(if is_called { unchanged } else { 0 }, Ordering::Relaxed);
            if !is_called || unchanged != STALL_SAMPLES {
                continue;
            }
            let number = monitor.trigger.load(Ordering::Relaxed);
            let Some(state) = registry.upgrade().and_then(|registry| registry.by_number(number)) else { continue };
            state.counters.stalls.add();
            if warned_at.get(&number).is_none_or(|&at| sample - at >= SAMPLES_BETWEEN_WARNINGS) {
                warned_at.insert(number, sample);
                let TriggerState { name, location, .. } = &*state;
                tracing::warn!(
                    "`{name}` ({location}) has blocked the stream and every other trigger for more than {:?}; if it \
                     does blocking I/O or heavy computation, add the option `blocking`",
                    SAMPLE_INTERVAL * STALL_SAMPLES
                );
            }
        }
    };
    // Only the warnings depend on the thread.
    if let Err(error) = thread::Builder::new().name("auraxis-watch".into()).spawn(detect) {
        tracing::debug!("handlers that block are not detected: cannot start a thread: {error}");
    }
    running
}
