//! The event stream, shared by clients, war and faults.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use auraxis_core::{
    command::Command,
    environment::Environment,
    event::Event,
    id::WorldId,
    server::{RecentCharacters, endpoints, frames},
    server_state::ServerState,
    time::Timestamp,
};
use axum::extract::ws::{Message, Utf8Bytes};
use tokio_util::task::TaskTracker;

use super::{
    clients::{Clients, Connection, Outgoing},
    inject,
    refusal::Refusal,
};
use crate::{
    faults::Injection,
    log::{Log, lock},
    socket::SocketControl,
    truth::{Recorder, TruthEntry},
};

/// The event stream of one environment.
#[derive(Debug)]
pub(crate) struct Hub {
    pub(super) environment: Environment,
    clients: Mutex<Clients>,
    recent: Mutex<RecentCharacters>,
    pub(crate) commands: Log<Command>,
    pub(crate) heartbeat: Duration,
    pub(crate) tasks: TaskTracker,
    started: Instant,
    start: Timestamp,
    /// The war's clock, in seconds since 1970; 0 before the first event.
    clock: AtomicI64,
}

impl Hub {
    pub(crate) fn new(environment: Environment, heartbeat: Duration, start: Timestamp, truth: Recorder) -> Self {
        Self {
            environment,
            clients: Mutex::new(Clients::new(environment, truth)),
            recent: Mutex::default(),
            commands: Log::default(),
            heartbeat,
            tasks: TaskTracker::new(),
            started: Instant::now(),
            start,
            clock: AtomicI64::new(0),
        }
    }

    /// Returns the time since the simulator started.
    pub(crate) fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// Returns the war's clock. Before the first event, this is the start of the war plus the time since then.
    pub(crate) fn clock(&self) -> Timestamp {
        match self.clock.load(Ordering::Relaxed) {
            0 => Timestamp(self.start.0.saturating_add_unsigned(self.now().as_secs())),
            clock => Timestamp(clock),
        }
    }

    pub(crate) fn set_clock(&self, clock: Timestamp) {
        self.clock.store(clock.0, Ordering::Relaxed);
    }

    /// Sets whether all new connections are refused.
    pub(crate) fn refuse(&self, refuse: bool) {
        lock(&self.clients).refusals.is_closed = refuse;
    }

    /// Takes the refusal of a new connection, if it is to be refused.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        lock(&self.clients).refusals.take(self.now())
    }

    /// Returns the number of clients that were disconnected because they read too slowly.
    pub(crate) fn overflows(&self) -> u64 {
        lock(&self.clients).overflows
    }

    pub(super) fn add_client(&self, socket: SocketControl) -> Connection {
        lock(&self.clients).add(self.now(), socket)
    }

    pub(crate) fn remove_client(&self, id: u64) {
        lock(&self.clients).remove(self.now(), id, "left");
    }

    pub(crate) fn connections(&self) -> usize {
        lock(&self.clients).all.len()
    }

    pub(crate) fn subscriptions(&self) -> Vec<ServerState> {
        lock(&self.clients).all.iter().map(|client| client.subscriber.state().clone()).collect()
    }

    /// Returns the truth so far, if it is recorded in memory.
    pub(crate) fn truth(&self) -> Vec<TruthEntry> {
        lock(&self.clients).truth.entries()
    }

    pub(crate) fn flush_truth(&self) {
        lock(&self.clients).truth.flush();
    }

    /// Returns the current heartbeat.
    pub(super) fn heartbeat(&self) -> String {
        let clients = lock(&self.clients);
        let is_ps4 = clients.ps4_until > self.now();
        let more = if is_ps4 { endpoints::names(Environment::Ps4Us) } else { &[] };
        let more = more.iter().map(|endpoint| (*endpoint, clients.is_up(endpoint)));
        frames::heartbeat(self.clock(), clients.endpoints().chain(more))
    }

    /// Executes a client's command. The answers are queued.
    pub(crate) fn execute(&self, id: u64, command: &Command) {
        self.commands.push(command.clone());
        let mut clients = lock(&self.clients);
        let now = self.now();
        clients.resubscribe(now, id, command);
        let Some(client) = clients.client(id) else { return };
        if client.silent_until > now {
            return;
        }
        for answer in client.subscriber.answers(command, || lock(&self.recent).list()) {
            client.send(Outgoing::Other(Message::Text(answer.into())));
        }
    }

    /// Sends an event to every client whose subscription matches. Returns their number.
    pub(crate) fn publish(&self, at: Duration, text: &Utf8Bytes, event: &Event) -> usize {
        let environment = event.world_id().and_then(endpoints::environment_of);
        if environment.is_none_or(|environment| environment == self.environment) {
            lock(&self.recent).record(event);
        }
        lock(&self.clients).publish(at, text, event)
    }

    /// Sends a message to every client.
    pub(crate) fn push(&self, message: &Message) {
        lock(&self.clients).send(self.now(), |_| Some(Outgoing::Other(message.clone())));
    }

    /// Starts a fault. `pick` returns a random index below its argument, to select a link if only one is affected.
    pub(crate) fn inject(&self, at: Duration, injection: &Injection, pick: impl FnOnce(usize) -> usize) {
        inject::start_fault(&mut lock(&self.clients), at, injection, pick);
    }

    /// Ends the downtime of a world.
    pub(crate) fn world_up(&self, at: Duration, world: WorldId) {
        inject::world_up(&mut lock(&self.clients), at, world);
    }

    /// Drops all connections without a close frame.
    pub(crate) fn cut_all(&self, why: &str) {
        let mut clients = lock(&self.clients);
        let ids: Vec<_> = clients.all.iter().map(|client| client.id).collect();
        for id in ids {
            clients.cut(self.now(), id, why);
        }
    }
}
