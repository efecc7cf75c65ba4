//! Limits of requests, retries and the cache.

use std::{
    any::TypeId,
    collections::HashMap,
    time::{Duration, Instant},
};

use auraxis_core::census::{Cache, Collection};

/// The maximum size of an answer, in bytes. 5,000 of the largest rows take about 10 MiB.
pub(super) const MAX_ANSWER: usize = 64 << 20;

/// The factor by which the cache is larger than auraxium's, which looks up rows one by one. Here, a batch may return a
/// hundred.
const SIZE_FACTOR: usize = 16;

/// The limits that [`CensusBuilder`](crate::census::CensusBuilder) sets.
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
    /// The maximum TTL of cache entries for rows that do not exist.
    pub(super) negative_ttl: Duration,
    /// The clock of the cache. The real clock, because in a replay's clock all rows would soon expire.
    pub(super) now: fn() -> Instant,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // The server has been observed to hang for 30 seconds after sending headers. A retry is faster.
            timeout: Duration::from_secs(10),
            // Two requests that hang, and a third that is answered.
            deadline: Duration::from_secs(30),
            // Enough to outlast a connection reset. Longer outages are left to the caller.
            retries: 3,
            retry_delay: Duration::from_millis(250),
            // The server documents no limit. With batches, this allows more than a thousand concurrent lookups.
            in_flight: 16,
            // Longer than a burst of events, and short compared to a request.
            batch_window: Duration::from_millis(5),
            quota: None,
            waiting: 1024,
            cache: true,
            caches: HashMap::new(),
            // Short, because rows may appear. Not zero, because an id without a row (a new character, a base without a
            // region) tends to occur again in the next events.
            negative_ttl: Duration::from_secs(10),
            now: Instant::now,
        }
    }
}

impl Limits {
    /// Returns the size and TTL of the cache for this type. Size 0 disables it.
    pub(super) fn cache_of<T: Collection>(&self) -> Cache {
        if !self.cache {
            return Cache { size: 0, ..T::CACHE };
        }
        let default = Cache { size: T::CACHE.size * SIZE_FACTOR, ..T::CACHE };
        self.caches.get(&TypeId::of::<T>()).copied().unwrap_or(default)
    }
}
