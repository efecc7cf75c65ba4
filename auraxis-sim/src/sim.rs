//! A running simulator.

use std::{fmt, net::SocketAddr, sync::Arc};

use auraxis_core::{command::Command, server_state::ServerState};
use axum::extract::ws::Message;

use crate::{
    faults::{self, Injection},
    log::lock,
    rest_fault::{RestFault, RestFaults},
    state::State,
    truth::TruthEntry,
};

/// A running simulator. Dropping it stops it.
pub struct Sim {
    pub(crate) state: Arc<State>,
    pub(crate) address: SocketAddr,
}

impl Sim {
    /// Returns the URL of the event stream, without the query.
    #[must_use]
    pub fn ess_url(&self) -> String {
        format!("ws://{}/streaming", self.address)
    }

    /// Returns the base URL of the REST API, to which `/s:example/get/ps2/…` is appended.
    #[must_use]
    pub fn rest_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the number of open connections to the event stream.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.state.hub.connections()
    }

    /// Returns the subscription of each client, in the order in which they connected.
    #[must_use]
    pub fn subscriptions(&self) -> Vec<ServerState> {
        self.state.hub.subscriptions()
    }

    /// Returns the last 10,000 commands of all clients, oldest first.
    #[must_use]
    pub fn commands(&self) -> Vec<Command> {
        self.state.hub.commands.entries()
    }

    /// Returns the number of clients that were disconnected because they read too slowly.
    #[must_use]
    pub fn overflows(&self) -> u64 {
        self.state.hub.overflows()
    }

    /// Returns the path and query of the last 10,000 REST requests, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.state.requests.entries()
    }

    /// Sends a text frame to every client. The text is not checked.
    pub fn push(&self, text: &str) {
        self.state.hub.push(&Message::Text(text.into()));
    }

    /// Sends a binary frame to every client.
    pub fn push_binary(&self, bytes: Vec<u8>) {
        self.state.hub.push(&Message::Binary(bytes.into()));
    }

    /// Sends the frame of an event to every client whose subscription matches, and returns their number. A text that is
    /// not an event is logged and not sent.
    pub fn publish(&self, text: &str) -> usize {
        if let Some(event) = faults::parse_event(text) {
            self.state.publish(self.state.hub.now(), text.to_owned(), &event)
        } else {
            tracing::warn!(text, "cannot publish a text that is not the frame of an event");
            0
        }
    }

    /// Starts a [`Fault`](crate::Fault) now, on every link or on those selected by [`Fault::on`](crate::Fault::on).
    pub fn inject(&self, injection: impl Into<Injection>) {
        self.state.inject(self.state.hub.now(), injection.into());
    }

    /// Returns the ground truth so far, if it is [recorded in memory](crate::Builder::keep_truth); otherwise an empty
    /// list.
    #[must_use]
    pub fn truth(&self) -> Vec<TruthEntry> {
        self.state.hub.truth()
    }

    /// Drops all connections to the event stream without a close frame.
    pub fn drop_connections(&self) {
        self.state.hub.cut_all("cut");
    }

    /// Sets whether new connections to the event stream are refused with HTTP status 403.
    pub fn refuse(&self, refuse: bool) {
        self.state.hub.refuse(refuse);
    }

    /// Makes every REST request fail in this way until the next call. `None` ends all REST faults.
    pub fn rest_fault(&self, fault: Option<RestFault>) {
        *lock(&self.state.rest_faults) = RestFaults { always: fault, ..RestFaults::default() };
    }

    /// Makes the next REST requests fail, one per fault, in this order.
    pub fn next_rest_faults(&self, faults: impl IntoIterator<Item = RestFault>) {
        lock(&self.state.rest_faults).next.extend(faults);
    }

    /// Stops the simulator, and waits until all its tasks have finished.
    pub async fn shutdown(self) {
        self.stop();
        self.state.hub.tasks.close();
        self.state.hub.tasks.wait().await;
        self.state.hub.flush_truth();
    }

    fn stop(&self) {
        self.state.stop.cancel();
        self.state.hub.refuse(true);
        self.state.hub.cut_all("stopped");
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sim").field("address", &self.address).finish_non_exhaustive()
    }
}
