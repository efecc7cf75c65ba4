//! `/api`: what the page reads and changes.

use std::sync::Arc;

use auraxis_runtime::TriggerHandle;
use axum::{
    Json, Router,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
    routing::{get, post},
};

use crate::{app::App, error::HttpError, state::ClientState, token::Denied};

/// What pages of other origins can read, if they are allowed.
pub(crate) fn state_route() -> Router<Arc<App>> {
    Router::new().route("/api/state", get(state))
}

/// What only this server's page can change.
pub(crate) fn change_routes() -> Router<Arc<App>> {
    Router::new().route("/api/triggers/{name}/pause", post(pause)).route("/api/triggers/{name}/resume", post(resume))
}

async fn state(State(app): State<Arc<App>>) -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-store")], Json(ClientState::new(&app)))
}

type Name = Result<Path<String>, PathRejection>;

async fn pause(State(app): State<Arc<App>>, headers: HeaderMap, name: Name) -> Result<StatusCode, HttpError> {
    let trigger = changeable(&app, &headers, name)?;
    trigger.pause();
    tracing::info!("`{}` was paused over HTTP", trigger.name());
    Ok(StatusCode::NO_CONTENT)
}

async fn resume(State(app): State<Arc<App>>, headers: HeaderMap, name: Name) -> Result<StatusCode, HttpError> {
    let trigger = changeable(&app, &headers, name)?;
    trigger.resume();
    tracing::info!("`{}` was resumed over HTTP", trigger.name());
    Ok(StatusCode::NO_CONTENT)
}

/// Returns the trigger, if the request may change it.
fn changeable(app: &App, headers: &HeaderMap, name: Name) -> Result<TriggerHandle, HttpError> {
    app.authorize(headers)?;
    let Ok(Path(name)) = name else {
        return Err(HttpError::new(StatusCode::BAD_REQUEST, "the name of the trigger is not valid UTF-8"));
    };
    // Unlike `Client::trigger`, this does not find what auraxis has added itself.
    let trigger = app.client.triggers().into_iter().find(|trigger| trigger.name() == name);
    trigger.ok_or_else(|| HttpError::new(StatusCode::NOT_FOUND, format!("no trigger is named `{name}`")))
}

impl From<Denied> for HttpError {
    fn from(denied: Denied) -> Self {
        let (status, message) = match denied {
            Denied::NoToken => (
                StatusCode::FORBIDDEN,
                "nothing can be changed, because no token is set; start the bot with `--serve-token` or \
                 `AURAXIS_SERVE_TOKEN`",
            ),
            Denied::Missing => (StatusCode::UNAUTHORIZED, "send the token: `Authorization: Bearer TOKEN`"),
            Denied::Wrong => (StatusCode::UNAUTHORIZED, "the token is wrong"),
            Denied::TooMany => (StatusCode::TOO_MANY_REQUESTS, "too many wrong tokens; try again in a minute"),
        };
        Self::new(status, message)
    }
}
