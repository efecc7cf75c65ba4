//! Looking up one row: from what is kept, together with whoever asks for the same, or in one request with others.

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
    Error,
    batch::Batch,
    carrier::Carrier,
    shelf::{Kept, Shelf},
};

/// The look-ups of each type.
#[derive(Debug, Default)]
pub(super) struct Lookups(Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl Lookups {
    pub(super) fn of<T: Collection>(&self, carrier: &Arc<Carrier>) -> Arc<Lookup<T>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lookup = all.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(Lookup::<T>::new(carrier)));
        // An entry is of the type that its key says.
        Arc::clone(lookup).downcast().unwrap_or_else(|_| Arc::new(Lookup::new(carrier)))
    }
}

/// The look-ups of one type.
#[derive(Debug)]
pub(super) struct Lookup<T: Collection> {
    carrier: Arc<Carrier>,
    shelf: Shelf,
    batch: Batch<T>,
}

impl<T: Collection> Lookup<T> {
    fn new(carrier: &Arc<Carrier>) -> Self {
        Self {
            carrier: Arc::clone(carrier),
            shelf: Shelf::new(carrier.limits().cache_of::<T>()),
            batch: Batch::new(Arc::clone(carrier)),
        }
    }

    pub(super) async fn by_id(self: &Arc<Self>, id: T::Id) -> Result<Option<T>, Error> {
        let id = T::key(id);
        let load = || {
            let lookup = Arc::clone(self);
            Box::pin(async move { Ok(keep(lookup.batch.load(id).await?.or_else(|| T::fallback(id)))) }) as _
        };
        Ok(row(&self.shelf.get(id.to_value(), load).await?))
    }

    /// As [`by_id`](Self::by_id), but does not believe it if the last answer was that there is no such row.
    pub(super) async fn by_id_again(self: &Arc<Self>, id: T::Id) -> Result<Option<T>, Error> {
        self.shelf.forget_absence(&T::key(id).to_value());
        self.by_id(id).await
    }

    pub(super) async fn by_name(&self, name: &str, locale: Locale) -> Result<Option<T>, Error>
    where
        T: Named,
    {
        let load = || {
            let (carrier, name) = (Arc::clone(&self.carrier), name.to_owned());
            Box::pin(async move {
                let query = T::by_name(&name, locale);
                let answer = carrier.ask(query, Verb::Get, |reply, query| reply.rows::<T>(query)).await?;
                Ok(keep(answer.rows.into_iter().find(|row| row.is_called(&name, locale))))
            }) as _
        };
        // No id has a space in it.
        let key = format!("{locale} {}", name.to_lowercase());
        Ok(row(&self.shelf.get(key, load).await?))
    }
}

fn keep<T: Collection>(row: Option<T>) -> Kept {
    row.map(|row| Arc::new(row) as _)
}

fn row<T: Collection>(kept: &Kept) -> Option<T> {
    kept.as_ref()?.downcast_ref().cloned()
}
