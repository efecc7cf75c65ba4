//! The queued events of a lane, in order of arrival or, with keys, in order for each key.

use std::collections::{BTreeMap, VecDeque};

use rustc_hash::FxHashMap;

/// The queue of a lane.
pub(crate) enum Queue<E> {
    /// First in, first out.
    Plain(VecDeque<E>),
    /// First in, first out among events whose key is not running.
    Keyed(Keyed<E>),
}

pub(crate) struct Keyed<E> {
    /// The queued events of each key that is running or has queued events, with their sequence numbers.
    keys: FxHashMap<u64, VecDeque<(u64, E)>>,
    /// The first event of each key that is not running: sequence number → key.
    ready: BTreeMap<u64, u64>,
    /// All queued events, to find the oldest: sequence number → key.
    arrivals: BTreeMap<u64, u64>,
    next_number: u64,
}

impl<E> Queue<E> {
    pub(crate) fn new(keyed: bool) -> Self {
        if keyed {
            Self::Keyed(Keyed {
                keys: FxHashMap::default(),
                ready: BTreeMap::new(),
                arrivals: BTreeMap::new(),
                next_number: 0,
            })
        } else {
            Self::Plain(VecDeque::new())
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Plain(events) => events.len(),
            Self::Keyed(keyed) => keyed.arrivals.len(),
        }
    }

    /// Marks the key as running. Returns false if it is running already or has queued events.
    pub(crate) fn start_key(&mut self, key: u64) -> bool {
        match self {
            Self::Plain(_) => true,
            Self::Keyed(keyed) => {
                let free = !keyed.keys.contains_key(&key);
                if free {
                    keyed.keys.insert(key, VecDeque::new());
                }
                free
            }
        }
    }

    /// Marks the key as no longer running.
    pub(crate) fn finish_key(&mut self, key: u64) {
        let Self::Keyed(keyed) = self else { return };
        match keyed.keys.get(&key).and_then(VecDeque::front) {
            Some(&(number, _)) => {
                keyed.ready.insert(number, key);
            }
            None => {
                keyed.keys.remove(&key);
            }
        }
    }

    pub(crate) fn push(&mut self, event: E, key: u64) {
        match self {
            Self::Plain(events) => events.push_back(event),
            Self::Keyed(keyed) => {
                let number = keyed.next_number;
                keyed.next_number += 1;
                keyed.arrivals.insert(number, key);
                keyed
                    .keys
                    .entry(key)
                    .or_insert_with(|| {
                        keyed.ready.insert(number, key);
                        VecDeque::new()
                    })
                    .push_back((number, event));
            }
        }
    }

    /// Removes the oldest event whose key is not running, and marks its key as running.
    pub(crate) fn pop(&mut self) -> Option<(E, u64)> {
        match self {
            Self::Plain(events) => events.pop_front().map(|event| (event, 0)),
            Self::Keyed(keyed) => {
                let (number, key) = keyed.ready.pop_first()?;
                keyed.arrivals.remove(&number);
                let (_, event) = keyed.keys.get_mut(&key)?.pop_front()?;
                Some((event, key))
            }
        }
    }

    /// Removes the oldest event.
    pub(crate) fn drop_oldest(&mut self) -> Option<E> {
        match self {
            Self::Plain(events) => events.pop_front(),
            Self::Keyed(keyed) => {
                let (number, key) = keyed.arrivals.pop_first()?;
                let events = keyed.keys.get_mut(&key)?;
                let (_, oldest) = events.pop_front()?;
                if keyed.ready.remove(&number).is_some() {
                    match events.front() {
                        Some(&(next, _)) => {
                            keyed.ready.insert(next, key);
                        }
                        None => {
                            keyed.keys.remove(&key);
                        }
                    }
                }
                Some(oldest)
            }
        }
    }

    /// Removes all events, the oldest first.
    pub(crate) fn drain(&mut self) -> Vec<E> {
        std::iter::from_fn(|| self.drop_oldest()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(queue: &mut Queue<&'static str>) -> Vec<&'static str> {
        std::iter::from_fn(|| {
            let (event, key) = queue.pop()?;
            queue.finish_key(key);
            Some(event)
        })
        .collect()
    }

    #[test]
    fn a_plain_queue_keeps_the_order_of_arrival() {
        let mut queue = Queue::new(false);
        for event in ["a", "b", "c"] {
            queue.push(event, 0);
        }
        assert_eq!(queue.drop_oldest(), Some("a"));
        assert_eq!(queue.len(), 2);
        assert_eq!(drain(&mut queue), ["b", "c"]);
    }

    #[test]
    fn events_of_a_running_key_are_skipped_until_its_run_finishes() {
        let mut queue = Queue::new(true);
        assert!(queue.start_key(1) && !queue.start_key(1));
        for (event, key) in [("a1", 1), ("b1", 2), ("a2", 1), ("b2", 2)] {
            queue.push(event, key);
        }
        assert_eq!(queue.pop(), Some(("b1", 2)));
        assert_eq!(queue.pop(), None, "both keys are running");
        queue.finish_key(1);
        assert_eq!(queue.pop(), Some(("a1", 1)));
        queue.finish_key(2);
        queue.finish_key(1);
        assert_eq!(drain(&mut queue), ["a2", "b2"]);
        assert!(queue.start_key(1), "the key is free again");
    }

    #[test]
    fn the_oldest_event_of_all_keys_is_dropped_and_the_order_is_kept() {
        let mut queue = Queue::new(true);
        for (event, key) in [("a1", 1), ("b1", 2), ("a2", 1), ("c1", 3), ("c2", 3)] {
            queue.push(event, key);
        }
        assert_eq!((queue.drop_oldest(), queue.drop_oldest()), (Some("a1"), Some("b1")));
        assert_eq!(queue.len(), 3);
        assert_eq!(drain(&mut queue), ["a2", "c1", "c2"]);
        assert_eq!((queue.len(), queue.start_key(2)), (0, true));
    }
}
