//! Sets of event kinds.

/// A set of [`EventKind`](super::EventKind)s.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct KindSet(pub(super) u64);

impl KindSet {
    /// All kinds, including those that this version does not know.
    pub const ALL: Self = Self(u64::MAX);

    pub(crate) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
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
