//! Conditions: what must hold beside the filters for a trigger to run.

use std::{
    fmt,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use crate::dispatch::matcher::Check;

/// Something that says whether a trigger may run.
///
/// Functions and closures that take `&E` and return `bool`, `bool` itself, `&'static AtomicBool` and
/// `Arc<AtomicBool>` as switches, and [`Conditions`] as a list that changes. `M` tells these apart and is inferred.
///
/// A condition sees exactly what the handler would get. It runs where the events are dispatched, so it must be quick,
/// and it is synchronous: what has to wait belongs in the handler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a condition on `{E}`",
    label = "expected a function or closure from `&{E}` to `bool`, a `bool`, an atomic flag or `Conditions<{E}>`",
    note = "a condition cannot be asynchronous; use `.await` inside the handler instead",
    note = "a closure must be `Fn`, `Send` and `Sync`, so it cannot modify what it captures"
)]
pub trait Condition<E, M>: Send + Sync + 'static {
    /// Whether it holds for this event.
    fn holds(&self, event: &E) -> bool;
}

/// Marks conditions that are called.
#[derive(Debug)]
pub struct Function;

/// Marks conditions that are looked at.
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

pub(crate) fn check<E: 'static, M: 'static>(condition: impl Condition<E, M>) -> Check<E> {
    Box::new(move |event| condition.holds(event))
}

/// A list of conditions that can be changed at any time from anywhere. All must hold; an empty list holds.
///
/// ```
/// use auraxis_runtime::Conditions;
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

/// A condition in a list, to [remove](Conditions::remove) it. No two conditions of a program have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConditionKey(u64);

impl<E> Conditions<E> {
    /// An empty list. It can stand in a `static`.
    #[must_use]
    pub const fn new() -> Self {
        Self(RwLock::new(None))
    }

    /// Adds a condition. Returns the key with which [`remove`](Self::remove) takes it out again.
    #[allow(clippy::must_use_candidate, reason = "most conditions stay")]
    pub fn push(&self, condition: impl Fn(&E) -> bool + Send + Sync + 'static) -> ConditionKey {
        static NEXT: AtomicU64 = AtomicU64::new(0);

        let key = ConditionKey(NEXT.fetch_add(1, Ordering::Relaxed));
        let mut list = self.0.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(list.get_or_insert_default()).push((key, Arc::new(condition)));
        key
    }

    /// Removes the condition of this key. Returns whether it was there.
    #[allow(clippy::must_use_candidate, reason = "it is gone in any case")]
    pub fn remove(&self, key: ConditionKey) -> bool {
        let mut list = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let place = list.as_ref().and_then(|list| list.iter().position(|(other, _)| *other == key));
        let removed = place.and_then(|place| Some(Arc::make_mut(list.as_mut()?).remove(place)));
        // A condition may own anything, so it is not dropped under the lock.
        drop(list);
        removed.is_some()
    }

    /// Removes all conditions.
    pub fn clear(&self) {
        let list = self.0.write().unwrap_or_else(PoisonError::into_inner).take();
        // A condition may own anything, so it is not dropped under the lock.
        drop(list);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list().map_or(0, |list| list.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn all_hold(&self, event: &E) -> bool {
        self.list().is_none_or(|list| list.iter().all(|(_, condition)| condition(event)))
    }

    /// The list as it is, out of the lock, for a condition may change the list it stands in.
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
