//! The server that starts with a client.

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::Arc,
    thread,
};

use auraxis_runtime::{Client, ClientBuilder, Companion, Error, Result};
use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    middleware::{Next, from_fn_with_state, map_response},
    response::{IntoResponse as _, Response},
};
use tokio::runtime;
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::Span;

use crate::{app::App, error::HttpError, headers, listener, origin, routes::routes, settings::Settings};

/// Serves over HTTP while a client runs. [`Serve`] adds it to a client.
#[derive(Debug, Default)]
pub struct HttpServer {
    address: Option<String>,
    settings: Settings,
}

impl HttpServer {
    /// Returns whether it has an address to serve on.
    #[cfg(feature = "cli")]
    pub(crate) fn has_address(&self) -> bool {
        self.address.is_some()
    }
}

/// Settings of a [`ClientBuilder`], and keys of `run!`, that let the client serve over HTTP.
#[allow(clippy::return_self_not_must_use)] // As the methods of the builder.
pub trait Serve {
    /// Serves on this address, such as `127.0.0.1:8080`, while the client runs. A port alone means `127.0.0.1`. Port 0 is
    /// any free port; the log names it.
    fn serve(self, address: impl ToString) -> Self;

    /// Changes the [`Settings`] of what is served.
    fn serve_settings(self, change: impl FnOnce(Settings) -> Settings) -> Self;

    /// Allows those who have this token to pause and resume triggers: see [`Settings::token`].
    fn serve_token(self, token: impl Into<String>) -> Self
    where
        Self: Sized,
    {
        self.serve_settings(|settings| settings.token(token))
    }

    /// Reads that token from a file: see [`Settings::token_file`].
    fn serve_token_file(self, path: impl AsRef<Path>) -> Self
    where
        Self: Sized,
    {
        self.serve_settings(|settings| settings.token_file(path))
    }

    /// Allows pages of this origin to read what is served: see [`Settings::allow_origin`].
    fn serve_allow_origin(self, origin: impl Into<String>) -> Self
    where
        Self: Sized,
    {
        self.serve_settings(|settings| settings.allow_origin(origin))
    }
}

impl Serve for ClientBuilder {
    fn serve(self, address: impl ToString) -> Self {
        let address = Some(address.to_string());
        self.configure_companion(|server: HttpServer| HttpServer { address, ..server })
    }

    fn serve_settings(self, change: impl FnOnce(Settings) -> Settings) -> Self {
        self.configure_companion(|server: HttpServer| HttpServer { settings: change(server.settings), ..server })
    }
}

impl Companion for HttpServer {
    fn start(self: Box<Self>, client: &Client) -> Result<Box<dyn Send>> {
        let Some(address) = self.address else { return Ok(Box::new(())) };
        self.settings.check()?;
        let listener = bind(&address)?;
        Ok(Box::new(Running::start(listener, Arc::new(App::new(client, self.settings)))?))
    }
}

/// A port alone means loopback, because others can read what is served.
fn bind(address: &str) -> Result<TcpListener> {
    let full = match address.trim().trim_start_matches(':').parse::<u16>() {
        Ok(port) => format!("127.0.0.1:{port}"),
        Err(_) => address.trim().to_owned(),
    };
    TcpListener::bind(&full).and_then(|listener| listener.set_nonblocking(true).map(|()| listener)).map_err(|error| {
        let message = format!("cannot serve on `{address}`; pass an address with a free port, such as 127.0.0.1:8080");
        Error::setup(message).caused_by(error)
    })
}

/// A server that runs until this is dropped.
struct Running {
    stop: Option<DropGuard>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Running {
    fn start(listener: TcpListener, app: Arc<App>) -> Result<Self> {
        let stop = CancellationToken::new();
        let (stopped, span) = (stop.clone(), Span::current());
        let start = || {
            let address = listener.local_addr()?;
            let router = router(&app, address.ip().is_loopback());
            let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
            let serve = move || {
                let _span = span.enter();
                log(address);
                runtime.block_on(async {
                    match tokio::net::TcpListener::from_std(listener) {
                        Ok(listener) => listener::serve(listener, router, app, stopped).await,
                        Err(error) => tracing::error!("cannot serve over HTTP: {error}"),
                    }
                });
            };
            thread::Builder::new().name("auraxis-serve".into()).spawn(serve)
        };
        let thread = start().map_err(|error| Error::setup("cannot serve over HTTP").caused_by(error))?;
        Ok(Self { stop: Some(stop.drop_guard()), thread: Some(thread) })
    }
}

/// Returns the routes, with what only a server of our own can have.
fn router(app: &Arc<App>, is_loopback: bool) -> Router {
    let router = routes(app).fallback(not_found);
    let router = if is_loopback { router.layer(from_fn_with_state(Arc::clone(app), check_host)) } else { router };
    // Once more, for what is added here.
    router.layer(map_response(headers::add))
}

async fn not_found() -> HttpError {
    HttpError::new(StatusCode::NOT_FOUND, "this path does not exist")
}

async fn check_host(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if origin::is_own_host(request.uri(), request.headers(), &app.settings) {
        return next.run(request).await;
    }
    app.counters.foreign.add();
    let message = "this server is on loopback and does not answer for this host; allow it with `--serve-allow-origin`, \
                   such as `--serve-allow-origin https://bot.example.com`";
    HttpError::new(StatusCode::MISDIRECTED_REQUEST, message).into_response()
}

fn log(address: SocketAddr) {
    tracing::info!("serving on http://{address}");
    if !address.ip().is_loopback() {
        tracing::warn!("everyone who can reach {address} can read what is served; a reverse proxy can restrict that");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // Connections are given little time, so this is short.
            let _ = thread.join();
        }
    }
}
