//! The schedule of events and scenes.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
};

use super::{event::Draft, scene::Scene};

/// A scheduled task.
#[derive(Clone, Debug)]
pub(crate) enum Task {
    /// Emit an event.
    Event(Box<Draft>),
    /// Play a scene, which drafts events.
    Scene(Scene),
}

/// All scheduled tasks, earliest first. Tasks that are due at the same moment keep their insertion order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Schedule {
    due: BinaryHeap<Reverse<Entry>>,
    inserted: u64,
}

#[derive(Clone, Debug)]
struct Entry {
    at: u64,
    order: u64,
    task: Task,
}

impl Schedule {
    /// Schedules a task at this moment, in milliseconds of the war.
    pub(crate) fn insert(&mut self, at: u64, task: Task) {
        self.inserted += 1;
        self.due.push(Reverse(Entry { at, order: self.inserted, task }));
    }

    /// Returns when the next task is due.
    pub(crate) fn next(&self) -> Option<u64> {
        self.due.peek().map(|Reverse(entry)| entry.at)
    }

    /// Removes and returns the next task, if it is due by `until`.
    pub(crate) fn take(&mut self, until: u64) -> Option<(u64, Task)> {
        if self.next()? > until {
            return None;
        }
        self.due.pop().map(|Reverse(entry)| (entry.at, entry.task))
    }
}

impl Entry {
    fn key(&self) -> (u64, u64) {
        (self.at, self.order)
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}
