//! Counts events by kind and world, and their lag.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use auraxis_core::{
    delivery::{Delivery, Origin},
    event::{Event, EventKind},
    histogram::Recorder,
    id::WorldId,
};
use auraxis_runtime::{Client, Tap, health::Histogram};
use rustc_hash::FxHashMap;

use super::table::MAX_WORLDS;

/// What a client has delivered since this was created.
#[derive(Debug, Default)]
pub(super) struct Counts {
    worlds: Mutex<Vec<(Place, Arc<Kinds>)>>,
    lag: Recorder,
    recovered: AtomicU64,
}

/// Where events happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// They do not concern one world.
    Nowhere,
    World(WorldId),
    /// In worlds beyond the limit.
    Elsewhere,
}

/// Counters by kind, written by the thread of the stream only.
#[derive(Debug)]
pub(super) struct Kinds([AtomicU64; EventKind::COUNT]);

/// Worlds with smaller numbers, which are all that exist, are found without hashing.
const NEAR: usize = 2048;

/// Counts on the thread of the stream.
struct CountsTap {
    counts: Arc<Counts>,
    nowhere: Arc<Kinds>,
    near: Box<[Option<Arc<Kinds>>; NEAR]>,
    far: FxHashMap<WorldId, Arc<Kinds>>,
    /// The number of worlds in both.
    worlds: usize,
    /// Set when there are too many worlds.
    elsewhere: Option<Arc<Kinds>>,
}

impl Counts {
    /// Counts what the client delivers from now on.
    pub(super) fn tap(client: &Client) -> Arc<Self> {
        let counts = Arc::<Self>::default();
        if let Err(error) = client.tap(CountsTap::new(Arc::clone(&counts))) {
            tracing::warn!("the metrics do not count events: {error}");
        }
        counts
    }

    /// Returns the number of events of each kind of these kinds, where there are any.
    pub(super) fn of(&self, kinds: impl Iterator<Item = EventKind> + Clone) -> Vec<(Place, EventKind, u64)> {
        let places = self.worlds.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = places.iter().flat_map(|(place, counted)| {
            kinds.clone().map(|kind| (*place, kind, counted.get(kind))).filter(|(.., count)| *count > 0)
        });
        counts.collect()
    }

    pub(super) fn lag(&self) -> Histogram {
        self.lag.read()
    }

    /// Returns the number of events that were recovered from REST.
    pub(super) fn recovered(&self) -> u64 {
        self.recovered.load(Relaxed)
    }

    fn add_place(&self, place: Place) -> Arc<Kinds> {
        let kinds = Arc::new(Kinds([const { AtomicU64::new(0) }; EventKind::COUNT]));
        self.worlds.lock().unwrap_or_else(PoisonError::into_inner).push((place, Arc::clone(&kinds)));
        kinds
    }
}

impl Kinds {
    fn get(&self, kind: EventKind) -> u64 {
        self.0[kind as usize].load(Relaxed)
    }

    fn add(&self, kind: EventKind) {
        increment(&self.0[kind as usize]);
    }
}

impl CountsTap {
    fn new(counts: Arc<Counts>) -> Self {
        let nowhere = counts.add_place(Place::Nowhere);
        Self {
            counts,
            nowhere,
            near: Box::new([const { None }; NEAR]),
            far: FxHashMap::default(),
            worlds: 0,
            elsewhere: None,
        }
    }

    fn world(&self, world: WorldId) -> Option<&Kinds> {
        match self.near.get(world.0 as usize) {
            Some(kinds) => kinds.as_deref(),
            None => self.far.get(&world).map(AsRef::as_ref),
        }
    }

    #[cold]
    fn new_world(&mut self, world: WorldId) -> &Kinds {
        if self.worlds == MAX_WORLDS {
            return self.elsewhere.get_or_insert_with(|| self.counts.add_place(Place::Elsewhere));
        }
        self.worlds += 1;
        let kinds = self.counts.add_place(Place::World(world));
        match self.near.get_mut(world.0 as usize) {
            Some(near) => near.insert(kinds),
            None => self.far.entry(world).or_insert(kinds),
        }
    }
}

impl Tap for CountsTap {
    fn event(&mut self, event: &Event, _: Option<&str>, delivery: &Delivery) {
        let kind = event.kind();
        match event.world_id() {
            None => self.nowhere.add(kind),
            Some(world) => match self.world(world) {
                Some(kinds) => kinds.add(kind),
                None => self.new_world(world).add(kind),
            },
        }
        if !is_of_the_game(kind) {
            return;
        }
        if delivery.origin == Origin::Backfill {
            increment(&self.counts.recovered);
        } else if kind != EventKind::Unknown || event.timestamp().is_some() {
            self.counts.lag.record_unshared(delivery.lag);
        }
    }

    fn needs_text(&self) -> bool {
        false
    }
}

/// Returns whether events of this kind come from the game. Their kinds are declared first.
const fn is_of_the_game(kind: EventKind) -> bool {
    kind as usize <= EventKind::Unknown as usize
}

/// Increments a counter that no other thread increments.
fn increment(counter: &AtomicU64) {
    counter.store(counter.load(Relaxed) + 1, Relaxed);
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn the_kinds_of_the_game_come_first() {
        let own = [EventKind::SIGNALS, EventKind::DERIVED].concat();
        assert!(EventKind::ALL.iter().chain([&EventKind::Unknown]).all(|kind| is_of_the_game(*kind)));
        assert!(!own.into_iter().any(is_of_the_game));
    }

    #[test]
    fn worlds_beyond_the_limit_are_counted_together() {
        let counts = Arc::<Counts>::default();
        let mut tap = CountsTap::new(Arc::clone(&counts));
        let delivery = Delivery::new(SystemTime::now(), Origin::Live);
        // Half of the worlds within the limit have large numbers.
        for world in (NEAR - MAX_WORLDS / 2)..(NEAR - MAX_WORLDS / 2 + 1000) {
            let json =
                format!(r#"{{"event_name":"PlayerLogin","character_id":"1","timestamp":"1","world_id":"{world}"}}"#);
            let event: Event = serde_json::from_str(&json).unwrap();
            (0..2).for_each(|_| tap.event(&event, None, &delivery));
        }
        let found = counts.of(EventKind::ALL.iter().copied());
        assert_eq!(found.len(), MAX_WORLDS + 1);
        assert_eq!(found[0], (Place::World(WorldId(1920)), EventKind::PlayerLogin, 2));
        assert_eq!(found[MAX_WORLDS], (Place::Elsewhere, EventKind::PlayerLogin, 2 * (1000 - MAX_WORLDS as u64)));
        assert_eq!(counts.lag().count(), 2000);
    }
}
