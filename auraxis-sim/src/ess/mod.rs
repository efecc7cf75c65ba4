//! The event stream: what `GET /streaming` leads to.
//!
//! [`admit`] decides whether a request for the stream is let in. Each client that is has a [`client`] with two tasks,
//! one reading commands and one writing what is in the client's queue; the [`room`] knows all of them, and puts every
//! event into the queues of those whose subscription admits it. Nobody waits for a slow client: one whose queue is
//! full is cut off.
//!
//! Faults are done by [`strike`]: whatever decides whether a link gets an event is done in the room, so the truth can
//! say who got what; what decides when and how often is done behind the queue, by the [`gate`]; and what happens to
//! bytes, by the line itself.

mod client;
mod frames;
mod gate;
mod hub;
mod recent;
mod room;
mod strike;

pub(crate) use hub::Hub;

use std::{borrow::Cow, sync::Arc};

use auraxis_core::environment::Environment;
use axum::{
    extract::ws::WebSocketUpgrade,
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};

use crate::line::Line;

/// The service id that is always refused.
pub(crate) const REFUSED_ID: &str = "s:refused";

/// Upgrades, or answers 403 to an unknown environment or service id.
pub(crate) fn admit(hub: &Arc<Hub>, uri: &Uri, line: Line, upgrade: WebSocketUpgrade) -> Response {
    if let Some(status) = hub.refusal() {
        return StatusCode::from_u16(status).unwrap_or(StatusCode::FORBIDDEN).into_response();
    }
    match environment(uri) {
        Some(environment) => {
            let hub = Arc::clone(hub);
            upgrade.on_upgrade(move |socket| client::serve(hub, environment, line, socket))
        }
        None => StatusCode::FORBIDDEN.into_response(),
    }
}

/// The environment that the query asks for, if its service id is acceptable.
fn environment(uri: &Uri) -> Option<Environment> {
    let (mut environment, mut id) = (Cow::Borrowed("ps2"), Cow::Borrowed("s:example"));
    for (key, value) in url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        match &*key {
            "environment" => environment = value,
            "service-id" => id = value,
            _ => {}
        }
    }
    let is_acceptable = id.len() > 2 && id.starts_with("s:") && id != REFUSED_ID;
    environment.parse().ok().filter(|_| is_acceptable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environments_and_service_ids_are_checked() {
        let ask = |query: &str| environment(&format!("/streaming{query}").parse().unwrap());
        assert_eq!(ask("?environment=ps2&service-id=s:example"), Some(Environment::Pc));
        assert_eq!(ask("?service-id=s%3Aexample"), Some(Environment::Pc));
        assert_eq!(ask("?environment=ps2ps4eu&service-id=s:x"), Some(Environment::Ps4Eu));
        assert_eq!(ask(""), Some(Environment::Pc));
        for refused in ["?environment=all", "?service-id=s:", "?service-id=example", "?service-id=s:refused"] {
            assert_eq!(ask(refused), None, "{refused}");
        }
    }
}
