//! The rows that pass a query's search terms.

use auraxis_core::id::CharacterId;

use super::{
    census::Census,
    collection::Collection,
    row::Row,
    term::{Operator, Term},
};

/// All rows that pass every term.
pub(crate) fn matching(census: &Census<'_>, collection: &Collection, terms: &[Term], case_sensitive: bool) -> Vec<Row> {
    let mut rows = collection.rows(census, wanted(terms).as_deref());
    rows.retain(|row| terms.iter().all(|term| term.matches(row, case_sensitive)));
    rows
}

/// The characters that a term asks for by id, if one does. Rows of others need not be made.
fn wanted(terms: &[Term]) -> Option<Vec<CharacterId>> {
    let term = terms.iter().find(|term| term.field == "character_id" && term.operator == Operator::Equal)?;
    Some(term.values.iter().filter_map(|value| value.parse().ok()).collect())
}
