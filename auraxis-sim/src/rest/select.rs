//! Sorts and pages rows.

use serde_json::Value;

use super::{
    census::Census,
    collection::{Collection, Source},
    error::RestError,
    field, filter, history,
    query::Query,
    row::Row,
};

/// Returns all rows that match a query, sorted.
pub(crate) fn rows(census: &Census<'_>, collection: &Collection, query: &Query) -> Result<Vec<Row>, RestError> {
    if let Some(required) = collection.required
        && !query.terms.iter().any(|term| term.field == required)
    {
        return Err(RestError::ServerError);
    }
    let mut rows = filter::matching(census, collection, &query.terms, query.case_sensitive);
    rows.retain(|row| query.has.iter().all(|path| field::first(row, path).is_some()));
    if !query.sort.is_empty() {
        rows.sort_by(|one, other| {
            let orders = query.sort.iter().map(|(path, highest_first)| {
                let [one, other] = [one, other].map(|row| field::first(row, path).unwrap_or_default());
                let order = field::compare(&one, &other);
                if *highest_first { order.reverse() } else { order }
            });
            orders.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
        });
    }
    Ok(rows)
}

/// Returns up to `c:limit` rows, from `c:start` on.
pub(crate) fn page(rows: Vec<Row>, collection: &Collection, query: &Query) -> Vec<Row> {
    if let Source::History(_) = collection.source {
        return rows.into_iter().take(query.limit.min(history::MAX_ROWS)).collect();
    }
    // As in the real API, other collections with a required field ignore the limit.
    if collection.required.is_some() {
        return rows;
    }
    rows.into_iter().skip(query.start).take(query.limit).collect()
}

/// Returns the distinct values of a field, sorted.
pub(crate) fn distinct(rows: &[Row], path: &str) -> Vec<Value> {
    let mut values = Vec::new();
    for row in rows {
        field::visit(row, path, &mut |text| values.push(text.to_owned()));
    }
    values.sort_by(|one, other| field::compare(one, other));
    values.dedup();
    values.into_iter().map(Value::from).collect()
}
