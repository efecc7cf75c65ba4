//! The live page.

use std::sync::Arc;

use axum::{Router, response::Html, routing::get};

use crate::app::App;

const PAGE: &str = include_str!("page/index.html");

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().route("/", get(async || Html(PAGE)))
}
