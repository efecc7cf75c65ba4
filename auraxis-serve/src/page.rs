//! The live page: four files, which request nothing but `/api`.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::Arc,
};

use axum::{
    Router,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};

use crate::app::App;

/// Path, type and content.
const FILES: [(&str, &str, &str); 4] = [
    ("/", "text/html; charset=utf-8", include_str!("page/index.html")),
    ("/page.css", "text/css; charset=utf-8", include_str!("page/page.css")),
    ("/page.js", "text/javascript; charset=utf-8", include_str!("page/page.js")),
    ("/icon.svg", "image/svg+xml", include_str!("page/icon.svg")),
];

pub(crate) fn routes() -> Router<Arc<App>> {
    FILES.into_iter().fold(Router::new(), |router, (path, kind, content)| {
        let tag = tag(content);
        router.route(path, get(async move |request: HeaderMap| file(&request, kind, content, &tag)))
    })
}

fn file(request: &HeaderMap, kind: &'static str, content: &'static str, tag: &str) -> Response {
    // Browsers ask each time, because a bot that was updated has another page.
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache"), (header::ETAG, tag)];
    let is_known = request.get(header::IF_NONE_MATCH).is_some_and(|known| known == tag);
    if is_known { (StatusCode::NOT_MODIFIED, headers).into_response() } else { (headers, content).into_response() }
}

fn tag(content: &str) -> String {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}
