//! Rows that are kept, and look-ups under way that others join.

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
use moka::{Expiry, policy::EvictionPolicy, sync::Cache};

use super::error::Error;

/// That there is no row is kept for so long at most. New rows appear, so it must not be long; but whatever has no row
/// (a character that was just made, a base that is in no collection) tends to come again in the next events.
const ABSENT: Duration = Duration::from_secs(10);

/// A row of any type, or that there is none. One type for all keeps the cache from being compiled for each.
pub(super) type Kept = Option<Arc<dyn Any + Send + Sync>>;

/// A look-up under way.
type Load = BoxFuture<'static, Result<Kept, Error>>;

/// The rows of one type that are kept, by id or name. Those that nobody wanted for longest go first.
#[derive(Clone)]
pub(super) struct RowCache {
    rows: Cache<String, Kept>,
    /// The look-ups under way, each owned by those who wait for it: it ends early only if all of them give up.
    loads: Arc<Mutex<Loads>>,
}

#[derive(Default)]
struct Loads {
    by_key: HashMap<String, (u64, WeakShared<Load>)>,
    begun: u64,
}

impl RowCache {
    pub(super) fn new(cache: census::Cache) -> Self {
        let rows = Cache::builder()
            .max_capacity(cache.size as u64)
            .eviction_policy(EvictionPolicy::lru())
            .expire_after(Fresh(cache.ttl))
            .build();
        Self { rows, loads: Arc::default() }
    }

    /// The row with this key; if it is not here, the one that `load` brings, which is made once for all who ask at the
    /// same time. Errors are not kept.
    pub(super) async fn get(&self, key: String, load: impl FnOnce() -> Load) -> Result<Kept, Error> {
        if let Some(kept) = self.rows.get(&key) {
            return Ok(kept);
        }
        let load = {
            let mut loads = lock(&self.loads);
            // What was under way a moment ago may be here now.
            if let Some(kept) = self.rows.get(&key) {
                return Ok(kept);
            }
            let under_way = loads.by_key.get(&key).and_then(|(_, load)| load.upgrade());
            under_way.unwrap_or_else(|| self.begin(&mut loads, key, load()))
        };
        load.await
    }

    fn begin(&self, loads: &mut Loads, key: String, load: Load) -> Shared<Load> {
        loads.begun += 1;
        let rows = self.rows.clone();
        let end = End { loads: Arc::clone(&self.loads), key: key.clone(), number: loads.begun };
        let load = async move {
            // A panic would leave others who wait without a word.
            let kept = AssertUnwindSafe(load).catch_unwind().await.unwrap_or_else(|_| Err(Error::panicked()))?;
            rows.insert(end.key.clone(), kept.clone());
            Ok(kept)
        };
        let load = load.boxed().shared();
        if let Some(weak) = load.downgrade() {
            loads.by_key.insert(key, (loads.begun, weak));
        }
        load
    }

    /// Forgets that there is no row.
    pub(super) fn forget_absence(&self, key: &str) {
        if let Some(None) = self.rows.get(key) {
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

/// Takes a look-up out of those under way when it ends, or when nobody waits for it any more.
struct End {
    loads: Arc<Mutex<Loads>>,
    key: String,
    number: u64,
}

impl Drop for End {
    fn drop(&mut self) {
        let mut loads = lock(&self.loads);
        // Another one may have begun since nobody waited for this one.
        if loads.by_key.get(&self.key).is_some_and(|(number, _)| *number == self.number) {
            loads.by_key.remove(&self.key);
        }
    }
}

/// How long entries count as fresh.
struct Fresh(Option<Duration>);

impl Fresh {
    fn time(&self, kept: &Kept) -> Option<Duration> {
        match kept {
            Some(_) => self.0,
            None => Some(self.0.map_or(ABSENT, |ttl| ttl.min(ABSENT))),
        }
    }
}

impl Expiry<String, Kept> for Fresh {
    fn expire_after_create(&self, _: &String, kept: &Kept, _: Instant) -> Option<Duration> {
        self.time(kept)
    }

    fn expire_after_update(&self, _: &String, kept: &Kept, _: Instant, _: Option<Duration>) -> Option<Duration> {
        self.time(kept)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::time::{sleep, timeout};

    use super::{super::error::ErrorKind, *};

    struct Source(Arc<AtomicUsize>);

    impl Source {
        fn load(&self, kept: Kept) -> impl FnOnce() -> BoxFuture<'static, Result<Kept, Error>> + use<> {
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
        let (cache, source) = (RowCache::new(census::Cache { size: 9, ttl: None }), source());
        let (one, other) = tokio::join!(
            cache.get("1".into(), source.load(Some(Arc::new(5)))),
            cache.get("1".into(), source.load(Some(Arc::new(6)))),
        );
        assert!(Arc::ptr_eq(&one.unwrap().unwrap(), &other.unwrap().unwrap()));
        cache.get("1".into(), source.load(None)).await.unwrap();
        assert_eq!(source.loads(), 1);
    }

    #[tokio::test]
    async fn a_row_is_not_kept_for_longer_than_its_time() {
        let (cache, source) =
            (RowCache::new(census::Cache { size: 9, ttl: Some(Duration::from_millis(20)) }), source());
        cache.get("1".into(), source.load(Some(Arc::new(5)))).await.unwrap();
        std::thread::sleep(Duration::from_millis(30));
        assert!(cache.get("1".into(), source.load(None)).await.unwrap().is_none());
        assert_eq!(source.loads(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_load_goes_on_as_long_as_one_waits_for_it_and_leaves_nothing_behind() {
        let (cache, source) = (RowCache::new(census::Cache { size: 9, ttl: None }), source());
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
        let cache = RowCache::new(census::Cache { size: 9, ttl: None });
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
        let (cache, source) = (RowCache::new(census::Cache { size: 0, ttl: None }), source());
        let _ = tokio::join!(cache.get("1".into(), source.load(None)), cache.get("1".into(), source.load(None)));
        assert_eq!(source.loads(), 1);
        cache.get("1".into(), source.load(None)).await.unwrap();
        assert_eq!(source.loads(), 2);
    }

    #[test]
    fn what_is_not_there_is_not_remembered_for_long() {
        let there: Kept = Some(Arc::new(()));
        assert_eq!((Fresh(None).time(&there), Fresh(None).time(&None)), (None, Some(ABSENT)));
        let second = Some(Duration::from_secs(1));
        assert_eq!((Fresh(second).time(&there), Fresh(second).time(&None)), (second, second));
    }

    fn source() -> Source {
        Source(Arc::default())
    }
}
