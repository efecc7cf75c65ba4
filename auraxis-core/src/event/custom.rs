//! Events of the program itself.

use std::{
    any::{Any, TypeId, type_name},
    fmt,
    sync::Arc,
};

use crate::time::Timestamp;

/// An event that a program defines, to let one trigger report something to others. Derive it:
///
/// ```
/// # mod auraxis { pub use auraxis_core::event; }
/// use auraxis_core::{event::CustomEvent, id::CharacterId};
///
/// // With `auraxis`: `#[derive(Clone, Debug, CustomEvent)]`.
/// #[derive(Clone, Debug)]
/// struct KillingSpree {
///     character_id: CharacterId,
///     kills: u32,
/// }
///
/// impl CustomEvent for KillingSpree {}
/// ```
///
/// Triggers take it like any other event. It is raised with `Client::emit`, needs no subscription, and never leaves the
/// program.
pub trait CustomEvent: Clone + fmt::Debug + Send + Sync + 'static {}

/// The type of a custom event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct CustomType {
    id: TypeId,
    /// Its name, without the path.
    pub name: &'static str,
}

impl CustomType {
    pub(crate) fn of<T: CustomEvent>() -> Self {
        Self { id: TypeId::of::<T>(), name: short(type_name::<T>()) }
    }
}

/// Any [`CustomEvent`]. A trigger on this type gets all of them.
#[derive(Clone)]
#[non_exhaustive]
pub struct Custom {
    /// When it was raised, by the local clock (in a replay, the recorded time).
    pub timestamp: Timestamp,
    value: Arc<dyn Value>,
}

/// A custom event, with its type erased.
trait Value: Any + fmt::Debug + Send + Sync {
    fn type_name(&self) -> &'static str;
}

impl<T: CustomEvent> Value for T {
    fn type_name(&self) -> &'static str {
        type_name::<T>()
    }
}

impl Custom {
    /// Wraps an event of the program.
    pub fn new(timestamp: Timestamp, value: impl CustomEvent) -> Self {
        Self { timestamp, value: Arc::new(value) }
    }

    /// Returns the event if it is of this type.
    #[must_use]
    pub fn downcast_ref<T: CustomEvent>(&self) -> Option<&T> {
        let value: &dyn Any = &*self.value;
        value.downcast_ref()
    }

    /// Returns the name of the event's type.
    #[must_use]
    pub fn name(&self) -> &'static str {
        short(self.value.type_name())
    }

    pub(crate) fn is(&self, custom: &CustomType) -> bool {
        let value: &dyn Any = &*self.value;
        value.type_id() == custom.id
    }
}

impl fmt::Debug for Custom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Custom").field("timestamp", &self.timestamp).field("value", &self.value).finish()
    }
}

impl PartialEq for Custom {
    /// Two events are equal if they are clones of the same one.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.value, &other.value)
    }
}

/// Returns the name of a type without its path.
fn short(name: &'static str) -> &'static str {
    let path = name.split('<').next().unwrap_or(name);
    &name[path.rfind("::").map_or(0, |at| at + 2)..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, Payload, Selector};

    #[derive(Clone, Debug)]
    struct Spree(u32);

    impl CustomEvent for Spree {}

    #[derive(Clone, Debug)]
    struct Other<T>(T);

    impl<T: Clone + fmt::Debug + Send + Sync + 'static> CustomEvent for Other<T> {}

    #[test]
    fn a_custom_event_is_selected_by_its_type() {
        let event = Event::from(Spree(5));
        assert_eq!(Spree::downcast_ref(&event).map(|spree| spree.0), Some(5));
        assert!(Other::<u32>::downcast_ref(&event).is_none());
        assert!(Spree::selector().matches(&event) && !Other::<u32>::selector().matches(&event));
        assert_eq!(Spree::selector().wire_name(), "Spree");
        assert_eq!(Other::<Spree>::selector().wire_name(), "Other<auraxis_core::event::custom::tests::Spree>");
        assert!(!Selector::Everything.matches(&event));
        assert_eq!((event.name(), event.clone() == event), ("Custom", true));
        assert_ne!(event, Event::from(Spree(5)));
    }
}
