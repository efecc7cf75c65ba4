//! The cache of rows, and lookups in flight, which are shared.

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

use super::{error::Error, limits::Limits};

/// A row of any type, or that there is none. One type for all, so that the cache is not compiled once for each.
pub(super) type Cached = Option<Arc<dyn Any + Send + Sync>>;

/// A lookup in flight.
type Load = BoxFuture<'static, Result<Cached, Error>>;

/// The rows of one type, by id or name. The least recently used ones are evicted first.
#[derive(Clone)]
pub(super) struct RowCache {
    /// Each with the time until which it is fresh; `None` is for ever.
    rows: Cache<String, (Cached, Option<Instant>)>,
    ttl: Option<Duration>,
    /// How long it is cached at most that there is no row.
    absent: Duration,
    now: fn() -> Instant,
    /// Lookups in flight, owned by those who await them: one is dropped when nobody awaits it any more.
    loads: Arc<Mutex<Loads>>,
}

#[derive(Default)]
struct Loads {
    by_key: HashMap<String, (u64, WeakShared<Load>)>,
    started: u64,
}

impl RowCache {
    pub(super) fn new(census::Cache { size, ttl }: census::Cache, limits: &Limits) -> Self {
        let rows = Cache::builder().max_capacity(size as u64).eviction_policy(EvictionPolicy::lru()).build();
        Self { rows, ttl, absent: limits.absent, now: limits.now, loads: Arc::default() }
    }

    /// The row with this key. If it is not cached, `load` loads it, once for all who ask at the same time. Errors are not
    /// cached.
    pub(super) async fn get(&self, key: String, load: impl FnOnce() -> Load) -> Result<Cached, Error> {
        if let Some(row) = self.fresh(&key) {
            return Ok(row);
        }
        let load = {
            let mut loads = lock(&self.loads);
            // A load that has just ended has cached it.
            if let Some(row) = self.fresh(&key) {
                return Ok(row);
            }
            let in_flight = loads.by_key.get(&key).and_then(|(_, load)| load.upgrade());
            in_flight.unwrap_or_else(|| self.start(&mut loads, key, load()))
        };
        load.await
    }

    fn fresh(&self, key: &str) -> Option<Cached> {
        let (row, expiry) = self.rows.get(key)?;
        expiry.is_none_or(|expiry| (self.now)() < expiry).then_some(row)
    }

    fn insert(&self, key: String, row: Cached) {
        let ttl = if row.is_some() { self.ttl } else { Some(self.ttl.map_or(self.absent, |ttl| ttl.min(self.absent))) };
        // So far ahead that no clock reaches it is for ever.
        let expiry = ttl.and_then(|ttl| (self.now)().checked_add(ttl));
        self.rows.insert(key, (row, expiry));
    }

    fn start(&self, loads: &mut Loads, key: String, load: Load) -> Shared<Load> {
        loads.started += 1;
        let cache = self.clone();
        let end = End { loads: Arc::clone(&self.loads), key: key.clone(), number: loads.started };
        let load = async move {
            // Those who share it would get no answer if it panicked.
            let row = AssertUnwindSafe(load).catch_unwind().await.unwrap_or_else(|_| Err(Error::panicked()))?;
            cache.insert(end.key.clone(), row.clone());
            Ok(row)
        };
        let load = load.boxed().shared();
        if let Some(weak) = load.downgrade() {
            loads.by_key.insert(key, (loads.started, weak));
        }
        load
    }

    /// Forgets that there is no row with this key.
    pub(super) fn forget_absence(&self, key: &str) {
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

fn lock(loads: &Mutex<Loads>) -> MutexGuard<'_, Loads> {
    loads.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes a lookup from those in flight when it ends, or when nobody awaits it any more.
struct End {
    loads: Arc<Mutex<Loads>>,
    key: String,
    number: u64,
}

impl Drop for End {
    fn drop(&mut self) {
        let mut loads = lock(&self.loads);
        // Another one may have started after this one was dropped.
        if loads.by_key.get(&self.key).is_some_and(|(number, _)| *number == self.number) {
            loads.by_key.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::time::{advance, sleep, timeout};

    use super::{super::error::ErrorKind, *};

    const MINUTE: Duration = Duration::from_mins(1);

    struct Source(Arc<AtomicUsize>);

    impl Source {
        fn load(&self, kept: Cached) -> impl FnOnce() -> BoxFuture<'static, Result<Cached, Error>> + use<> {
            let loads = Arc::clone(&self.0);
            move || {
                Box::pin(async move {
                    sleep(Duration::from_millis(20)).await;
                    loads.fetch_add(1, Ordering::Relaxed);
                    Ok(kept)
                })
            }
        }

        fn loads(&self) -> usize {
            self.0.load(Ordering::Relaxed)
        }
    }

    #[tokio::test]
    async fn a_row_is_loaded_once_for_all_who_ask_and_kept() {
        let (cache, source) = (cache(9, None), source());
        let (one, other) = tokio::join!(
            cache.get("1".into(), source.load(Some(Arc::new(5)))),
            cache.get("1".into(), source.load(Some(Arc::new(6)))),
        );
        assert!(Arc::ptr_eq(&one.unwrap().unwrap(), &other.unwrap().unwrap()));
        cache.get("1".into(), source.load(None)).await.unwrap();
        assert_eq!(source.loads(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_row_is_not_cached_for_longer_than_its_time() {
        let (cache, source) = (cache(9, Some(MINUTE)), source());
        cache.get("1".into(), source.load(Some(Arc::new(5)))).await.unwrap();
        advance(Duration::from_secs(59)).await;
        assert!(cache.get("1".into(), source.load(None)).await.unwrap().is_some());
        advance(Duration::from_secs(1)).await;
        assert!(cache.get("1".into(), source.load(None)).await.unwrap().is_none());
        assert_eq!(source.loads(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_load_goes_on_as_long_as_one_waits_for_it_and_leaves_nothing_behind() {
        let (cache, source) = (cache(9, None), source());
        let brief = |key: &str| timeout(Duration::from_millis(5), cache.get(key.into(), source.load(None)));
        let (given_up, patient) = tokio::join!(brief("1"), cache.get("1".into(), source.load(None)));
        assert!(given_up.is_err() && patient.is_ok());
        assert_eq!(source.loads(), 1);
        assert!(brief("2").await.is_err());
        assert_eq!(source.loads(), 1, "nobody waited");
        assert!(lock(&cache.loads).by_key.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_load_that_panics_is_told_to_all_who_wait() {
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
        assert!(lock(&cache.loads).by_key.is_empty());
    }

    #[tokio::test]
    async fn without_room_nothing_is_kept_but_what_is_under_way_is_shared() {
        let (cache, source) = (cache(0, None), source());
        let _ = tokio::join!(cache.get("1".into(), source.load(None)), cache.get("1".into(), source.load(None)));
        assert_eq!(source.loads(), 1);
        cache.get("1".into(), source.load(None)).await.unwrap();
        assert_eq!(source.loads(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_not_cached_for_long_that_there_is_no_row() {
        let absent = Limits::default().absent;
        for (ttl, time) in [(None, absent), (Some(MINUTE), absent), (Some(absent / 2), absent / 2)] {
            let (cache, source) = (cache(9, ttl), source());
            for loads in [1, 2] {
                cache.get("1".into(), source.load(None)).await.unwrap();
                advance(time.saturating_sub(Duration::from_millis(1))).await;
                cache.get("1".into(), source.load(None)).await.unwrap();
                assert_eq!(source.loads(), loads, "{ttl:?}");
                advance(Duration::from_millis(1)).await;
            }
            cache.get("2".into(), source.load(None)).await.unwrap();
            cache.forget_absence("2");
            cache.get("2".into(), source.load(None)).await.unwrap();
            assert_eq!(source.loads(), 4, "{ttl:?}");
        }
    }

    fn cache(size: usize, ttl: Option<Duration>) -> RowCache {
        let now = || tokio::time::Instant::now().into_std();
        RowCache::new(census::Cache { size, ttl }, &Limits { now, ..Limits::default() })
    }

    fn source() -> Source {
        Source(Arc::default())
    }
}
