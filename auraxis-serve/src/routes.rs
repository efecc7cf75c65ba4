//! The routes.

use std::sync::Arc;

use auraxis_runtime::Client;
use axum::{Router, http::StatusCode, middleware::map_response};

use crate::{
    api, app::App, error::HttpError, events, headers, health, metrics, origin, page, settings::Settings, streaming,
};

/// The routes of a client.
///
/// ```no_run
/// use auraxis_runtime::Client;
/// use auraxis_serve::{Routes as _, axum};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::builder().service_id("s:example").build()?;
/// let app = axum::Router::new().nest("/bot", client.router());
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
/// tokio::select! {
///     result = client.run() => result?,
///     result = axum::serve(listener, app) => result?,
/// }
/// # Ok(())
/// # }
/// ```
pub trait Routes {
    /// Returns the routes with the default [`Settings`], for programs that have an axum server of their own. With other
    /// settings, call [`Settings::router`].
    fn router(&self) -> Router;
}

impl Routes for Client {
    fn router(&self) -> Router {
        Settings::default().router(self)
    }
}

impl Settings {
    /// Returns the routes of a client, for programs that have an axum server of their own.
    ///
    /// The limits on connections, sizes and times of the client's own server do not apply there.
    pub fn router(self, client: &Client) -> Router {
        if let Err(error) = self.check() {
            tracing::warn!("{error}");
        }
        routes(&Arc::new(App::new(client, self)))
    }
}

/// Returns the routes of a client.
pub(crate) fn routes(app: &Arc<App>) -> Router {
    let readable = [api::state_route(), events::routes(), health::routes(), metrics::routes(app)];
    let readable = readable.into_iter().fold(Router::new(), Router::merge);
    let mut router = readable.method_not_allowed_fallback(not_allowed);
    if let Some(cors) = origin::cors(&app.settings) {
        router = router.layer(cors);
    }
    [api::change_routes(), page::routes(), streaming::routes()]
        .into_iter()
        .fold(router, Router::merge)
        .method_not_allowed_fallback(not_allowed)
        .layer(map_response(headers::add))
        .with_state(Arc::clone(app))
}

async fn not_allowed() -> HttpError {
    HttpError::new(StatusCode::METHOD_NOT_ALLOWED, "this path does not have that method")
}
