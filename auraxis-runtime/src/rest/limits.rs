//! Bounds on requests, retries and the cache.

use std::{
    any::TypeId,
    collections::HashMap,
    time::{Duration, Instant},
};

use auraxis_core::census::{Cache, Collection};

/// The largest answer that is read, in bytes. 5,000 of the largest rows make about 10 MiB.
pub(super) const MAX_ANSWER: usize = 64 << 20;

/// How many times as many rows are cached as in auraxium, which looks up one at a time: here a batch brings a hundred.
const ROOM: usize = 16;

/// What a [`CensusBuilder`](crate::census::CensusBuilder) can set.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    pub(super) timeout: Duration,
    pub(super) deadline: Duration,
    pub(super) retries: u32,
    pub(super) retry_delay: Duration,
    pub(super) in_flight: usize,
    pub(super) batch_window: Duration,
    pub(super) quota: Option<(usize, Duration)>,
    pub(super) waiting: usize,
    pub(super) cache: bool,
    pub(super) caches: HashMap<TypeId, Cache>,
    /// How long it is cached at most that there is no row.
    pub(super) absent: Duration,
    /// The clock of the cache. The real one: a replay would soon find every row stale.
    pub(super) now: fn() -> Instant,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // The server has been seen to hang for 30 seconds after its headers: asking again is quicker.
            timeout: Duration::from_secs(10),
            // Two hangs and an answer.
            deadline: Duration::from_secs(30),
            // With their delays enough to outlive a reset; an outage of minutes is for the caller to decide about.
            retries: 3,
            retry_delay: Duration::from_millis(250),
            // No limit is documented. With batches, this is more than a thousand lookups at once.
            in_flight: 16,
            // One burst of events; little against the time of a request.
            batch_window: Duration::from_millis(5),
            quota: None,
            waiting: 1024,
            cache: true,
            caches: HashMap::new(),
            // New rows appear, so not for long; but what has no row (a new character, a base without a region) tends to
            // occur again in the next events.
            absent: Duration::from_secs(10),
            now: Instant::now,
        }
    }
}

impl Limits {
    /// How many rows of this type are cached, and for how long. 0 disables the cache.
    pub(super) fn cache_of<T: Collection>(&self) -> Cache {
        if !self.cache {
            return Cache { size: 0, ..T::CACHE };
        }
        let usual = Cache { size: T::CACHE.size * ROOM, ..T::CACHE };
        self.caches.get(&TypeId::of::<T>()).copied().unwrap_or(usual)
    }
}
