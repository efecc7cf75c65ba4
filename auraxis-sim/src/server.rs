//! Both protocols on one port.
//!
//! A request to upgrade is for the event stream, anything else for REST.

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
    line::{Exchange, Line},
    log::lock,
    rest,
    state::State,
};

/// Serves until the simulator stops.
pub(crate) async fn serve(state: Arc<State>, listener: TcpListener) {
    let stop = state.stop.clone();
    let app = Router::new().fallback(answer).with_state(state).into_make_service_with_connect_info::<Line>();
    let served = axum::serve(Exchange(listener), app).with_graceful_shutdown(stop.cancelled_owned()).await;
    if let Err(error) = served {
        tracing::error!(%error, "the server failed");
    }
}

async fn answer(
    Shared(state): Shared<Arc<State>>,
    ConnectInfo(line): ConnectInfo<Line>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    request: Request,
) -> Response {
    let uri = request.uri();
    if let Ok(upgrade) = upgrade {
        return match uri.path() {
            "/" | "/streaming" | "/streaming/" => ess::admit(&state.hub, uri, line, upgrade),
            _ => StatusCode::NOT_FOUND.into_response(),
        };
    }
    state.requests.write(uri.path_and_query().map_or_else(String::new, ToString::to_string));
    let fault = lock(&state.faults).take();
    let usual = || rest::answer(&lock(&state.war), uri);
    match fault {
        Some(fault) => fault.answer(&state, &line, usual).await,
        None => Json(usual()).into_response(),
    }
}
