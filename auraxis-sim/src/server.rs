//! The server for both protocols on one port.
//!
//! WebSocket upgrades go to the event stream, all other requests to REST.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{
        ConnectInfo, Request, State as Shared,
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::StatusCode,
    response::{IntoResponse, Response},
};
use tokio::net::TcpListener;

use crate::{
    ess,
    log::lock,
    rest,
    socket::{Acceptor, SocketControl},
    state::State,
};

/// Accepts connections until the simulator stops.
pub(crate) async fn serve(state: Arc<State>, listener: TcpListener) {
    let stop = state.stop.clone();
    let app = Router::new().fallback(answer).with_state(state).into_make_service_with_connect_info::<SocketControl>();
    let served = axum::serve(Acceptor(listener), app).with_graceful_shutdown(stop.cancelled_owned()).await;
    if let Err(error) = served {
        tracing::error!(%error, "the HTTP server failed");
    }
}

async fn answer(
    Shared(state): Shared<Arc<State>>,
    ConnectInfo(socket): ConnectInfo<SocketControl>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    request: Request,
) -> Response {
    let uri = request.uri();
    if let Ok(upgrade) = upgrade {
        return match uri.path() {
            "/" | "/streaming" | "/streaming/" => ess::admit(&state.hub, uri, socket, upgrade),
            _ => StatusCode::NOT_FOUND.into_response(),
        };
    }
    state.requests.push(uri.path_and_query().map_or_else(String::new, ToString::to_string));
    let fault = lock(&state.rest_faults).take(state.hub.now());
    let answer = || rest::answer(&lock(&state.war), &lock(&state.history), uri);
    match fault {
        Some(fault) => fault.answer(&state.stop, &socket, answer).await,
        None => Json(answer()).into_response(),
    }
}
