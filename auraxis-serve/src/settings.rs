//! What can be set, and the routes.

use std::{fmt, sync::Arc, time::Duration};

use auraxis_runtime::Client;
use axum::{Router, http::StatusCode};

use crate::{api, app::App, error::HttpError, events, health, metrics, page, streaming, token::Token};

/// What can be set for the routes of a client.
#[derive(Clone, Default)]
pub struct Settings {
    pub(crate) token: Option<Token>,
    pub(crate) allowed_origins: Vec<String>,
    reader_timeout: Option<Duration>,
    heartbeat: Option<Duration>,
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

    /// Allows pages of this origin, such as `https://example.com`, to read what is served. `*` allows all origins. Can be
    /// called several times.
    #[must_use]
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.allowed_origins.push(origin.into());
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
        routes(&Arc::new(App::new(client, self)))
    }
}

/// Returns the routes of a client.
pub(crate) fn routes(app: &Arc<App>) -> Router {
    let routes =
        [api::routes(), events::routes(), health::routes(), metrics::routes(app), page::routes(), streaming::routes()];
    let router = routes.into_iter().fold(Router::new(), Router::merge);
    router.method_not_allowed_fallback(not_allowed).with_state(Arc::clone(app))
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
pub trait Routes {
    /// Returns the routes with the default [`Settings`], for programs that have an axum server of their own.
    fn router(&self) -> Router;
}

impl Routes for Client {
    fn router(&self) -> Router {
        Settings::default().router(self)
    }
}
