//! What all routes share.

use std::time::Instant;

use auraxis_runtime::Client;
use axum::http::HeaderMap;

use crate::{
    counters::Counters,
    hub::Hub,
    readers::Readers,
    recent::Recent,
    settings::Settings,
    streaming::Streaming,
    token::{Attempts, Denied},
};

/// The maximum number of readers of `/events`. Each costs up to 200 KiB of memory if it is slow.
pub(crate) const MAX_EVENT_READERS: usize = 64;

/// What all routes share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) client: Client,
    pub(crate) hub: Hub,
    /// The readers of `/events`.
    pub(crate) events: Readers,
    pub(crate) streaming: Streaming,
    pub(crate) recent: Recent,
    pub(crate) counters: Counters,
    pub(crate) settings: Settings,
    attempts: Attempts,
}

impl App {
    pub(crate) fn new(client: &Client, settings: Settings) -> Self {
        Self {
            client: client.clone(),
            hub: Hub::new(client),
            events: Readers::new("/events", MAX_EVENT_READERS),
            streaming: Streaming::default(),
            recent: Recent::new(client),
            counters: Counters::default(),
            settings,
            attempts: Attempts::default(),
        }
    }

    /// Returns the readers of all routes that have any.
    pub(crate) fn readers(&self) -> [&Readers; 2] {
        [&self.events, &self.streaming.clients]
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.client.shutdown_signal().is_requested()
    }

    /// Returns why the request may not change anything, if it may not.
    pub(crate) fn authorize(&self, headers: &HeaderMap) -> Result<(), Denied> {
        let authorized = self.attempts.check(self.settings.token.as_ref(), headers, Instant::now());
        if authorized == Err(Denied::Wrong) && self.counters.wrong_tokens.add() == 1 {
            tracing::warn!("a request with a wrong token was refused; further ones are only counted");
        }
        authorized
    }
}
