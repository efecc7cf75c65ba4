//! The server that starts with a client.

use std::{
    net::{SocketAddr, TcpListener},
    thread,
};

use auraxis_runtime::{Client, ClientBuilder, Companion, Error, Result};
use axum::Router;
use tokio::runtime;
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::Span;

use crate::{listener, settings::Settings};

/// Serves over HTTP while a client runs. [`Serve`] adds it to a client.
#[derive(Debug, Default)]
pub struct HttpServer {
    address: Option<String>,
    settings: Settings,
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
        let listener = bind(&address)?;
        Ok(Box::new(Running::start(listener, self.settings.router(client))?))
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
    fn start(listener: TcpListener, router: Router) -> Result<Self> {
        let stop = CancellationToken::new();
        let (stopped, span) = (stop.clone(), Span::current());
        let start = || {
            let address = listener.local_addr()?;
            let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
            let serve = move || {
                let _span = span.enter();
                log(address);
                runtime.block_on(async {
                    match tokio::net::TcpListener::from_std(listener) {
                        Ok(listener) => listener::serve(listener, router, stopped).await,
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
