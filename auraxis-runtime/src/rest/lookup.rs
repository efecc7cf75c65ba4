//! Looks up one row: in the cache, by sharing a lookup in flight, or in a batch with other rows.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use auraxis_core::{
    census::{Collection, Named, ToValue, Verb},
    ps2::Locale,
};

use super::{
    batch::Batch,
    cache::{CachedRow, RowCache},
    error::Error,
    transport::Transport,
};

/// The lookups, by type.
#[derive(Debug, Default)]
pub(super) struct Lookups(Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl Lookups {
    pub(super) fn of<T: Collection>(&self, transport: &Arc<Transport>) -> Arc<Lookup<T>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lookup = all.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(Lookup::<T>::new(transport)));
        // The downcast never fails: the key is the entry's type.
        Arc::clone(lookup).downcast().unwrap_or_else(|_| Arc::new(Lookup::new(transport)))
    }
}

/// Looks up rows of one type.
#[derive(Debug)]
pub(super) struct Lookup<T: Collection> {
    transport: Arc<Transport>,
    cache: RowCache,
    batch: Batch<T>,
}

impl<T: Collection> Lookup<T> {
    fn new(transport: &Arc<Transport>) -> Self {
        Self {
            transport: Arc::clone(transport),
            cache: RowCache::new(
                transport.limits().cache_of::<T>(),
                transport.limits(),
                Arc::clone(transport.counters()),
            ),
            batch: Batch::new(Arc::clone(transport)),
        }
    }

    pub(super) async fn by_id(self: &Arc<Self>, id: T::Id) -> Result<Option<T>, Error> {
        let id = T::key(id);
        let load = || {
            let lookup = Arc::clone(self);
            Box::pin(async move { Ok(cached(lookup.batch.load(id).await?.or_else(|| T::fallback(id)))) }) as _
        };
        Ok(row(&self.cache.get(id.to_value(), load).await?))
    }

    /// Like [`by_id`](Self::by_id), but ignores a cache entry that says that the row does not exist.
    pub(super) async fn by_id_again(self: &Arc<Self>, id: T::Id) -> Result<Option<T>, Error> {
        self.cache.remove_negative(&T::key(id).to_value());
        self.by_id(id).await
    }

    pub(super) async fn by_name(&self, name: &str, locale: Locale) -> Result<Option<T>, Error>
    where
        T: Named,
    {
        let load = || {
            let (transport, name) = (Arc::clone(&self.transport), name.to_owned());
            Box::pin(async move {
                let query = T::by_name(&name, locale);
                let answer = transport.request(query, Verb::Get, |reply, query| reply.rows::<T>(query)).await?;
                Ok(cached(answer.rows.into_iter().find(|row| row.is_called(&name, locale))))
            }) as _
        };
        // Ids contain no space, so names and ids cannot collide.
        let key = format!("{locale} {}", name.to_lowercase());
        Ok(row(&self.cache.get(key, load).await?))
    }
}

fn cached<T: Collection>(row: Option<T>) -> CachedRow {
    row.map(|row| Arc::new(row) as _)
}

fn row<T: Collection>(cached: &CachedRow) -> Option<T> {
    cached.as_ref()?.downcast_ref().cloned()
}
