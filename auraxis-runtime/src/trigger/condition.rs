//! Conditions of triggers.

use std::{
    fmt,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use crate::dispatch::matcher::BoxCondition;

/// A condition that an event must meet for the handler to run.
///
/// Implemented for functions and closures from `&E` to `bool`, for `bool`, `&'static AtomicBool` and `Arc<AtomicBool>`
/// as switches, and for `&'static` and `Arc` [`Conditions`], a list that can be changed. The type parameter `M` is
/// inferred.
///
/// A condition receives the same event as the handler. It runs on the thread that processes the stream, so it must be
/// fast. Conditions are synchronous; do asynchronous checks in the handler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a condition on `{E}`",
    label = "expected a function or closure from `&{E}` to `bool`, a `bool`, an `AtomicBool` or `Conditions<{E}>`",
    note = "a condition cannot be asynchronous; write it as a `check`, or use `.await` inside the handler",
    note = "a closure must be `Fn`, `Send` and `Sync`, so it cannot modify what it captures",
    note = "pass an `AtomicBool` or `Conditions<{E}>` in an `Arc` or as a `&'static` reference"
)]
pub trait Condition<E, M>: Send + Sync + 'static {
    /// Returns whether the condition holds for this event.
    fn holds(&self, event: &E) -> bool;
}

/// Marks conditions that are functions.
#[derive(Debug)]
pub struct Function;

/// Marks conditions that are values.
#[derive(Debug)]
pub struct Switch;

#[diagnostic::do_not_recommend]
impl<E, F> Condition<E, Function> for F
where
    F: Fn(&E) -> bool + Send + Sync + 'static,
{
    fn holds(&self, event: &E) -> bool {
        self(event)
    }
}

impl<E> Condition<E, Switch> for bool {
    fn holds(&self, _event: &E) -> bool {
        *self
    }
}

impl<E> Condition<E, Switch> for &'static AtomicBool {
    fn holds(&self, _event: &E) -> bool {
        self.load(Ordering::Relaxed)
    }
}

impl<E> Condition<E, Switch> for Arc<AtomicBool> {
    fn holds(&self, _event: &E) -> bool {
        self.load(Ordering::Relaxed)
    }
}

impl<E: 'static> Condition<E, Switch> for &'static Conditions<E> {
    fn holds(&self, event: &E) -> bool {
        self.all_hold(event)
    }
}

impl<E: 'static> Condition<E, Switch> for Arc<Conditions<E>> {
    fn holds(&self, event: &E) -> bool {
        self.all_hold(event)
    }
}

pub(crate) fn boxed<E: 'static, M: 'static>(condition: impl Condition<E, M>) -> BoxCondition<E> {
    Box::new(move |event| condition.holds(event))
}

/// A list of conditions that can be changed at any time from any thread. It holds if all its conditions hold; an empty
/// list always holds.
///
/// ```
/// # use auraxis_runtime as auraxis;
/// use auraxis::Conditions;
///
/// static EVEN: Conditions<u32> = Conditions::new();
/// EVEN.push(|number: &u32| number % 2 == 0);
/// let small = EVEN.push(|number: &u32| *number < 100);
/// assert_eq!(EVEN.len(), 2);
/// EVEN.remove(small);
/// assert_eq!(EVEN.len(), 1);
/// EVEN.clear();
/// ```
pub struct Conditions<E>(RwLock<Option<Arc<List<E>>>>);

type List<E> = Vec<(ConditionKey, Arc<dyn Fn(&E) -> bool + Send + Sync>)>;

/// The key of a condition, to [remove](Conditions::remove) it. Unique in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConditionKey(u64);

impl<E> Conditions<E> {
    /// Creates an empty list. Can be used in a `static`.
    #[must_use]
    pub const fn new() -> Self {
        Self(RwLock::new(None))
    }

    /// Adds a condition. Returns a key with which it can be [removed](Self::remove).
    #[allow(clippy::must_use_candidate, reason = "most conditions stay")]
    pub fn push(&self, condition: impl Fn(&E) -> bool + Send + Sync + 'static) -> ConditionKey {
        static NEXT: AtomicU64 = AtomicU64::new(0);

        let key = ConditionKey(NEXT.fetch_add(1, Ordering::Relaxed));
        let mut list = self.0.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(list.get_or_insert_default()).push((key, Arc::new(condition)));
        key
    }

    /// Removes the condition with this key. Returns whether it was in the list.
    #[allow(clippy::must_use_candidate, reason = "it is removed in any case")]
    pub fn remove(&self, key: ConditionKey) -> bool {
        let mut list = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let index = list.as_ref().and_then(|list| list.iter().position(|(other, _)| *other == key));
        let removed = index.and_then(|index| Some(Arc::make_mut(list.as_mut()?).remove(index)));
        // Conditions can own anything, so they are not dropped under the lock.
        drop(list);
        removed.is_some()
    }

    /// Removes all conditions.
    pub fn clear(&self) {
        let list = self.0.write().unwrap_or_else(PoisonError::into_inner).take();
        // Conditions can own anything, so they are not dropped under the lock.
        drop(list);
    }

    /// Returns the number of conditions.
    pub fn len(&self) -> usize {
        self.list().map_or(0, |list| list.len())
    }

    /// Returns whether the list is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn all_hold(&self, event: &E) -> bool {
        self.list().is_none_or(|list| list.iter().all(|(_, condition)| condition(event)))
    }

    /// Clones the list out of the lock, because a condition can change the list that it is in.
    fn list(&self) -> Option<Arc<List<E>>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<E> Default for Conditions<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E> fmt::Debug for Conditions<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Conditions").field(&self.len()).finish()
    }
}
