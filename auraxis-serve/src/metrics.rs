//! `/metrics`, for Prometheus.
//!
//! The [`table`] names every metric. The [`collector`] reads most of them at each request, from the snapshots
//! that the client has anyway; only events by kind and world, and their lag, are counted here, by a [tap](self::counts).

mod collector;
mod counts;
#[cfg(test)]
mod documents;
mod series;
mod table;
mod triggers;

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use prometheus_client::{
    encoding::{prometheus_text, text},
    registry::Registry,
};

use self::{collector::Collector, counts::Counts};
use crate::app::App;

/// The prefix of all names.
const PREFIX: &str = "auraxis";

/// The media type of what Prometheus asks for first.
const OPEN_METRICS: &str = "application/openmetrics-text";
const OPEN_METRICS_CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(crate) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    let mut registry = Registry::with_prefix(PREFIX);
    let counts = Counts::tap(&app.client);
    registry.register_collector(Box::new(Collector { app: Arc::clone(app), counts }));
    Router::new().route("/metrics", get(metrics).with_state(Arc::new(registry)))
}

async fn metrics(State(registry): State<Arc<Registry>>, headers: HeaderMap) -> Response {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|accept| accept.to_str().ok());
    let is_open = accepted.into_iter().any(|accept| accept.contains(OPEN_METRICS));
    let mut body = String::new();
    let (written, content_type) = if is_open {
        (text::encode(&mut body, &registry), OPEN_METRICS_CONTENT_TYPE)
    } else {
        (prometheus_text::encode(&mut body, &registry), prometheus_text::CONTENT_TYPE)
    };
    match written {
        Ok(()) => ([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-store")], body).into_response(),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "the metrics cannot be written").into_response(),
    }
}
