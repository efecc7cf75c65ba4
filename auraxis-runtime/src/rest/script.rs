//! A script in place of the REST API.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use auraxis_core::census::{Query, Row, Verb};
use serde_json::{Map, Value, json};

use super::response::Response;

/// The REST API in a test. It has no rows until some are [added](Self::add). Clones are the same script.
///
/// Queries are answered at once, as the server would with these rows: terms, `start` and `limit` are obeyed. Rows are
/// neither sorted nor joined nor resolved; put what a join would add into the row.
///
/// The client in front of it is the usual one. Rows that were looked up are cached, for as long as
/// [`Collection::CACHE`](auraxis_core::census::Collection::CACHE) says by the clock of the test; so a second lookup does
/// not appear in [`asked`](Self::asked), unless the client is built with `.census(|census| census.cache(false))`. Three
/// things differ, so that a test need not wait: it is not cached that a row does not exist, a failed request is not
/// retried, and there is no quota.
#[derive(Clone, Default)]
pub struct Rest(Arc<Mutex<Script>>);

#[derive(Default)]
struct Script {
    /// The name of a collection, and a row.
    rows: Vec<(&'static str, Map<String, Value>)>,
    asked: Vec<String>,
    status: Option<u16>,
}

impl Rest {
    /// Adds a row as the server writes it: `json!({ "character_id": "5", "name": { "first": "Higby" } })`. Ids may be
    /// numbers. Optional fields may be left out.
    ///
    /// # Panics
    ///
    /// If it is not a row of that type.
    pub fn add<T: Row>(&self, row: Value) {
        let name = T::INFO.name;
        match (serde_json::from_value::<T>(row.clone()), row) {
            (Ok(_), Value::Object(row)) => self.lock().rows.push((name, row)),
            (Err(error), row) => panic!("not a row of `{name}`: {error} in {row}"),
            (Ok(_), row) => panic!("not a row of `{name}`: {row}"),
        }
    }

    /// Answers with this HTTP status from now on, such as 503; 200 answers as usual.
    pub fn status(&self, status: u16) {
        self.lock().status = Some(status).filter(|status| *status != 200);
    }

    /// The requests so far: `get character?character_id=5`, `count character?…`.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.lock().asked.clone()
    }

    pub(crate) fn answer(&self, query: &Query, verb: Verb) -> Response {
        let mut script = self.lock();
        script.asked.push(address(query, verb));
        if let Some(status) = script.status {
            return Response { status, location: None, retry_after: None, body: Vec::new() };
        }
        let name = query.collection().unwrap_or("datatype");
        let rows = script.rows.iter().filter(|(of, _)| *of == name).map(|(_, row)| row);
        let body = match verb {
            Verb::Count => json!({ "count": rows.filter(|row| query.admits(row)).count() }),
            Verb::Get => json!({ query.list_name(): query.select(rows) }),
        };
        Response { status: 200, location: None, retry_after: None, body: body.to_string().into_bytes() }
    }

    fn lock(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The request without the part that all have in common.
fn address(query: &Query, verb: Verb) -> String {
    let url = query.clone().namespace("ps2").url("", None, verb);
    url.trim_start_matches('/').replacen("/ps2/", " ", 1)
}

impl fmt::Debug for Rest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let script = self.lock();
        f.debug_struct("Rest").field("rows", &script.rows.len()).field("asked", &script.asked).finish()
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
    async fn rows_are_cached_as_in_production_by_the_clock_of_the_test() {
        let rest = Rest::default();
        let census = Census::builder().script(rest.clone()).build().unwrap();
        let look_up = async |is_there| {
            assert_eq!(census.get_by_id::<Character>(ID).await.unwrap().is_some(), is_there);
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
    async fn the_cache_can_be_turned_off_in_a_test() {
        let rest = Rest::default();
        let census = Census::builder().cache(false).script(rest.clone()).build().unwrap();
        rest.add::<Character>(json!({ "character_id": 5, "name": { "first": "Higby" } }));
        for asked in 1..=2 {
            assert!(census.get_by_id::<Character>(ID).await.unwrap().is_some());
            assert_eq!(rest.asked().len(), asked);
        }
    }
}
