//! The stream, as its clients, the war and the faults share it.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use auraxis_core::{
    command::Command, environment::Environment, event::Event, id::WorldId, server_state::ServerState, time::Timestamp,
};
use axum::extract::ws::{Message, Utf8Bytes};
use tokio_util::task::TaskTracker;

use super::{
    frames,
    recent::Recent,
    room::{Parcel, Room, Seat},
    strike,
};
use crate::{
    line::Line,
    log::{Log, lock},
    trouble::Strike,
    truth::{Entry, Ledger},
};

/// The stream, as everybody shares it.
#[derive(Debug)]
pub(crate) struct Hub {
    room: Mutex<Room>,
    recent: Mutex<Recent>,
    pub(crate) commands: Log<Command>,
    pub(crate) heartbeat: Duration,
    pub(crate) tasks: TaskTracker,
    is_refusing: AtomicBool,
    begun: Instant,
    start: Timestamp,
    /// The war's clock, in seconds since 1970; 0 as long as nothing was told.
    clock: AtomicI64,
}

impl Hub {
    pub(crate) fn new(heartbeat: Duration, start: Timestamp, truth: Ledger) -> Self {
        Self {
            room: Mutex::new(Room::new(truth)),
            recent: Mutex::default(),
            commands: Log::default(),
            heartbeat,
            tasks: TaskTracker::new(),
            is_refusing: AtomicBool::new(false),
            begun: Instant::now(),
            start,
            clock: AtomicI64::new(0),
        }
    }

    /// The time since the simulator started.
    pub(crate) fn now(&self) -> Duration {
        self.begun.elapsed()
    }

    /// The moment up to which the war is told; without a war, the time since it would have begun.
    pub(crate) fn clock(&self) -> Timestamp {
        match self.clock.load(Ordering::Relaxed) {
            0 => Timestamp(self.start.0.saturating_add_unsigned(self.now().as_secs())),
            clock => Timestamp(clock),
        }
    }

    pub(crate) fn set_clock(&self, clock: Timestamp) {
        self.clock.store(clock.0, Ordering::Relaxed);
    }

    pub(crate) fn refuse(&self, refuse: bool) {
        self.is_refusing.store(refuse, Ordering::Relaxed);
    }

    /// The status with which whoever wants to connect now is turned away.
    pub(crate) fn refusal(&self) -> Option<u16> {
        const FORBIDDEN: u16 = 403;
        if self.is_refusing.load(Ordering::Relaxed) {
            return Some(FORBIDDEN);
        }
        let (status, until) = lock(&self.room).refusal?;
        (until > self.now()).then_some(status)
    }

    /// How many clients were cut off because they were too slow.
    pub(crate) fn overflows(&self) -> u64 {
        lock(&self.room).overflows
    }

    pub(crate) fn enter(&self, environment: Environment, line: Line) -> Seat {
        lock(&self.room).enter(self.now(), environment, line)
    }

    pub(crate) fn leave(&self, id: u64) {
        lock(&self.room).leave(self.now(), id, "left");
    }

    pub(crate) fn connections(&self) -> usize {
        lock(&self.room).clients.len()
    }

    pub(crate) fn subscriptions(&self) -> Vec<ServerState> {
        lock(&self.room).clients.iter().map(|client| client.subscribed.clone()).collect()
    }

    /// The truth so far, where it is kept.
    pub(crate) fn truth(&self) -> Vec<Entry> {
        lock(&self.room).truth.kept()
    }

    pub(crate) fn flush_truth(&self) {
        lock(&self.room).truth.flush();
    }

    /// The heartbeat of this moment.
    pub(super) fn heartbeat(&self, environment: Environment) -> String {
        let room = lock(&self.room);
        let is_ps4 = room.ps4_until > self.now();
        frames::heartbeat(environment, self.clock(), is_ps4, |endpoint| room.is_up(endpoint))
    }

    /// Does what a client asks for. Its answers come after whatever was queued for it before.
    pub(crate) fn obey(&self, id: u64, command: &Command) {
        self.commands.write(command.clone());
        let mut room = lock(&self.room);
        let now = self.now();
        if matches!(command, Command::Subscribe { .. } | Command::ClearSubscribe(_) | Command::ClearAll) {
            room.resubscribe(now, id, command);
        }
        let Some(client) = room.client(id) else { return };
        if client.silent_until > now {
            return;
        }
        for answer in self.answers(client.environment, &client.subscribed, command) {
            client.send(Parcel::Other(Message::Text(answer.into())));
        }
    }

    fn answers(&self, environment: Environment, subscribed: &ServerState, command: &Command) -> Vec<String> {
        match command {
            Command::Subscribe { list_characters, .. } => vec![subscribed.echo(*list_characters).to_frame()],
            Command::ClearSubscribe(_) | Command::ClearAll => vec![subscribed.echo(false).to_frame()],
            Command::RecentCharacterIds | Command::RecentCharacterIdsCount => {
                let with_list = matches!(command, Command::RecentCharacterIds);
                let ids = if environment == Environment::Pc { lock(&self.recent).list() } else { Vec::new() };
                vec![frames::recent(&ids, with_list)]
            }
            // Each endpoint sends it back.
            Command::Echo(payload) if payload.is_object() => {
                vec![payload.to_string(); frames::endpoints(environment).len()]
            }
            Command::Help => vec![frames::help()],
            _ => Vec::new(),
        }
    }

    /// Sends an event to every client whose subscription admits it. Returns how many those are.
    pub(crate) fn publish(&self, at: Duration, text: &Utf8Bytes, event: &Event) -> usize {
        let environment = event.world_id().and_then(frames::environment_of);
        if environment.is_none_or(|environment| environment == Environment::Pc) {
            lock(&self.recent).see(event);
        }
        lock(&self.room).publish(at, text, event)
    }

    /// Sends something to every client as it is.
    pub(crate) fn push(&self, message: &Message) {
        lock(&self.room).send(self.now(), |_| Some(Parcel::Other(message.clone())));
    }

    /// Lets a fault begin. `pick` chooses one of so many links, if only one is to be hit.
    pub(crate) fn strike(&self, at: Duration, strike: &Strike, pick: impl FnOnce(usize) -> usize) {
        strike::begin(&mut lock(&self.room), at, strike, pick);
    }

    /// Has a world that was down come up again.
    pub(crate) fn raise(&self, at: Duration, world: WorldId) {
        strike::raise(&mut lock(&self.room), at, world);
    }

    /// Drops all connections as if the line had broken.
    pub(crate) fn cut_all(&self, why: &str) {
        let mut room = lock(&self.room);
        let ids: Vec<_> = room.clients.iter().map(|client| client.id).collect();
        for id in ids {
            room.cut(self.now(), id, why);
        }
    }
}
