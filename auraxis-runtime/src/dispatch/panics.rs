//! Containment of panics in user code.

use std::{
    any::Any,
    ops::Deref,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use super::state::TriggerState;

/// A user's value whose destructor may panic, such as the captures of a handler or a condition.
///
/// The last owner can be any thread, so a panic of the destructor is caught here.
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
        self.value.as_ref().expect("the value is taken only on drop")
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

/// Returns the message of a panic.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&'static str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a message")
}
