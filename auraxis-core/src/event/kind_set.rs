//! Sets of event kinds.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{catalogue::EventKind, selector::ALL};

/// A set of [`EventKind`]s.
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

impl Serialize for KindSet {
    /// Serializes a list of names, or `["all"]`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_all() {
            return serializer.collect_seq([ALL]);
        }
        serializer.collect_seq(EventKind::every().filter(|kind| self.contains(*kind)).map(EventKind::name))
    }
}

impl<'de> Deserialize<'de> for KindSet {
    /// Deserializes a list of names. Names that this version does not know are skipped.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        if names.iter().any(|name| name == ALL) {
            return Ok(Self::ALL);
        }
        Ok(EventKind::every().filter(|kind| names.iter().any(|name| name == kind.name())).collect())
    }
}
