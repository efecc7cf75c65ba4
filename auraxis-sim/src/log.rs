//! A bounded log that drops its oldest entries.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Locks a mutex and ignores poisoning: a panic leaves no inconsistent state behind.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The [`CAPACITY`] most recent entries.
#[derive(Debug)]
pub(crate) struct Log<T>(Mutex<VecDeque<T>>);

/// The maximum number of entries.
const CAPACITY: usize = 10_000;

impl<T> Default for Log<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Log<T> {
    pub(crate) fn push(&self, entry: T) {
        let mut entries = lock(&self.0);
        if entries.len() == CAPACITY {
            entries.pop_front();
        }
        entries.push_back(entry);
    }

    /// Returns all entries, oldest first.
    pub(crate) fn entries(&self) -> Vec<T> {
        lock(&self.0).iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_entries_are_dropped() {
        let log = Log::default();
        for n in 0..CAPACITY + 2 {
            log.push(n);
        }
        assert_eq!((log.entries().len(), log.entries()[0]), (CAPACITY, 2));
    }
}
