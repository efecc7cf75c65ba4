//! What the broker has delivered and has to be told about.

use std::collections::VecDeque;

use async_nats::{Client, Subject, jetstream::AckKind};
use rustc_hash::{FxHashMap, FxHashSet};

use super::intake::{Received, Role};
use crate::{Result, connect::broken};

/// The events of durable consumers that the triggers have not settled, and the acknowledgements that have not been sent.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    unsettled: FxHashMap<u64, Unsettled>,
    /// The same by their numbers in their streams.
    sequences: FxHashSet<(Role, u64)>,
    next_id: u64,
    acks: VecDeque<(Subject, AckKind)>,
}

/// An event that triggers are working on.
#[derive(Debug)]
pub(super) struct Unsettled {
    pub(super) role: Role,
    pub(super) received: Received,
}

impl Ledger {
    /// Adds an event, and returns its id.
    pub(super) fn add(&mut self, role: Role, received: Received) -> u64 {
        self.next_id += 1;
        self.sequences.insert((role, received.sequence));
        self.unsettled.insert(self.next_id, Unsettled { role, received });
        self.next_id
    }

    /// Returns an event. `None` if the broker has lost it.
    pub(super) fn get(&self, id: u64) -> Option<&Unsettled> {
        self.unsettled.get(&id)
    }

    /// Returns whether triggers are working on this event, which the broker has delivered again.
    pub(super) fn contains(&self, role: Role, received: &Received) -> bool {
        self.sequences.contains(&(role, received.sequence))
    }

    pub(super) fn is_settled(&self) -> bool {
        self.unsettled.is_empty()
    }

    /// Settles an event.
    pub(super) fn settle(&mut self, id: u64, kind: AckKind) {
        if let Some(Unsettled { role, received }) = self.unsettled.remove(&id) {
            self.sequences.remove(&(role, received.sequence));
            self.acknowledge(&received, kind);
        }
    }

    /// Acknowledges an event that is not in the ledger.
    pub(super) fn acknowledge(&mut self, received: &Received, kind: AckKind) {
        self.acks.extend(received.message.reply.clone().map(|reply| (reply, kind)));
    }

    /// Says that all events are still being handled.
    pub(super) fn report_progress(&mut self) {
        let replies = self.unsettled.values().filter_map(|unsettled| unsettled.received.message.reply.clone());
        self.acks.extend(replies.map(|reply| (reply, AckKind::Progress)));
    }

    /// Forgets the events of a stream that the broker has lost. There, their numbers belong to others.
    pub(super) fn forget(&mut self, role: Role) {
        self.unsettled.retain(|_, unsettled| unsettled.role != role);
        self.sequences.retain(|(of, _)| *of != role);
    }

    /// Sends the acknowledgements.
    pub(super) async fn send(&mut self, client: &Client) -> Result {
        while let Some((reply, kind)) = self.acks.front() {
            client.publish(reply.clone(), (*kind).into()).await.map_err(|error| broken(&error))?;
            self.acks.pop_front();
        }
        Ok(())
    }
}
