//! Accepts or refuses connections.

use std::sync::Arc;

use auraxis_core::environment::Environment;
use axum::{
    Router,
    extract::{
        Query, State,
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::{HeaderMap, StatusCode, Uri, header::RETRY_AFTER},
    response::{IntoResponse as _, Response},
    routing::get,
};

use super::{clients::MAX_CLIENTS, connection::Connection, limits::MAX_MESSAGE};
use crate::{app::App, error::HttpError, origin};

/// The time after which a refused client can try again, in seconds.
const RETRY_SECONDS: u32 = 10;

/// Frames are written to the socket when there are this many bytes, or nothing more to write.
const WRITE_BUFFER: usize = 16 << 10;

pub(crate) fn routes() -> Router<Arc<App>> {
    // Some libraries append a slash.
    Router::new().route("/streaming", get(admit)).route("/streaming/", get(admit))
}

async fn admit(
    State(app): State<Arc<App>>,
    uri: Uri,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    if !origin::is_allowed(&headers, &app.settings) {
        app.counters.foreign.add();
        let message = "pages of this origin may not read; start the bot with `--serve-allow-origin`";
        return HttpError::new(StatusCode::FORBIDDEN, message).into_response();
    }
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => {
            let message = "this is a WebSocket; connect to ws://…/streaming, as to the game's event stream";
            return HttpError::new(rejection.status(), message).into_response();
        }
    };
    let environment = app.client.environment();
    if !is_served(&uri, environment) {
        let message = format!("this bot has the events of `{environment}`; leave out `environment`, or set it to that");
        return HttpError::new(StatusCode::BAD_REQUEST, message).into_response();
    }
    let Some(place) = app.streaming.clients.enter() else {
        let message = format!("there are {MAX_CLIENTS} clients; try again in {RETRY_SECONDS} s");
        let response = HttpError::new(StatusCode::SERVICE_UNAVAILABLE, message);
        return ([(RETRY_AFTER, RETRY_SECONDS)], response).into_response();
    };
    upgrade
        .write_buffer_size(WRITE_BUFFER)
        // A command that is too large is refused with a reason. What is larger still is not even read.
        .max_message_size(2 * MAX_MESSAGE)
        .max_frame_size(2 * MAX_MESSAGE)
        .on_upgrade(move |socket| Connection::new(app, place).run(socket))
}

/// Everything else in the query, such as the service id, is ignored.
fn is_served(uri: &Uri, served: Environment) -> bool {
    let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(uri) else { return true };
    let mut requested = pairs.iter().filter(|(key, _)| key == "environment").map(|(_, value)| &**value);
    requested.all(|name| name == served.name() || name == "all" || name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_the_only_part_of_the_query_that_counts() {
        let is_served = |query: &str| is_served(&format!("/streaming{query}").parse().unwrap(), Environment::Pc);
        for query in
            ["", "?", "?environment=ps2", "?environment=all&service-id=s:x", "?service-id=&x=%ff", "?environment="]
        {
            assert!(is_served(query), "{query}");
        }
        for query in
            ["?environment=ps2ps4us", "?environment=ps2&environment=ps2ps4eu", "?environment=pc&service-id=s:x"]
        {
            assert!(!is_served(query), "{query}");
        }
    }
}
