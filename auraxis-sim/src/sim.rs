//! The simulator as a value.

use std::{collections::VecDeque, fmt, net::SocketAddr, sync::Arc};

use auraxis_core::{command::Command, server_state::ServerState};
use axum::extract::ws::Message;

use crate::{
    builder::Builder,
    fault::RestFault,
    log::lock,
    state::State,
    trouble::{self, Strike},
    truth::Entry,
};

/// A running simulator. Dropping it stops it.
pub struct Sim {
    pub(crate) state: Arc<State>,
    pub(crate) address: SocketAddr,
}

impl Sim {
    /// Begins to describe a simulator.
    pub fn builder() -> Builder {
        Builder::default()
    }

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

    /// How many clients the event stream has now.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.state.hub.connections()
    }

    /// What each of them is subscribed to, in the order in which they connected.
    #[must_use]
    pub fn subscriptions(&self) -> Vec<ServerState> {
        self.state.hub.subscriptions()
    }

    /// The commands of all clients so far, oldest first; of very many, the last 10,000.
    #[must_use]
    pub fn commands(&self) -> Vec<Command> {
        self.state.hub.commands.read()
    }

    /// How many clients were cut off because they did not read fast enough.
    #[must_use]
    pub fn overflows(&self) -> u64 {
        self.state.hub.overflows()
    }

    /// Path and query of the requests to REST so far, oldest first; of very many, the last 10,000.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.state.requests.read()
    }

    /// Sends a text frame to every client as it is, whatever it is.
    pub fn push(&self, text: &str) {
        self.state.hub.push(&Message::Text(text.into()));
    }

    /// Sends a binary frame to every client.
    pub fn push_binary(&self, bytes: Vec<u8>) {
        self.state.hub.push(&Message::Binary(bytes.into()));
    }

    /// Sends the frame of an event to the clients whose subscription admits it. Returns how many those were; what is
    /// no event goes to nobody.
    pub fn publish(&self, text: &str) -> usize {
        if let Some(event) = trouble::read(text) {
            self.state.tell(self.state.hub.now(), text.to_owned(), &event)
        } else {
            tracing::warn!(text, "what was to be published is no event");
            0
        }
    }

    /// Lets something go wrong with the stream, from now on: a [`Fault`](crate::Fault), which hits every link, or one
    /// [`on`](crate::Fault::on) some of them.
    pub fn inject(&self, strike: impl Into<Strike>) {
        self.state.strike(self.state.hub.now(), strike.into());
    }

    /// What happened so far, if it is [kept](Builder::keep_truth).
    #[must_use]
    pub fn truth(&self) -> Vec<Entry> {
        self.state.hub.truth()
    }

    /// Drops all connections to the event stream as if the line had broken: without a close frame.
    pub fn drop_connections(&self) {
        self.state.hub.cut_all("cut");
    }

    /// From now on answers 403 to whoever wants to connect to the event stream, or no longer does.
    pub fn refuse(&self, refuse: bool) {
        self.state.hub.refuse(refuse);
    }

    /// Lets all answers of REST fail in this way from now on; `None` ends it.
    pub fn rest_fault(&self, fault: Option<RestFault>) {
        let mut faults = lock(&self.state.faults);
        faults.always = fault;
        if fault.is_none() {
            faults.next = VecDeque::new();
        }
    }

    /// Lets the next answers of REST fail in these ways, one after the other.
    pub fn next_rest_faults(&self, faults: impl IntoIterator<Item = RestFault>) {
        lock(&self.state.faults).next.extend(faults);
    }

    /// Stops everything and waits until it has.
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
