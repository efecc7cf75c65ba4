//! A script in place of the REST API.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use auraxis_core::census::{Query, Row, Verb};
use serde_json::{Map, Value, json};

use crate::rest::response::Response;

/// What the REST API knows in a test: nothing, until rows are [added](Self::add). Clones are the same script.
///
/// Questions are answered at once, as the server would with these rows: terms, `start` and `limit` are obeyed. Rows are
/// neither sorted nor joined nor resolved; put what a join would bring into the row.
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
    /// Adds a row, as the server writes it: `json!({ "character_id": "5", "name": { "first": "Higby" } })`. Numbers do
    /// for ids. Fields that a row of the type need not have may be left out.
    ///
    /// # Panics
    ///
    /// If it cannot be read as a row of that type.
    pub fn add<T: Row>(&self, row: Value) {
        let name = T::FACTS.name;
        match (serde_json::from_value::<T>(row.clone()), row) {
            (Ok(_), Value::Object(row)) => self.lock().rows.push((name, row)),
            (Err(error), row) => panic!("not a row of `{name}`: {error} in {row}"),
            (Ok(_), row) => panic!("not a row of `{name}`: {row}"),
        }
    }

    /// Answers with this HTTP status from now on, such as 503; with 200, as usual.
    pub fn status(&self, status: u16) {
        self.lock().status = Some(status).filter(|status| *status != 200);
    }

    /// What has been asked so far: `get character?character_id=5`, `count character?…`.
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

/// The question without what all have in common.
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
