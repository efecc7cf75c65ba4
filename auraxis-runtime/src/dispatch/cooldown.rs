//! The option `cooldown`: at most one run in a given time, for each key.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

/// The maximum number of keys that are remembered, about 2 MB: as many as there are characters on all worlds on a busy
/// evening. Beyond that, the oldest is forgotten.
const MAX_KEYS: usize = 65_536;

/// The keys that are cooling down.
#[derive(Debug)]
pub(crate) struct CoolingKeys {
    length_ms: i64,
    /// The latest time so far. Events do not arrive in the order of their times.
    now_ms: i64,
    /// When the last run of each key started.
    started: FxHashMap<u64, i64>,
    /// The same, in order of arrival.
    order: VecDeque<(i64, u64)>,
    max_keys: usize,
}

/// Whether an event can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cooling {
    /// It runs, and starts the cooldown of its key.
    Run,
    /// It runs, and another key, which was still cooling down, had to be forgotten.
    RunForgetting,
    /// The key is cooling down.
    Wait,
}

impl CoolingKeys {
    pub(crate) fn new(length_ms: i64) -> Self {
        Self { length_ms, now_ms: i64::MIN, started: FxHashMap::default(), order: VecDeque::new(), max_keys: MAX_KEYS }
    }

    /// Returns whether an event of this key can run at this time.
    pub(crate) fn start(&mut self, key: u64, now_ms: i64) -> Cooling {
        self.now_ms = self.now_ms.max(now_ms);
        let (now_ms, length_ms) = (self.now_ms, self.length_ms);
        let is_cooling = |started: i64| now_ms.saturating_sub(started) < length_ms;
        if self.started.get(&key).is_some_and(|&started| is_cooling(started)) {
            return Cooling::Wait;
        }
        while let Some(&(started, old)) = self.order.front()
            && !is_cooling(started)
        {
            self.order.pop_front();
            self.forget(old, started);
        }
        let is_full = self.order.len() >= self.max_keys;
        if is_full && let Some((started, old)) = self.order.pop_front() {
            self.forget(old, started);
        }
        self.started.insert(key, now_ms);
        self.order.push_back((now_ms, key));
        if is_full { Cooling::RunForgetting } else { Cooling::Run }
    }

    /// Forgets a run, unless the key has run again since.
    fn forget(&mut self, key: u64, started: i64) {
        if self.started.get(&key) == Some(&started) {
            self.started.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_number_of_keys_is_limited_and_old_ones_expire() {
        let mut keys = CoolingKeys { max_keys: 2, ..CoolingKeys::new(1_000) };
        assert_eq!((keys.start(1, 0), keys.start(2, 0)), (Cooling::Run, Cooling::Run));
        assert_eq!(keys.start(3, 10), Cooling::RunForgetting);
        assert_eq!(keys.start(2, 20), Cooling::Wait);
        assert_eq!(keys.start(1, 1_500), Cooling::Run);
        assert_eq!((keys.order.len(), keys.started.len()), (1, 1), "the others have expired");
    }

    proptest! {
        /// The reference remembers every run.
        #[test]
        fn each_key_runs_at_most_once_in_the_given_time(
            length in 1..40_i64,
            events in prop::collection::vec((0..4_u64, 0..60_i64, 0..30_i64), 0..200),
        ) {
            let mut keys = CoolingKeys::new(length);
            let (mut runs, mut on_time, mut latest) = (Vec::<(u64, i64)>::new(), 0, i64::MIN);
            for (key, step, late) in events {
                on_time += step;
                let time = on_time - late;
                latest = latest.max(time);
                let expected = runs.iter().all(|&(other, before)| other != key || latest - before >= length);
                if expected {
                    runs.push((key, latest));
                }
                prop_assert_eq!(keys.start(key, time) == Cooling::Run, expected);
                prop_assert!(keys.started.len() <= keys.order.len() && keys.order.len() <= 4);
            }
        }
    }
}
