//! Sets of event kinds.

use super::{EventClass, EventKind, Selector};

/// A set of [`EventKind`]s.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct KindSet(pub(super) u64);

impl KindSet {
    /// All kinds, including those that this version does not know.
    pub const ALL: Self = Self(u64::MAX);

    /// Returns the kinds of the game's events that these selectors select: all of them, if an event that this version does
    /// not know is among them.
    pub fn selected_by<'a>(selectors: impl IntoIterator<Item = &'a Selector>) -> Self {
        let kinds = selectors.into_iter().map(|selector| selector.kind().filter(|&kind| kind != EventKind::Unknown));
        let kinds: Option<Vec<_>> = kinds.collect();
        kinds.map_or(Self::ALL, |kinds| kinds.into_iter().filter(|kind| kind.class() != EventClass::Signal).collect())
    }

    /// Adds a kind. Returns whether it was not in the set.
    pub const fn insert(&mut self, kind: EventKind) -> bool {
        let is_new = !self.contains(kind);
        self.0 |= 1 << kind as u8;
        is_new
    }

    /// Returns whether the set contains no kind.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns whether this is [`ALL`](Self::ALL).
    #[must_use]
    pub const fn is_all(self) -> bool {
        self.0 == u64::MAX
    }
}
