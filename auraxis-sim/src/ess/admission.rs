//! Accepts or refuses connections to the event stream.

use std::{borrow::Cow, sync::Arc};

use auraxis_core::environment::Environment;
use axum::{
    extract::ws::WebSocketUpgrade,
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};

use super::{client, hub::Hub};
use crate::{service_id, socket::SocketControl};

/// Upgrades the connection, or refuses it: with 403 for an unknown environment or service id, and with 404 for an
/// environment that this simulator does not serve.
pub(crate) fn admit(hub: &Arc<Hub>, uri: &Uri, socket: SocketControl, upgrade: WebSocketUpgrade) -> Response {
    if let Some(refusal) = hub.refusal() {
        return refusal.answer().unwrap_or_else(|| upgrade.on_upgrade(async |websocket| drop(websocket)));
    }
    match environment(uri) {
        Some(environment) if environment == hub.environment => {
            let hub = Arc::clone(hub);
            upgrade.on_upgrade(move |websocket| client::serve(hub, socket, websocket))
        }
        Some(environment) => {
            let reason = other_environment(hub.environment, environment);
            tracing::warn!("refused a client of `{environment}`: {reason}");
            (StatusCode::NOT_FOUND, reason).into_response()
        }
        None => StatusCode::FORBIDDEN.into_response(),
    }
}

fn other_environment(served: Environment, requested: Environment) -> String {
    format!("this simulator has the worlds of `{served}`; start it with `--environment {requested}`")
}

/// Returns the requested environment, if the service id is accepted.
fn environment(uri: &Uri) -> Option<Environment> {
    let (mut environment, mut id) = (Cow::Borrowed("ps2"), Cow::Borrowed("s:example"));
    for (key, value) in url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        match &*key {
            "environment" => environment = value,
            "service-id" => id = value,
            _ => {}
        }
    }
    environment.parse().ok().filter(|_| service_id::is_accepted(&id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environments_and_service_ids_are_checked() {
        let requested = |query: &str| environment(&format!("/streaming{query}").parse().unwrap());
        assert_eq!(requested("?environment=ps2&service-id=s:example"), Some(Environment::Pc));
        assert_eq!(requested("?service-id=s%3Aexample"), Some(Environment::Pc));
        assert_eq!(requested("?environment=ps2ps4eu&service-id=s:x"), Some(Environment::Ps4Eu));
        assert_eq!(requested(""), Some(Environment::Pc));
        for refused in ["?environment=all", "?service-id=s:", "?service-id=example", "?service-id=s:refused"] {
            assert_eq!(requested(refused), None, "{refused}");
        }
    }
}
