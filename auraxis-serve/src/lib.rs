//! Health, metrics, a live page, and the event stream of a running client, over HTTP.
//!
//! | Path | What |
//! | --- | --- |
//! | `/` | a live page for people |
//! | `/healthz` | 200 while data flows as it should, otherwise 503 with JSON that says what is wrong |
//! | `/livez` | 200 while the process responds |
//! | `/metrics` | metrics for Prometheus |
//! | `/events` | Server-Sent Events, filtered by the query |
//! | `/streaming` | the merged event stream, in the protocol of the game's Event Streaming Service |
//! | `/api/…` | what the page uses |
//!
//! [`Serve`] starts a server with a client, and [`Settings::router`] returns the routes for programs that have an axum
//! server of their own. The server has a thread of its own, so it responds whatever handlers do.

mod api;
mod app;
#[cfg(feature = "cli")]
mod arguments;
mod connections;
mod counters;
mod error;
mod event_query;
mod events;
mod headers;
mod health;
mod hub;
mod listener;
mod metrics;
mod needs;
mod origin;
mod pace;
mod page;
mod readers;
mod recent;
mod routes;
mod server;
mod settings;
mod state;
mod streaming;
mod token;
mod why;

pub use axum;

#[cfg(feature = "cli")]
pub use self::arguments::ServeArguments;
pub use self::{
    routes::Routes,
    server::{HttpServer, Serve},
    settings::Settings,
};
