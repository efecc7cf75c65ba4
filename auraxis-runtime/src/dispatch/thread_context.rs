//! Detection of calls that would wait for themselves, so that they return an error instead of hanging.

use std::cell::Cell;

thread_local! {
    static CONTEXT: Cell<ThreadContext> = const { Cell::new(ThreadContext::None) };
    static RUNNING_TRIGGER: Cell<u64> = const { Cell::new(0) };
    static STREAM: Cell<usize> = const { Cell::new(0) };
}

/// What the current thread does for a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ThreadContext {
    /// Nothing, or it polls a run, which can wait for the stream.
    None,
    /// It dispatches for the stream with this id. Code called here would wait for that stream forever.
    Dispatching(usize),
}

/// Restores the previous context when dropped.
pub(crate) struct Scope(ThreadContext, u64, usize);

impl ThreadContext {
    pub(crate) fn current() -> Self {
        CONTEXT.get()
    }

    /// Marks this thread as dispatching for the stream with this id until the scope is dropped.
    pub(crate) fn dispatching(stream: usize) -> Scope {
        Scope(CONTEXT.replace(Self::Dispatching(stream)), RUNNING_TRIGGER.get(), STREAM.replace(stream))
    }

    /// Marks this thread as polling a run of the trigger with this number until the scope is dropped.
    pub(crate) fn polling(trigger: u64) -> Scope {
        Scope(CONTEXT.replace(Self::None), RUNNING_TRIGGER.replace(trigger), STREAM.get())
    }
}

/// Returns the number of the trigger whose run this thread polls; 0 if there is none.
pub(crate) fn running_trigger() -> u64 {
    RUNNING_TRIGGER.get()
}

/// Returns whether this thread is dispatching an event of the stream with this id, including the first poll of a run.
pub(crate) fn is_within(stream: usize) -> bool {
    STREAM.get() == stream
}

impl Drop for Scope {
    fn drop(&mut self) {
        CONTEXT.set(self.0);
        RUNNING_TRIGGER.set(self.1);
        STREAM.set(self.2);
    }
}
