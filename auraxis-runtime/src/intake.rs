//! Where all links come together: frames in, events out to the triggers.
//!
//! There is one intake for a client, and whoever has a frame holds it until the frame is dealt with. That is the order
//! of events, and the reason why handlers run where the stream is read.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use auraxis_core::{
    event::{Event, signal::WorldStateChanged},
    frame::{Fault, FaultKind, Frame, ServiceState},
    id::WorldId,
};
use futures_util::future::join_all;
use rustc_hash::FxHashMap;

use crate::{active::Offered, index::Index, lane::Held, registry::Registry, signals::Clock, watch::Note};

pub(crate) struct Intake {
    registry: Arc<Registry>,
    index: Index,
    pub(crate) clock: Clock,
    pub(crate) note: Arc<Note>,
    worlds: Arc<Worlds>,
    /// How often each kind of fault was met.
    faults: FxHashMap<FaultKind, u64>,
    events: u64,
    /// Rather wait for a slow trigger than drop its events, as a replay does.
    lossless: bool,
}

/// Which worlds are up, as the stream has told.
pub(crate) type Worlds = Mutex<BTreeMap<WorldId, bool>>;

/// The event, for each trigger that has no room for it. To be settled before the next event of the same source.
#[must_use]
#[derive(Default)]
pub(crate) struct Waits(Vec<Box<dyn Held>>);

impl Waits {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Waits until every trigger has taken the event. The intake is free meanwhile: a handler that is waited for may
    /// wait for the intake itself, to dispatch an event of its own.
    pub(crate) async fn settle(self, intake: &tokio::sync::Mutex<Intake>) {
        if self.is_empty() {
            return;
        }
        let settled = self.0.into_iter().map(|mut held| async move {
            loop {
                held.room().await;
                let _dispatching = intake.lock().await;
                if held.enter() {
                    return;
                }
            }
        });
        join_all(settled).await;
    }
}

impl Intake {
    pub(crate) fn new(registry: Arc<Registry>, clock: Clock, worlds: Arc<Worlds>, lossless: bool) -> Self {
        let index = registry.index();
        Self { registry, index, clock, note: Arc::default(), worlds, faults: FxHashMap::default(), events: 0, lossless }
    }

    /// Takes a text frame.
    pub(crate) fn text(&mut self, text: &str) -> Waits {
        match Frame::parse(text) {
            Ok(frame) => self.frame(frame),
            Err(fault) => {
                self.fault(&fault, None);
                Waits::default()
            }
        }
    }

    pub(crate) fn frame(&mut self, frame: Frame) -> Waits {
        match frame {
            Frame::Event(event) => {
                self.events += 1;
                return self.event(&event);
            }
            Frame::Heartbeat(heartbeat) => {
                let mut waits = Waits::default();
                for state in &heartbeat.endpoints {
                    waits.0.extend(self.service_state(state).0);
                }
                return waits;
            }
            Frame::ServiceState(state) => return self.service_state(&state),
            Frame::Subscription(echo) => tracing::debug!("the server's subscription: {echo:?}"),
            Frame::ConnectionState { connected: false } => tracing::warn!("the server says that it is not connected"),
            _ => {}
        }
        Waits::default()
    }

    /// Lets every trigger have the event that may want it.
    pub(crate) fn event(&mut self, event: &Event) -> Waits {
        self.refresh();
        let mut waits = Waits::default();
        for trigger in self.index.listeners(event) {
            self.note.turn_of(trigger.meta());
            let offered = trigger.offer(event, self.lossless);
            self.note.over();
            match offered {
                Offered::Settled => {}
                Offered::Last => {
                    self.registry.remove(trigger.meta());
                }
                Offered::Waits(held) => waits.0.push(held),
            }
        }
        waits
    }

    /// Takes note of triggers that have come, gone or changed.
    pub(crate) fn refresh(&mut self) {
        if self.registry.version() != self.index.version {
            self.index = self.registry.index();
        }
    }

    /// Counts a fault, and tells the first of its kind. `line` is where it stands in a recording.
    pub(crate) fn fault(&mut self, fault: &Fault, line: Option<u64>) {
        let count = self.faults.entry(fault.kind.clone()).or_default();
        *count += 1;
        if *count == 1 {
            let place = line.map_or(String::new(), |line| format!("line {line}: "));
            tracing::warn!("{place}{fault}; more of this kind are counted and told at the end");
        }
    }

    fn service_state(&mut self, state: &ServiceState) -> Waits {
        let mut waits = Waits::default();
        for world in state.worlds() {
            let before = self.worlds.lock().unwrap_or_else(PoisonError::into_inner).insert(world, state.online);
            if before != Some(state.online) {
                let signal = WorldStateChanged::new(self.clock.update(), world, state.online);
                waits.0.extend(self.event(&signal.into()).0);
            }
        }
        waits
    }

    /// Sums up what has passed.
    pub(crate) fn tell(&self) {
        tracing::debug!("{} events came", self.events);
        for (kind, count) in self.faults.iter().filter(|(_, count)| **count > 1) {
            tracing::warn!("{count} times in all: {kind}");
        }
    }
}
