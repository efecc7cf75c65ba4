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

/// A running simulator. It stops when it is dropped.
pub struct Sim {
    pub(crate) state: Arc<State>,
    pub(crate) address: SocketAddr,
}

impl Sim {
    /// The address of the event stream, without the query.
    #[must_use]
    pub fn ess_url(&self) -> String {
        format!("ws://{}/streaming", self.address)
    }

    /// The address of the REST API, to which `/s:example/get/ps2/…` is added.
    #[must_use]
    pub fn rest_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The number of clients of the event stream.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.state.hub.connections()
    }

    /// The subscription of each client, in the order of connecting.
    #[must_use]
    pub fn subscriptions(&self) -> Vec<ServerState> {
        self.state.hub.subscriptions()
    }

    /// The last 10,000 commands of all clients, the oldest first.
    #[must_use]
    pub fn commands(&self) -> Vec<Command> {
        self.state.hub.commands.entries()
    }

    /// The number of clients that were disconnected because they read too slowly.
    #[must_use]
    pub fn overflows(&self) -> u64 {
        self.state.hub.overflows()
    }

    /// Path and query of the last 10,000 requests to REST, the oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.state.requests.entries()
    }

    /// Sends a text frame to every client, whatever it contains.
    pub fn push(&self, text: &str) {
        self.state.hub.push(&Message::Text(text.into()));
    }

    /// Sends a binary frame to every client.
    pub fn push_binary(&self, bytes: Vec<u8>) {
        self.state.hub.push(&Message::Binary(bytes.into()));
    }

    /// Sends the frame of an event to every client whose subscription admits it. Returns the number of those clients. A
    /// text that is not an event is sent to nobody.
    pub fn publish(&self, text: &str) -> usize {
        if let Some(event) = faults::parse_event(text) {
            self.state.publish(self.state.hub.now(), text.to_owned(), &event)
        } else {
            tracing::warn!(text, "not published: not an event");
            0
        }
    }

    /// Begins a [`Fault`](crate::Fault) now. It hits every link, or those that are given
    /// [`on`](crate::Fault::on) it.
    pub fn inject(&self, injection: impl Into<Injection>) {
        self.state.inject(self.state.hub.now(), injection.into());
    }

    /// What happened so far, if it is [kept in memory](crate::Builder::keep_truth).
    #[must_use]
    pub fn truth(&self) -> Vec<TruthEntry> {
        self.state.hub.truth()
    }

    /// Drops all connections to the event stream without a close frame.
    pub fn drop_connections(&self) {
        self.state.hub.cut_all("cut");
    }

    /// Refuses new connections to the event stream with HTTP status 403, or no longer does.
    pub fn refuse(&self, refuse: bool) {
        self.state.hub.refuse(refuse);
    }

    /// Lets every answer of REST fail in this way. `None` ends all faults of REST.
    pub fn rest_fault(&self, fault: Option<RestFault>) {
        *lock(&self.state.rest_faults) = RestFaults { always: fault, ..RestFaults::default() };
    }

    /// Lets the next answers of REST fail, one in each of these ways.
    pub fn next_rest_faults(&self, faults: impl IntoIterator<Item = RestFault>) {
        lock(&self.state.rest_faults).next.extend(faults);
    }

    /// Stops, and waits until everything has stopped.
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
