//! Answers a request.

use axum::http::Uri;
use serde_json::{Map, Value, json};

use super::{
    address::{Address, Verb},
    catalogue,
    census::Census,
    error::RestError,
    history::History,
    query::Query,
    select, shape, tree,
};
use crate::war::War;

/// Returns the body of the response.
pub(crate) fn answer(war: &War, history: &History, uri: &Uri) -> Value {
    let address = match Address::parse(uri.path()) {
        Ok(address) => address,
        Err(error) => return error.body(),
    };
    let is_count = address.verb == Verb::Count;
    match serve(&Census { war, history, environment: address.environment }, &address, uri.query().unwrap_or_default()) {
        Ok(body) => body,
        Err(_) if is_count => json!({ "count": -1 }),
        Err(error) => error.body(),
    }
}

fn serve(census: &Census<'_>, address: &Address, query: &str) -> Result<Value, RestError> {
    let Some(name) = &address.collection else { return Ok(catalogue::datatypes(census)) };
    let collection = catalogue::named(name).ok_or(RestError::NoData)?;
    let query = Query::parse(query, collection, address.id.as_deref())?;
    let rows = select::rows(census, collection, &query)?;
    if address.verb == Verb::Count {
        return if collection.is_countable() {
            Ok(json!({ "count": rows.len() }))
        } else {
            Err(RestError::ServerError)
        };
    }
    let key = format!("{}_list", collection.name);
    let mut body = Map::new();
    let list = match &query.distinct {
        Some(field) => {
            let values = select::distinct(&rows, field);
            body.insert("count".into(), values.len().into());
            vec![json!({ field: values })]
        }
        None => shape::apply(census, collection, &query, select::page(rows, collection, &query))?,
    };
    body.insert("returned".into(), list.len().into());
    body.insert(key, tree::apply(query.tree.as_ref(), list));
    if query.timing {
        body.insert("timing".into(), json!({ format!("{}-ms", collection.name): 0, "total-ms": 0 }));
    }
    Ok(body.into())
}
