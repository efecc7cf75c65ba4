//! Keeping panics of user code where they happen.

use std::{
    any::Any,
    ops::Deref,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use super::state::TriggerState;

/// Something of a user's whose destructor may panic: what a handler or a condition owns.
///
/// It may be dropped anywhere, by whoever was last to hold it, so the panic must not reach them.
pub(crate) struct CatchOnDrop<T> {
    value: Option<T>,
    owner: Arc<TriggerState>,
}

impl<T> CatchOnDrop<T> {
    pub(crate) const fn new(value: T, owner: Arc<TriggerState>) -> Self {
        Self { value: Some(value), owner }
    }
}

impl<T> Deref for CatchOnDrop<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.as_ref().expect("it is there until it is dropped")
    }
}

impl<T> Drop for CatchOnDrop<T> {
    fn drop(&mut self) {
        let value = self.value.take();
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(value))) {
            self.owner.destructor_panicked(panic_message(&*panic));
        }
    }
}

/// What a panic said.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&'static str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a message")
}
