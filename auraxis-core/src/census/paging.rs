//! Limits and paging of queries.

use super::{collection_info::CollectionInfo, query::Query};
use crate::ps2;

/// Servers can return fewer rows than the limit. The observed numbers are multiples of this.
const CUT: usize = 1000;

impl Query {
    /// Sets the [`limit`](Self::limit), unless the collection does not support it and returns all rows anyway.
    pub fn limit_if_supported(self, rows: u32) -> Self {
        if self.supports("c:limit") { self.limit(rows) } else { self }
    }

    /// Returns information on the collection. `None` if it is unknown, or belongs to another game.
    #[must_use]
    pub fn collection_info(&self) -> Option<&'static CollectionInfo> {
        let info = ps2::collection(self.collection()?)?;
        let is_ours = |namespace: &str| namespace.starts_with("ps2") || info.namespace == Some(namespace);
        self.namespace.as_deref().is_none_or(is_ours).then_some(info)
    }

    /// Returns `true` if the collection supports this command, or is unknown.
    #[must_use]
    pub fn supports(&self, command: &str) -> bool {
        self.collection_info().is_none_or(|info| info.supports(command))
    }

    /// Returns the query for the next page, or `None` if there cannot be more rows. `found` is the number of rows that
    /// this query has returned, including rows [without a match](Self::keep_unmatched) for an inner join.
    #[must_use]
    pub fn next_page(mut self, found: usize) -> Option<Self> {
        let wanted = self.limit_per_db.or(self.limit).unwrap_or(1);
        let may_be_cut = found.is_multiple_of(CUT) || found >= wanted as usize;
        // Without support for `c:limit`, all rows were returned. With it but without `c:start`, the check of the next
        // query fails.
        if found == 0 || !may_be_cut || !self.supports("c:limit") {
            return None;
        }
        // Each database skips this many rows.
        let step = self.limit_per_db.map_or_else(|| u32::try_from(found), Ok).ok()?;
        self.start = self.start.checked_add(step)?;
        Some(self)
    }
}
