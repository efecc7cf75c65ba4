//! What can be set, and the routes.

use std::{fmt, path::Path, sync::Arc, time::Duration};

use auraxis_runtime::{Client, Error, Result};
use axum::{Router, http::StatusCode, middleware::map_response};

use crate::{
    api,
    app::App,
    error::HttpError,
    events, headers, health, metrics, origin, page, streaming,
    token::{self, Token},
};

/// What can be set for the routes of a client.
#[derive(Clone, Default)]
pub struct Settings {
    pub(crate) token: Option<Token>,
    pub(crate) allowed_origins: Vec<String>,
    reader_timeout: Option<Duration>,
    heartbeat: Option<Duration>,
    /// What is wrong with the settings.
    faults: Vec<String>,
    pub(crate) name: Option<String>,
    pub(crate) version: Option<String>,
}

impl Settings {
    /// Returns the defaults: nothing can be changed over HTTP, and pages of other origins can read nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Allows those who have this token to pause and resume triggers. An empty token is ignored.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Token::new(token.into());
        self
    }

    /// Reads that [token](Self::token) from a file. Whitespace around it is ignored. If the file cannot be read, or is
    /// empty, the client does not start.
    #[must_use]
    pub fn token_file(mut self, path: impl AsRef<Path>) -> Self {
        match token::read(path.as_ref()) {
            Ok(token) => self.token(token),
            Err(fault) => {
                self.faults.push(fault);
                self
            }
        }
    }

    /// Allows pages of this origin, such as `https://example.com`, to read what is served. `*` allows all origins. Can be
    /// called several times.
    #[must_use]
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        let origin = origin.into();
        match origin::normalize(&origin) {
            Some(origin) => self.allowed_origins.push(origin),
            None => self.faults.push(format!(
                "`{origin}` is not an origin; pass one such as https://example.com, without a path, or `*`"
            )),
        }
        self
    }

    /// Drops readers of `/events` and `/streaming` that read nothing for this time. Default: 30 seconds.
    #[must_use]
    pub fn reader_timeout(mut self, timeout: Duration) -> Self {
        self.reader_timeout = Some(timeout);
        self
    }

    pub(crate) fn read_timeout(&self) -> Duration {
        self.reader_timeout.unwrap_or(events::READ_TIMEOUT)
    }

    /// Sets the time between the heartbeats of `/streaming`. Clients that send nothing, not even pongs, for three times as
    /// long are disconnected. Default: 30 seconds, as the game.
    #[must_use]
    pub fn heartbeat(mut self, period: Duration) -> Self {
        self.heartbeat = Some(period);
        self
    }

    pub(crate) fn heartbeat_period(&self) -> Duration {
        self.heartbeat.filter(|period| !period.is_zero()).unwrap_or(streaming::HEARTBEAT)
    }

    /// Returns an error if the settings are invalid.
    pub(crate) fn check(&self) -> Result {
        if self.faults.is_empty() { Ok(()) } else { Err(Error::setup(self.faults.join("; also, "))) }
    }

    /// Sets the name and the version of the bot, which the page shows. `run!` sets them. Default: the name of the
    /// executable, and no version.
    #[must_use]
    pub fn bot(mut self, name: Option<impl Into<String>>, version: Option<impl Into<String>>) -> Self {
        self.name = name.map(Into::into).or(self.name);
        self.version = version.map(Into::into).or(self.version);
        self
    }

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

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("allowed_origins", &self.allowed_origins).finish_non_exhaustive()
    }
}

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
