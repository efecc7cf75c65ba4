//! What is due when.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
};

use super::{report::Draft, scene::Scene};

/// Something due.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    /// A frame has its moment.
    Tell(Box<Draft>),
    /// Something is to be made up.
    Play(Scene),
}

/// Everything due, earliest first; what is due at the same moment comes in the order it was put down.
#[derive(Clone, Debug, Default)]
pub(crate) struct Agenda {
    due: BinaryHeap<Reverse<Entry>>,
    written: u64,
}

#[derive(Clone, Debug)]
struct Entry {
    at: u64,
    order: u64,
    deed: Deed,
}

impl Agenda {
    /// Puts down something for this moment, in milliseconds of the war.
    pub(crate) fn put(&mut self, at: u64, deed: Deed) {
        self.written += 1;
        self.due.push(Reverse(Entry { at, order: self.written, deed }));
    }

    /// When the next thing is due.
    pub(crate) fn next(&self) -> Option<u64> {
        self.due.peek().map(|Reverse(entry)| entry.at)
    }

    /// Takes the next thing, unless it is due only after `until`.
    pub(crate) fn take(&mut self, until: u64) -> Option<(u64, Deed)> {
        if self.next()? > until {
            return None;
        }
        self.due.pop().map(|Reverse(entry)| (entry.at, entry.deed))
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
