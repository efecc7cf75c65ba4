//! A fake REST API for tests.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use auraxis_core::census::{Query, Row, Verb};
use serde_json::{Map, Value, json};

use super::response::Response;

/// A fake REST API for tests. It has no rows until some are [added](Self::add). Clones share their state.
///
/// It responds to queries immediately, as a server with these rows would: it applies filters, `start` and `limit`. It
/// does not sort, join or resolve; add the result of a join to the row instead.
///
/// The client that sends the requests is the real one. It caches rows for the lifetime in
/// [`Collection::CACHE`](auraxis_core::census::Collection::CACHE), by the clock of the test. Therefore a second lookup
/// does not appear in [`asked`](Self::asked), unless the client is built with `.census(|census| census.cache(false))`.
/// So that tests do not have to wait, missing rows are not cached, failed requests are not retried, and there is no
/// quota.
#[derive(Clone, Default)]
pub struct Rest(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// Rows, each with the name of its collection.
    rows: Vec<(&'static str, Map<String, Value>)>,
    asked: Vec<String>,
    status: Option<u16>,
}

impl Rest {
    /// Adds a row as the server writes it: `json!({ "character_id": "5", "name": { "first": "Higby" } })`. Ids can also
    /// be written as numbers. Optional fields can be omitted.
    ///
    /// # Panics
    ///
    /// Panics if the value is not a row of that type.
    pub fn add<T: Row>(&self, row: Value) {
        let name = T::INFO.name;
        match (serde_json::from_value::<T>(row.clone()), row) {
            (Ok(_), Value::Object(row)) => self.lock().rows.push((name, row)),
            (Err(error), row) => panic!("not a row of `{name}`: {error} in {row}"),
            (Ok(_), row) => panic!("not a row of `{name}`: {row}"),
        }
    }

    /// Makes all requests from now on fail with this HTTP status, such as 503. 200 restores normal responses.
    pub fn status(&self, status: u16) {
        self.lock().status = Some(status).filter(|status| *status != 200);
    }

    /// Returns the requests so far, oldest first, such as `get character?character_id=5` or `count character?…`.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.lock().asked.clone()
    }

    pub(crate) fn answer(&self, query: &Query, verb: Verb) -> Response {
        let mut state = self.lock();
        state.asked.push(summary(query, verb));
        if let Some(status) = state.status {
            return Response { status, location: None, retry_after: None, body: Vec::new() };
        }
        let name = query.collection().unwrap_or("datatype");
        let rows = state.rows.iter().filter(|(of, _)| *of == name).map(|(_, row)| row);
        let body = match verb {
            Verb::Count => json!({ "count": rows.filter(|row| query.admits(row)).count() }),
            Verb::Get => json!({ query.list_name(): query.select(rows) }),
        };
        Response { status: 200, location: None, retry_after: None, body: body.to_string().into_bytes() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the request without the parts that are the same for all requests.
fn summary(query: &Query, verb: Verb) -> String {
    let url = query.clone().namespace("ps2").url("", None, verb);
    url.trim_start_matches('/').replacen("/ps2/", " ", 1)
}

impl fmt::Debug for Rest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("Rest").field("rows", &state.rows.len()).field("asked", &state.asked).finish()
    }
}

#[cfg(test)]
mod tests {
    use auraxis_core::{census::Collection, id::CharacterId, ps2::Character};
    use tokio::time::advance;

    use super::*;
    use crate::rest::census::Census;

    const ID: CharacterId = CharacterId(5);

    #[tokio::test(start_paused = true)]
    async fn rows_are_cached_by_the_clock_of_the_test() {
        let rest = Rest::default();
        let census = Census::builder().fake(rest.clone()).build().unwrap();
        let look_up = async |exists| {
            assert_eq!(census.get_by_id::<Character>(ID).await.unwrap().is_some(), exists);
            rest.asked().len()
        };
        assert_eq!(look_up(false).await, 1);
        rest.add::<Character>(json!({ "character_id": 5, "name": { "first": "Higby" } }));
        assert_eq!(look_up(true).await, 2);
        assert_eq!(look_up(true).await, 2);
        advance(Character::CACHE.ttl.unwrap()).await;
        assert_eq!(look_up(true).await, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn the_cache_can_be_disabled_in_a_test() {
        let rest = Rest::default();
        let census = Census::builder().cache(false).fake(rest.clone()).build().unwrap();
        rest.add::<Character>(json!({ "character_id": 5, "name": { "first": "Higby" } }));
        for asked in 1..=2 {
            assert!(census.get_by_id::<Character>(ID).await.unwrap().is_some());
            assert_eq!(rest.asked().len(), asked);
        }
    }
}
