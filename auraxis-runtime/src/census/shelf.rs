//! Rows that are kept.

use std::{
    any::Any,
    sync::Arc,
    time::{Duration, Instant},
};

use auraxis_core::census;
use futures_util::future::BoxFuture;
use moka::{Expiry, future::Cache, policy::EvictionPolicy};

use super::Error;

/// That there is no row is kept for so long at most. New rows appear, so it must not be long; but whatever has no row
/// (a character that was just made, a base that is in no collection) tends to come again in the next events.
const ABSENT: Duration = Duration::from_secs(10);

/// A row of any type, or that there is none. One type for all keeps the cache from being compiled for each.
pub(super) type Kept = Option<Arc<dyn Any + Send + Sync>>;

/// The rows of one type that are kept, by id or name. Those that nobody wanted for longest go first.
#[derive(Clone, Debug)]
pub(super) struct Shelf(Cache<String, Kept>);

impl Shelf {
    pub(super) fn new(cache: census::Cache) -> Self {
        Self(
            Cache::builder()
                .max_capacity(cache.size as u64)
                .eviction_policy(EvictionPolicy::lru())
                .expire_after(Fresh(cache.ttl))
                .build(),
        )
    }

    /// The row with this key; if it is not here, the one that `load` brings, whose future is awaited once for all who
    /// ask at the same time. Errors are not kept.
    pub(super) async fn get(
        &self,
        key: String,
        load: impl FnOnce() -> BoxFuture<'static, Result<Kept, Error>>,
    ) -> Result<Kept, Error> {
        if let Some(kept) = self.0.get(&key).await {
            return Ok(kept);
        }
        self.0.try_get_with(key, load()).await.map_err(Arc::unwrap_or_clone)
    }

    /// Forgets that there is no row.
    pub(super) async fn forget_absence(&self, key: &str) {
        if let Some(None) = self.0.get(key).await {
            self.0.invalidate(key).await;
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

    use tokio::time::sleep;

    use super::*;

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
    async fn a_row_is_loaded_once_and_kept_for_its_time() {
        let (shelf, source) = (Shelf::new(census::Cache { size: 9, ttl: Some(Duration::from_millis(200)) }), source());
        let (one, other) = tokio::join!(
            shelf.get("1".into(), source.load(Some(Arc::new(5)))),
            shelf.get("1".into(), source.load(Some(Arc::new(6)))),
        );
        assert!(Arc::ptr_eq(&one.unwrap().unwrap(), &other.unwrap().unwrap()));
        shelf.get("1".into(), source.load(None)).await.unwrap();
        assert_eq!(source.loads(), 1);
        sleep(Duration::from_millis(220)).await;
        assert!(shelf.get("1".into(), source.load(None)).await.unwrap().is_none());
        assert_eq!(source.loads(), 2);
    }

    #[tokio::test]
    async fn without_room_nothing_is_kept_but_what_is_under_way_is_shared() {
        let (shelf, source) = (Shelf::new(census::Cache { size: 0, ttl: None }), source());
        let _ = tokio::join!(shelf.get("1".into(), source.load(None)), shelf.get("1".into(), source.load(None)));
        assert_eq!(source.loads(), 1);
        shelf.get("1".into(), source.load(None)).await.unwrap();
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
