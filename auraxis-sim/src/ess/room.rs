//! Who is connected, and what each of them gets.

use std::{collections::BTreeMap, time::Duration};

use auraxis_core::{
    command::Command, environment::Environment, event::Event, id::WorldId, server_state::ServerState,
    subscription::Subscription,
};
use axum::extract::ws::{Message, Utf8Bytes};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio_util::sync::CancellationToken;

use super::frames;
use crate::{
    line::Line,
    trouble::Fault,
    truth::{Entry, Ledger},
};

/// So many frames wait for a client at most.
const QUEUE: usize = 65_536;

/// All clients, and what is wrong with the stream as a whole. Moments are counted from the start of the simulator.
#[derive(Debug, Default)]
pub(super) struct Room {
    pub(super) clients: Vec<Client>,
    pub(super) truth: Ledger,
    pub(super) overflows: u64,
    /// Worlds of which nothing is sent, and up to when.
    pub(super) silent: BTreeMap<WorldId, Duration>,
    /// Worlds that are down, and up to when.
    pub(super) down: BTreeMap<WorldId, Duration>,
    /// Up to when heartbeats are those of the PlayStation.
    pub(super) ps4_until: Duration,
    /// The status with which everybody is turned away, and up to when.
    pub(super) refusal: Option<(u16, Duration)>,
    next_link: u64,
    events: u64,
}

/// A client.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) id: u64,
    pub(super) environment: Environment,
    pub(super) subscribed: ServerState,
    /// The meaning of `subscribed`.
    subscription: Subscription,
    queue: Sender<Parcel>,
    pub(super) line: Line,
    cut: CancellationToken,
    /// Nothing is sent before.
    pub(super) silent_until: Duration,
}

/// What is on the way to a client.
#[derive(Debug)]
pub(super) enum Parcel {
    /// The frame of an event.
    Event(Message),
    /// Any other frame.
    Other(Message),
    /// From here on something is wrong with this link.
    Fault(Fault),
}

/// What a client's tasks hold in hand.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(super) id: u64,
    pub(super) queue: Receiver<Parcel>,
    /// Cancelled when the connection is to be dropped at once.
    pub(super) cut: CancellationToken,
}

impl Room {
    pub(super) fn new(truth: Ledger) -> Self {
        Self { truth, ..Self::default() }
    }

    /// A new client, which is greeted first.
    pub(super) fn enter(&mut self, now: Duration, environment: Environment, line: Line) -> Seat {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let client = Client {
            id: self.next_link,
            environment,
            subscribed: ServerState::default(),
            subscription: Subscription::default(),
            queue: sender,
            line,
            cut: CancellationToken::new(),
            silent_until: Duration::ZERO,
        };
        self.next_link += 1;
        for text in frames::greeting(environment, |endpoint| self.is_up(endpoint)) {
            client.send(Parcel::Other(Message::Text(text.into())));
        }
        let seat = Seat { id: client.id, queue: receiver, cut: client.cut.clone() };
        self.note(|| Entry::Opened { at_ms: millis(now), link: seat.id, environment: environment.to_string() });
        self.clients.push(client);
        seat
    }

    /// Forgets a client, which keeps what is queued for it.
    pub(super) fn leave(&mut self, now: Duration, id: u64, why: &str) {
        if let Some(at) = self.clients.iter().position(|client| client.id == id) {
            self.clients.remove(at);
            self.note(|| Entry::Closed { at_ms: millis(now), link: id, why: why.to_owned() });
        }
    }

    /// Drops the connection of a client as if the line had broken.
    pub(super) fn cut(&mut self, now: Duration, id: u64, why: &str) {
        if let Some(client) = self.client(id) {
            client.cut.cancel();
        }
        self.leave(now, id, why);
    }

    pub(super) fn client(&mut self, id: u64) -> Option<&mut Client> {
        self.clients.iter_mut().find(|client| client.id == id)
    }

    /// Changes the subscription of a client as a command would.
    pub(super) fn resubscribe(&mut self, now: Duration, id: u64, command: &Command) {
        let Some(client) = self.client(id) else { return };
        client.subscribed.apply(command);
        client.subscription = client.subscribed.meaning();
        let subscription = client.subscribed.echo(true);
        self.note(|| Entry::Subscribed { at_ms: millis(now), link: id, subscription });
    }

    /// Sends an event to every client whose subscription admits it. Returns how many those are.
    pub(super) fn publish(&mut self, at: Duration, text: &Utf8Bytes, event: &Event) -> usize {
        self.events += 1;
        let withheld = self.withheld(at, event.world_id());
        let environment = event.world_id().and_then(frames::environment_of);
        let mut links = Vec::new();
        if withheld.is_none() {
            self.send(at, |client| {
                let is_here = environment.is_none_or(|environment| environment == client.environment);
                if !is_here || client.silent_until > at || !client.subscription.admits(event) {
                    return None;
                }
                links.push(client.id);
                Some(Parcel::Event(Message::Text(text.clone())))
            });
        }
        let sent = links.len();
        let number = self.events;
        self.note(|| Entry::Event { at_ms: millis(at), number, links, withheld, frame: text.to_string() });
        sent
    }

    /// The fault that keeps events of this world from everybody.
    fn withheld(&self, at: Duration, world: Option<WorldId>) -> Option<String> {
        if self.silent.is_empty() && self.down.is_empty() {
            return None;
        }
        let world = world?;
        let holds = |until: Option<&Duration>| until.is_some_and(|until| *until > at);
        if holds(self.down.get(&world)) {
            Some(format!("down world {world}"))
        } else {
            holds(self.silent.get(&world)).then(|| format!("silence world {world}"))
        }
    }

    /// Sends something to every client for which there is something. Those whose queue is full are cut off.
    pub(super) fn send(&mut self, at: Duration, mut parcel: impl FnMut(&Client) -> Option<Parcel>) {
        let mut slow = Vec::new();
        for client in &self.clients {
            if let Some(parcel) = parcel(client)
                && !client.send(parcel)
            {
                slow.push(client.id);
            }
        }
        for id in slow {
            tracing::warn!(client = id, frames = QUEUE, "a client reads too slowly and is cut off");
            self.overflows += 1;
            self.cut(at, id, "too slow");
        }
    }

    /// Whether an endpoint serves no world that is down.
    pub(super) fn is_up(&self, endpoint: &str) -> bool {
        !self.down.keys().any(|world| frames::serves(endpoint, *world))
    }

    /// Writes down the truth, where it is wanted.
    pub(super) fn note(&mut self, entry: impl FnOnce() -> Entry) {
        if self.truth.is_on() {
            self.truth.write(entry());
        }
    }
}

impl Client {
    /// Queues something. False if the queue is full.
    pub(super) fn send(&self, parcel: Parcel) -> bool {
        !matches!(self.queue.try_send(parcel), Err(mpsc::error::TrySendError::Full(_)))
    }
}

pub(super) fn millis(moment: Duration) -> u64 {
    u64::try_from(moment.as_millis()).unwrap_or(u64::MAX)
}
