//! What the current thread does for the stream, so that a call which would wait for itself is an error and no hang.

use std::cell::Cell;

thread_local! {
    static TURN: Cell<ThreadContext> = const { Cell::new(ThreadContext::None) };
    static RUN: Cell<u64> = const { Cell::new(0) };
    static STREAM: Cell<usize> = const { Cell::new(0) };
}

/// Whether the stream stands on this thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ThreadContext {
    /// It does not, or it polls a run, which may wait.
    None,
    /// The stream of this id does: whoever waits here for it waits for ever.
    Dispatching(usize),
}

/// Restores what was there before when it is dropped.
pub(crate) struct Scope(ThreadContext, u64, usize);

impl ThreadContext {
    pub(crate) fn current() -> Self {
        TURN.get()
    }

    /// This thread dispatches for the stream of this id until the scope ends.
    pub(crate) fn dispatching(stream: usize) -> Scope {
        Scope(TURN.replace(Self::Dispatching(stream)), RUN.get(), STREAM.replace(stream))
    }

    /// This thread polls a run of the trigger of this number until the scope ends.
    pub(crate) fn polling(trigger: u64) -> Scope {
        Scope(TURN.replace(Self::None), RUN.replace(trigger), STREAM.get())
    }
}

/// The number of the trigger of which this thread polls a run; 0 if it does not.
pub(crate) fn running_trigger() -> u64 {
    RUN.get()
}

/// Whether this thread is in the middle of an event of the stream of this id, be it that it polls a run.
pub(crate) fn is_within(stream: usize) -> bool {
    STREAM.get() == stream
}

impl Drop for Scope {
    fn drop(&mut self) {
        TURN.set(self.0);
        RUN.set(self.1);
        STREAM.set(self.2);
    }
}
