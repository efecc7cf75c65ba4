//! The cache of rows, which also shares lookups in flight.

use std::{
    any::Any,
    collections::HashMap,
    fmt,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use auraxis_core::census;
use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};
use moka::{policy::EvictionPolicy, sync::Cache};

use super::{error::Error, limits::Limits, stats::Counters};

/// A row of any type, or `None` if the row does not exist. Type-erased, so that the cache is compiled only once.
pub(super) type CachedRow = Option<Arc<dyn Any + Send + Sync>>;

/// A lookup in flight.
type Load = BoxFuture<'static, Result<CachedRow, Error>>;

/// The cached rows of one type, by id or name. The least recently used rows are evicted first.
#[derive(Clone)]
pub(super) struct RowCache {
    /// Each row with its time of expiry; `None` never expires.
    rows: Cache<String, (CachedRow, Option<Instant>)>,
    ttl: Option<Duration>,
    /// The maximum TTL of entries for rows that do not exist.
    negative_ttl: Duration,
    now: fn() -> Instant,
    /// Lookups in flight. The callers own them, so a lookup is dropped with its last caller.
    in_flight: Arc<Mutex<InFlight>>,
    counters: Arc<Counters>,
}

#[derive(Default)]
struct InFlight {
    by_key: HashMap<String, (u64, WeakShared<Load>)>,
    /// How many have been started, which numbers them.
    started: u64,
}

impl RowCache {
    pub(super) fn new(census::Cache { size, ttl }: census::Cache, limits: &Limits, counters: Arc<Counters>) -> Self {
        let rows = Cache::builder().max_capacity(size as u64).eviction_policy(EvictionPolicy::lru()).build();
        Self { rows, ttl, negative_ttl: limits.negative_ttl, now: limits.now, in_flight: Arc::default(), counters }
    }

    /// Returns the row with this key. If it is not cached, `load` loads it, once for all concurrent callers. Errors are
    /// not cached.
    pub(super) async fn get(&self, key: String, load: impl FnOnce() -> Load) -> Result<CachedRow, Error> {
        if let Some(row) = self.fresh(&key) {
            self.counters.looked_up(true);
            return Ok(row);
        }
        let load = {
            let mut in_flight = lock(&self.in_flight);
            // A lookup that has just finished has cached it.
            let row = self.fresh(&key);
            self.counters.looked_up(row.is_some());
            if let Some(row) = row {
                return Ok(row);
            }
            let shared = in_flight.by_key.get(&key).and_then(|(_, load)| load.upgrade());
            shared.unwrap_or_else(|| self.start(&mut in_flight, key, load()))
        };
        load.await
    }

    fn fresh(&self, key: &str) -> Option<CachedRow> {
        let (row, expiry) = self.rows.get(key)?;
        expiry.is_none_or(|expiry| (self.now)() < expiry).then_some(row)
    }

    fn insert(&self, key: String, row: CachedRow) {
        let negative_ttl = || self.ttl.map_or(self.negative_ttl, |ttl| ttl.min(self.negative_ttl));
        let ttl = if row.is_some() { self.ttl } else { Some(negative_ttl()) };
        // A TTL that overflows the clock never expires.
        let expiry = ttl.and_then(|ttl| (self.now)().checked_add(ttl));
        self.rows.insert(key, (row, expiry));
    }

    fn start(&self, in_flight: &mut InFlight, key: String, load: Load) -> Shared<Load> {
        in_flight.started += 1;
        let cache = self.clone();
        let guard =
            InFlightGuard { in_flight: Arc::clone(&self.in_flight), key: key.clone(), number: in_flight.started };
        let load = async move {
            // A panic would leave the callers that share the lookup without an answer.
            let row = AssertUnwindSafe(load).catch_unwind().await.unwrap_or_else(|_| Err(Error::panicked()))?;
            cache.insert(guard.key.clone(), row.clone());
            Ok(row)
        };
        let load = load.boxed().shared();
        if let Some(weak) = load.downgrade() {
            in_flight.by_key.insert(key, (in_flight.started, weak));
        }
        load
    }

    /// Removes the entry with this key if it says that the row does not exist.
    pub(super) fn remove_negative(&self, key: &str) {
        if let Some((None, _)) = self.rows.get(key) {
            self.rows.invalidate(key);
        }
    }
}

impl fmt::Debug for RowCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowCache").field("rows", &self.rows.entry_count()).finish_non_exhaustive()
    }
}

fn lock(in_flight: &Mutex<InFlight>) -> MutexGuard<'_, InFlight> {
    in_flight.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes a lookup from those in flight when it finishes, or when its last caller drops it.
struct InFlightGuard {
    in_flight: Arc<Mutex<InFlight>>,
    key: String,
    number: u64,
}

impl Drop for InFlightGuard {
    fn drop(&mut self) {
        let mut in_flight = lock(&self.in_flight);
        // Another lookup of the same row may have started since this one lost its last caller.
        if in_flight.by_key.get(&self.key).is_some_and(|(number, _)| *number == self.number) {
            in_flight.by_key.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::time::{advance, sleep, timeout};

    use super::{
        super::{error::ErrorKind, stats::RequestStats},
        *,
    };

    const MINUTE: Duration = Duration::from_mins(1);

    struct Source(Arc<AtomicUsize>);

    impl Source {
        fn load(&self, row: CachedRow) -> impl FnOnce() -> BoxFuture<'static, Result<CachedRow, Error>> + use<> {
            let loads = Arc::clone(&self.0);
            move || {
                Box::pin(async move {
                    sleep(Duration::from_millis(20)).await;
                    loads.fetch_add(1, Ordering::Relaxed);
                    Ok(row)
                })
            }
        }

        fn loads(&self) -> usize {
            self.0.load(Ordering::Relaxed)
        }
    }

    #[tokio::test]
    async fn a_row_is_loaded_once_for_concurrent_callers_and_cached() {
        let (cache, source) = (cache(9, None), source());
        let (one, other) = tokio::join!(
            cache.get("1".into(), source.load(Some(Arc::new(5)))),
            cache.get("1".into(), source.load(Some(Arc::new(6)))),
        );
        assert!(Arc::ptr_eq(&one.unwrap().unwrap(), &other.unwrap().unwrap()));
        cache.get("1".into(), source.load(None)).await.unwrap();
        assert_eq!(source.loads(), 1);
        let RequestStats { cache_hits, cache_misses, .. } = cache.counters.read();
        assert_eq!((cache_hits, cache_misses), (1, 2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_row_expires_after_its_ttl() {
        let (cache, source) = (cache(9, Some(MINUTE)), source());
        cache.get("1".into(), source.load(Some(Arc::new(5)))).await.unwrap();
        advance(Duration::from_secs(59)).await;
        assert!(cache.get("1".into(), source.load(None)).await.unwrap().is_some());
        advance(Duration::from_secs(1)).await;
        assert!(cache.get("1".into(), source.load(None)).await.unwrap().is_none());
        assert_eq!(source.loads(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_lookup_continues_until_its_last_caller_drops_it() {
        let (cache, source) = (cache(9, None), source());
        let brief = |key: &str| timeout(Duration::from_millis(5), cache.get(key.into(), source.load(None)));
        let (dropped, patient) = tokio::join!(brief("1"), cache.get("1".into(), source.load(None)));
        assert!(dropped.is_err() && patient.is_ok());
        assert_eq!(source.loads(), 1);
        assert!(brief("2").await.is_err());
        assert_eq!(source.loads(), 1, "the last caller dropped it");
        assert!(lock(&cache.in_flight).by_key.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_panic_is_reported_to_all_callers() {
        let cache = cache(9, None);
        let explode = || async {
            sleep(Duration::from_millis(20)).await;
            panic!("on purpose")
        };
        let (one, other) =
            tokio::join!(cache.get("1".into(), || explode().boxed()), cache.get("1".into(), || explode().boxed()),);
        for answer in [one, other] {
            assert_eq!(*answer.err().unwrap().kind(), ErrorKind::Panicked);
        }
        assert!(lock(&cache.in_flight).by_key.is_empty());
    }

    #[tokio::test]
    async fn a_cache_of_size_0_still_shares_lookups_in_flight() {
        let (cache, source) = (cache(0, None), source());
        let _ = tokio::join!(cache.get("1".into(), source.load(None)), cache.get("1".into(), source.load(None)));
        assert_eq!(source.loads(), 1);
        cache.get("1".into(), source.load(None)).await.unwrap();
        assert_eq!(source.loads(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn negative_entries_expire_early() {
        let negative = Limits::default().negative_ttl;
        for (ttl, time) in [(None, negative), (Some(MINUTE), negative), (Some(negative / 2), negative / 2)] {
            let (cache, source) = (cache(9, ttl), source());
            for loads in [1, 2] {
                cache.get("1".into(), source.load(None)).await.unwrap();
                advance(time.saturating_sub(Duration::from_millis(1))).await;
                cache.get("1".into(), source.load(None)).await.unwrap();
                assert_eq!(source.loads(), loads, "{ttl:?}");
                advance(Duration::from_millis(1)).await;
            }
            cache.get("2".into(), source.load(None)).await.unwrap();
            cache.remove_negative("2");
            cache.get("2".into(), source.load(None)).await.unwrap();
            assert_eq!(source.loads(), 4, "{ttl:?}");
        }
    }

    fn cache(size: usize, ttl: Option<Duration>) -> RowCache {
        let now = || tokio::time::Instant::now().into_std();
        RowCache::new(census::Cache { size, ttl }, &Limits { now, ..Limits::default() }, Arc::default())
    }

    fn source() -> Source {
        Source(Arc::default())
    }
}
