//! The dispatcher: lets every trigger have an event that may want it.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use auraxis_core::event::Event;

use super::{
    contained::panic_message, index::Index, lane::Held, matcher::Offered, registry::Registry, stall::Note, turn::Turn,
};

/// The index of the triggers, and whoever is at turn. There is one, and it belongs to the stream.
pub(crate) struct Dispatcher {
    registry: Arc<Registry>,
    index: Index,
    /// Of the registry, when the index was last brought up to date.
    version: u64,
    note: Arc<Note>,
    /// Rather wait for a slow trigger than drop its events, as a replay does.
    pub(crate) lossless: bool,
}

impl Dispatcher {
    pub(crate) fn new(registry: Arc<Registry>, note: Arc<Note>) -> Self {
        Self { registry, index: Index::default(), version: 0, note, lossless: false }
    }

    /// Lets every trigger have the event that may want it. Returns it for each that has no room.
    pub(crate) fn dispatch(&mut self, event: &Event) -> Vec<Box<dyn Held>> {
        self.refresh();
        let _turn = Turn::dispatching(self.registry.id());
        let mut waits = Vec::new();
        for entry in self.index.listeners(event) {
            let state = entry.trigger.state();
            self.note.turn_of(state);
            // User code is caught where it is called. Whatever else may panic must not end the stream.
            let offer = || entry.trigger.offer(event, &entry.interest, self.lossless);
            let offered = catch_unwind(AssertUnwindSafe(offer));
            self.note.over();
            match offered {
                Ok(Offered::Settled) => {}
                Ok(Offered::Last) => self.registry.remove(state),
                Ok(Offered::Waits(held)) => waits.push(held),
                Err(panic) => tracing::error!("`{}` cannot be given events: {}", state.name, panic_message(&*panic)),
            }
        }
        waits
    }

    /// Tries again where there was no room, and keeps those for which there still is none.
    pub(crate) fn retry(&mut self, waits: &mut Vec<Box<dyn Held>>) {
        let _turn = Turn::dispatching(self.registry.id());
        waits.retain_mut(|held| {
            self.note.turn_of(held.trigger());
            let entered = held.enter();
            self.note.over();
            !entered
        });
    }

    /// Takes note of triggers that have come, gone or changed.
    pub(crate) fn refresh(&mut self) {
        let version = self.registry.version();
        if version != self.version {
            self.version = version;
            // What a removed trigger owned is dropped here, unless it still runs.
            self.index.apply(self.registry.take_changes());
        }
    }
}

impl fmt::Debug for Dispatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dispatcher").field("registry", &self.registry).finish_non_exhaustive()
    }
}
