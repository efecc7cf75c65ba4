//! Filters rows by the search terms of a query.

use auraxis_core::id::CharacterId;

use super::{
    census::Census,
    collection::{Collection, Source},
    row::Row,
    term::{Operator, Term},
};

/// Returns all rows that match every term.
pub(crate) fn matching(census: &Census<'_>, collection: &Collection, terms: &[Term], case_sensitive: bool) -> Vec<Row> {
    if let Source::History(events) = collection.source {
        return census.events(events, terms);
    }
    let mut rows = collection.rows(census, wanted(terms).as_deref());
    rows.retain(|row| terms.iter().all(|term| term.matches(row, case_sensitive)));
    rows
}

/// Returns the characters that a term selects by id, if any, so that rows of other characters are not created.
fn wanted(terms: &[Term]) -> Option<Vec<CharacterId>> {
    let term = terms.iter().find(|term| term.field == "character_id" && term.operator == Operator::Equal)?;
    Some(term.values.iter().filter_map(|value| value.parse().ok()).collect())
}
