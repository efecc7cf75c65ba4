//! The events that wait in a lane, in order of arrival or in order for each key.

use std::collections::{BTreeMap, VecDeque};

use rustc_hash::FxHashMap;

/// The queue of a lane.
pub(crate) enum Waiting<E> {
    /// First come, first served.
    Plain(VecDeque<E>),
    /// First come, first served among those whose key is not under way.
    Keyed(Keyed<E>),
}

pub(crate) struct Keyed<E> {
    /// The events of each key that is under way or has events waiting, by number of arrival.
    keys: FxHashMap<u64, VecDeque<(u64, E)>>,
    /// The first event of each key that is not under way: number of arrival → key.
    ready: BTreeMap<u64, u64>,
    /// All that wait, for dropping the oldest: number of arrival → key.
    arrivals: BTreeMap<u64, u64>,
    arrived: u64,
}

impl<E> Waiting<E> {
    pub(crate) fn new(keyed: bool) -> Self {
        if keyed {
            Self::Keyed(Keyed {
                keys: FxHashMap::default(),
                ready: BTreeMap::new(),
                arrivals: BTreeMap::new(),
                arrived: 0,
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

    /// Marks the key as under way, if nothing of it is under way or waits.
    pub(crate) fn begin(&mut self, key: u64) -> bool {
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

    /// Marks the key as no longer under way.
    pub(crate) fn end(&mut self, key: u64) {
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
                let number = keyed.arrived;
                keyed.arrived += 1;
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

    /// The event that came first of those that may start. Its key is under way from now on.
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

    /// Drops the event that came first of all that wait.
    pub(crate) fn drop_oldest(&mut self) {
        match self {
            Self::Plain(events) => {
                events.pop_front();
            }
            Self::Keyed(keyed) => {
                let Some((number, key)) = keyed.arrivals.pop_first() else { return };
                let Some(events) = keyed.keys.get_mut(&key) else { return };
                events.pop_front();
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
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(waiting: &mut Waiting<&'static str>) -> Vec<&'static str> {
        std::iter::from_fn(|| {
            let (event, key) = waiting.pop()?;
            waiting.end(key);
            Some(event)
        })
        .collect()
    }

    #[test]
    fn a_plain_queue_keeps_the_order_of_arrival() {
        let mut waiting = Waiting::new(false);
        for event in ["a", "b", "c"] {
            waiting.push(event, 0);
        }
        waiting.drop_oldest();
        assert_eq!(waiting.len(), 2);
        assert_eq!(drain(&mut waiting), ["b", "c"]);
    }

    #[test]
    fn a_key_that_is_under_way_is_passed_over_until_it_ends() {
        let mut waiting = Waiting::new(true);
        assert!(waiting.begin(1) && !waiting.begin(1));
        for (event, key) in [("a1", 1), ("b1", 2), ("a2", 1), ("b2", 2)] {
            waiting.push(event, key);
        }
        assert_eq!(waiting.pop(), Some(("b1", 2)));
        assert_eq!(waiting.pop(), None, "both keys are under way");
        waiting.end(1);
        assert_eq!(waiting.pop(), Some(("a1", 1)));
        waiting.end(2);
        waiting.end(1);
        assert_eq!(drain(&mut waiting), ["a2", "b2"]);
        assert!(waiting.begin(1), "nothing of it is left");
    }

    #[test]
    fn the_oldest_of_all_keys_is_dropped_and_the_order_stays() {
        let mut waiting = Waiting::new(true);
        for (event, key) in [("a1", 1), ("b1", 2), ("a2", 1), ("c1", 3), ("c2", 3)] {
            waiting.push(event, key);
        }
        waiting.drop_oldest();
        waiting.drop_oldest();
        assert_eq!(waiting.len(), 3);
        assert_eq!(drain(&mut waiting), ["a2", "c1", "c2"]);
        assert_eq!((waiting.len(), waiting.begin(2)), (0, true));
    }
}
