//! `/healthz` and `/livez`.
//!
//! A client is healthy if [`Health::problems`](auraxis_runtime::health::Health::problems) are none, and no trigger has
//! dropped events within the last minute. Failures of handlers are not problems: they are the program's own, and it can
//! expect them. Nor is a world that is reported as offline.

use std::sync::Arc;

use auraxis_runtime::health::{Health, Problem, ProblemKind};
use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Serialize;

use crate::app::App;

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().route("/healthz", get(healthz)).route("/livez", get(livez))
}

#[derive(Serialize)]
struct Report {
    status: &'static str,
    problems: Vec<Problem>,
}

async fn healthz(State(app): State<Arc<App>>) -> Response {
    let problems = problems(&app, &app.client.health());
    let (code, status) = match &*problems {
        [] => (StatusCode::OK, "ok"),
        _ if app.is_stopping() => (StatusCode::SERVICE_UNAVAILABLE, "stopping"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "unhealthy"),
    };
    (code, [(header::CACHE_CONTROL, "no-store")], Json(Report { status, problems })).into_response()
}

async fn livez() -> impl IntoResponse {
    #[derive(Serialize)]
    struct Alive {
        status: &'static str,
    }

    ([(header::CACHE_CONTROL, "no-store")], Json(Alive { status: "ok" }))
}

/// Returns what is wrong with the client.
pub(crate) fn problems(app: &App, health: &Health) -> Vec<Problem> {
    let mut problems = health.problems();
    for (trigger, events) in app.recent.drops() {
        let message = format!("`{trigger}` is too slow: it has dropped {events} events recently");
        problems.push(Problem::new(ProblemKind::Trigger, &*trigger, message));
    }
    if app.is_stopping() {
        problems.insert(0, Problem::new(ProblemKind::Client, "client", "the client is stopping"));
    }
    problems
}
