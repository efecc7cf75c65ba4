//! What is known of the collection of a query.

use super::{facts::Facts, query::Query};
use crate::ps2;

/// A server may return fewer rows at once than the limit. The known numbers are multiples of this.
const CUT: usize = 1000;

impl Query {
    /// Sets the [`limit`](Self::limit), unless the collection has none and returns all rows anyway.
    pub fn up_to(self, rows: u32) -> Self {
        if self.obeys("c:limit") { self.limit(rows) } else { self }
    }

    /// What is known of the collection. `None` if it is unknown, or of another game.
    #[must_use]
    pub fn facts(&self) -> Option<&'static Facts> {
        let facts = ps2::collection(self.collection()?)?;
        let is_ours = |namespace: &str| namespace.starts_with("ps2") || facts.namespace == Some(namespace);
        self.namespace.as_deref().is_none_or(is_ours).then_some(facts)
    }

    /// Whether the collection supports this command, as far as known.
    #[must_use]
    pub fn obeys(&self, command: &str) -> bool {
        self.facts().is_none_or(|facts| facts.obeys(command))
    }

    /// The query for the next rows, after this one has `found` some. `None` if there cannot be more.
    ///
    /// Count the rows before [inner joins](Self::keep_unmatched) leave some out.
    #[must_use]
    pub fn after(mut self, found: usize) -> Option<Self> {
        let wanted = self.limit_per_db.or(self.limit).unwrap_or(1);
        let may_be_cut = found.is_multiple_of(CUT) || found >= wanted as usize;
        // Without the command for a limit, all rows were returned. With it and without that for a start, the check fails.
        if found == 0 || !may_be_cut || !self.obeys("c:limit") {
            return None;
        }
        // Each database skips this many.
        let step = self.limit_per_db.map_or_else(|| u32::try_from(found), Ok).ok()?;
        self.start = self.start.checked_add(step)?;
        Some(self)
    }
}
