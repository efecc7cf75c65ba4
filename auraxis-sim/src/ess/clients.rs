//! The connected clients, and which events each of them gets.

use std::{collections::BTreeMap, time::Duration};

use auraxis_core::{
    command::Command,
    environment::Environment,
    event::Event,
    id::WorldId,
    server::{Subscriber, endpoints, frames},
};
use axum::extract::ws::{Message, Utf8Bytes};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio_util::sync::CancellationToken;

use super::refusal::Refusals;
use crate::{
    faults::Fault,
    socket::SocketControl,
    truth::{Recorder, TruthEntry},
};

/// The maximum number of queued frames per client.
const QUEUE_CAPACITY: usize = 65_536;

/// The maximum number of a subscription's characters that the truth lists. If there are more, they are counted.
const MAX_LISTED_CHARACTERS: usize = 1_000;

/// All clients, and the active faults of the whole stream. Moments are counted from the start of the simulator.
#[derive(Debug, Default)]
pub(super) struct Clients {
    pub(super) all: Vec<Client>,
    pub(super) environment: Environment,
    pub(super) truth: Recorder,
    pub(super) overflows: u64,
    /// The worlds whose events are withheld, and until when.
    pub(super) silent: BTreeMap<WorldId, Duration>,
    /// The worlds that are down, and until when.
    pub(super) down: BTreeMap<WorldId, Duration>,
    /// Until when heartbeats look like those on the PlayStation.
    pub(super) ps4_until: Duration,
    pub(super) refusals: Refusals,
    next_link: u64,
    events: u64,
}

/// A client.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) id: u64,
    pub(super) subscriber: Subscriber,
    queue: Sender<Outgoing>,
    pub(super) socket: SocketControl,
    cut: CancellationToken,
    /// Nothing is sent until then.
    pub(super) silent_until: Duration,
}

/// An entry of a client's queue.
#[derive(Debug)]
pub(super) enum Outgoing {
    /// The frame of an event.
    Event(Message),
    /// Any other frame.
    Other(Message),
    /// A fault of this link that starts at this point of the queue.
    Fault(Fault),
}

/// The state of a client that its tasks own.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(super) id: u64,
    pub(super) queue: Receiver<Outgoing>,
    /// Canceled to drop the connection immediately.
    pub(super) cut: CancellationToken,
}

impl Clients {
    pub(super) fn new(environment: Environment, truth: Recorder) -> Self {
        Self { environment, truth, ..Self::default() }
    }

    /// Adds a client, and queues the first frames for it.
    pub(super) fn add(&mut self, now: Duration, socket: SocketControl) -> Connection {
        let (sender, receiver) = mpsc::channel(QUEUE_CAPACITY);
        let client = Client {
            id: self.next_link,
            subscriber: Subscriber::new(self.environment),
            queue: sender,
            socket,
            cut: CancellationToken::new(),
            silent_until: Duration::ZERO,
        };
        self.next_link += 1;
        for text in frames::greeting(self.endpoints()) {
            client.send(Outgoing::Other(Message::Text(text.into())));
        }
        let connection = Connection { id: client.id, queue: receiver, cut: client.cut.clone() };
        let environment = self.environment.to_string();
        self.record(|| TruthEntry::Opened { at_ms: millis(now), link: connection.id, environment });
        self.all.push(client);
        connection
    }

    /// Removes a client. Its queued frames are still sent.
    pub(super) fn remove(&mut self, now: Duration, id: u64, why: &str) {
        if let Some(at) = self.all.iter().position(|client| client.id == id) {
            self.all.remove(at);
            self.record(|| TruthEntry::Closed { at_ms: millis(now), link: id, why: why.to_owned() });
        }
    }

    /// Drops the connection of a client without a close frame.
    pub(super) fn cut(&mut self, now: Duration, id: u64, why: &str) {
        if let Some(client) = self.client(id) {
            client.cut.cancel();
        }
        self.remove(now, id, why);
    }

    pub(super) fn client(&mut self, id: u64) -> Option<&mut Client> {
        self.all.iter_mut().find(|client| client.id == id)
    }

    /// Applies a command to the subscription of a client.
    pub(super) fn resubscribe(&mut self, now: Duration, id: u64, command: &Command) {
        let Some(client) = self.client(id) else { return };
        if !client.subscriber.apply(command) {
            return;
        }
        let subscribed = client.subscriber.state();
        let subscription = subscribed.echo(subscribed.lists.characters.len() <= MAX_LISTED_CHARACTERS);
        let command = command.clone();
        self.record(|| TruthEntry::Subscribed { at_ms: millis(now), link: id, command, subscription });
    }

    /// Sends an event to every client whose subscription matches. Returns their number.
    pub(super) fn publish(&mut self, at: Duration, text: &Utf8Bytes, event: &Event) -> usize {
        self.events += 1;
        let withheld = self.withheld(at, event.world_id());
        let environment = event.world_id().and_then(endpoints::environment_of);
        let is_here = environment.is_none_or(|environment| environment == self.environment);
        let mut links = Vec::new();
        if withheld.is_none() && is_here {
            self.send(at, |client| {
                if client.silent_until > at || !client.subscriber.admits(event) {
                    return None;
                }
                links.push(client.id);
                Some(Outgoing::Event(Message::Text(text.clone())))
            });
        }
        let sent = links.len();
        let number = self.events;
        self.record(|| TruthEntry::Event { at_ms: millis(at), number, links, withheld, frame: text.to_string() });
        sent
    }

    /// Returns the fault that withholds the events of this world from all clients, if any.
    fn withheld(&self, at: Duration, world: Option<WorldId>) -> Option<String> {
        if self.silent.is_empty() && self.down.is_empty() {
            return None;
        }
        let world = world?;
        let is_active = |until: Option<&Duration>| until.is_some_and(|until| *until > at);
        if is_active(self.down.get(&world)) {
            Some(format!("down world {world}"))
        } else {
            is_active(self.silent.get(&world)).then(|| format!("silence world {world}"))
        }
    }

    /// Queues the entry that `outgoing` returns for each client, if any. Clients whose queue is full are disconnected.
    pub(super) fn send(&mut self, at: Duration, mut outgoing: impl FnMut(&Client) -> Option<Outgoing>) {
        let mut slow = Vec::new();
        for client in &self.all {
            if let Some(outgoing) = outgoing(client)
                && !client.send(outgoing)
            {
                slow.push(client.id);
            }
        }
        for id in slow {
            tracing::warn!(client = id, frames = QUEUE_CAPACITY, "disconnecting a client that reads too slowly");
            self.overflows += 1;
            self.cut(at, id, "too slow");
        }
    }

    /// Returns the endpoints of this environment, and whether each is up.
    pub(super) fn endpoints(&self) -> impl Iterator<Item = (&'static str, bool)> {
        endpoints::names(self.environment).iter().map(|endpoint| (*endpoint, self.is_up(endpoint)))
    }

    /// Returns whether all of the endpoint's worlds are up.
    pub(super) fn is_up(&self, endpoint: &str) -> bool {
        !self.down.keys().any(|world| endpoints::serves(endpoint, *world))
    }

    /// Adds an entry to the truth, if it is recorded.
    pub(super) fn record(&mut self, entry: impl FnOnce() -> TruthEntry) {
        if self.truth.is_enabled() {
            self.truth.write(entry());
        }
    }
}

impl Client {
    /// Queues an entry. Returns false if the queue is full.
    pub(super) fn send(&self, outgoing: Outgoing) -> bool {
        !matches!(self.queue.try_send(outgoing), Err(mpsc::error::TrySendError::Full(_)))
    }
}

pub(super) fn millis(moment: Duration) -> u64 {
    u64::try_from(moment.as_millis()).unwrap_or(u64::MAX)
}
