//! Finding out who holds up the stream.
//!
//! Handlers are called where the stream is read, so one that blocks holds up everything. The dispatcher only notes
//! which trigger it is about to ask; a thread of its own, which no handler can hold up, looks at the monitor from time
//! to time, and names a trigger that stays there while it still is.

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread,
    time::Duration,
};

use rustc_hash::FxHashMap;
use tracing::Span;

use super::{inbox::Inbox, registry::Registry, state::TriggerState};

/// How often the thread looks. A trigger seen there three times has been there for twice as long, which is too long.
const LOOK: Duration = Duration::from_millis(50);

/// How many looks must pass before the same trigger is named again.
const QUIET: u64 = 1_200;

/// The monitor of the dispatcher, for which it takes a few stores.
#[derive(Debug, Default)]
pub(crate) struct StallMonitor {
    /// Odd while a trigger has the event.
    turns: AtomicU64,
    /// The number of that trigger.
    trigger: AtomicU64,
    /// Whether events wait for room, and with them the stream.
    pub(crate) is_resting: AtomicBool,
}

impl StallMonitor {
    /// Only the dispatcher calls this, and [`over`](Self::over) after it.
    pub(crate) fn turn_of(&self, state: &TriggerState) {
        self.trigger.store(state.number, Ordering::Relaxed);
        self.turns.store(self.turns.load(Ordering::Relaxed) + 1, Ordering::Release);
    }

    pub(crate) fn over(&self) {
        self.turns.store(self.turns.load(Ordering::Relaxed) + 1, Ordering::Release);
    }
}

impl StallMonitor {
    /// The number of the trigger that has the event, if one has.
    pub(crate) fn holder(&self) -> Option<u64> {
        let is_held = !self.turns.load(Ordering::Acquire).is_multiple_of(2);
        is_held.then(|| self.trigger.load(Ordering::Relaxed))
    }
}

/// Looks at the monitor until the returned sender is dropped.
///
/// Once a second it also wakes a stream that waits for room, in whose own time nothing may pass.
pub(crate) fn watch(monitor: Arc<StallMonitor>, registry: Weak<Registry>, inbox: Inbox, span: Span) -> Sender<()> {
    let (running, stopped) = mpsc::channel();
    let log = tracing::dispatcher::get_default(Clone::clone);
    let looking = move || {
        let _log = tracing::dispatcher::set_default(&log);
        let _span = span.enter();
        let (mut last, mut seen, mut look) = (0, 0_u32, 0_u64);
        let mut named = FxHashMap::default();
        while stopped.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
            look += 1;
            if look.is_multiple_of(20) && monitor.is_resting.load(Ordering::Relaxed) {
                inbox.wake();
            }
            let turn = monitor.turns.load(Ordering::Acquire);
            seen = if turn == last { seen + 1 } else { 0 };
            last = turn;
            if turn.is_multiple_of(2) || seen != 2 {
                continue;
            }
            let number = monitor.trigger.load(Ordering::Relaxed);
            let Some(state) = registry.upgrade().and_then(|registry| registry.numbered(number)) else { continue };
            state.counters.stalls.add();
            if named.get(&number).is_none_or(|&at| look - at >= QUIET) {
                named.insert(number, look);
                let TriggerState { name, location, .. } = &*state;
                tracing::warn!(
                    "`{name}` ({location}) holds up the stream and every other trigger for more than {:?}. What blocks, \
                     such as a file, a database or much computing, needs the option `blocking`",
                    LOOK * 2
                );
            }
        }
    };
    // Without the thread nothing is missing but the warning.
    if let Err(error) = thread::Builder::new().name("auraxis-watch".into()).spawn(looking) {
        tracing::debug!("nobody watches for handlers that block: {error}");
    }
    running
}
