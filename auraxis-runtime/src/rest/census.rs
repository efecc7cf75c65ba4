//! The client of the REST API.

use std::sync::Arc;

use auraxis_core::{
    census::{Answer, Collection, Fault, FaultKind, Fetch, Named, Query, Reply, Verb},
    ps2::Locale,
};
use futures_util::future::try_join_all;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use tokio::{sync::Semaphore, time::Instant};

use super::{
    error::Error,
    http::Backend,
    limits::Limits,
    lookup::{Lookup, Lookups},
    traffic::Traffic,
    transport::Transport,
};
use crate::{config::Config, real_time::RealTime, shutdown::Shutdown};

/// A client of the REST API. Clones are the same client.
///
/// It works on its own, within any Tokio runtime (if there are several, all must keep running: they wait for each other's
/// look-ups); every [`Client`](crate::Client) has one.
///
/// ```no_run
/// # use auraxis_core::ps2::{Character, Locale};
/// # use auraxis_runtime::census::Census;
/// # async fn example() -> auraxis_runtime::Result {
/// let census = Census::builder().service_id("s:example").build()?;
/// if let Some(character) = census.get_by_name::<Character>("higby").await? {
///     let friends = character.friends(&census).await?;
///     println!("{} has {} friends", character.name_long(&census).await?, friends.len());
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Every question has the same: see [`ErrorKind`] for what happens on the way, and [`FaultKind`] for what the server
/// has to say.
///
/// # Cancel safety
///
/// Any question can be dropped; what others wait for goes on for them.
#[derive(Clone, Debug)]
pub struct Census(pub(super) Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    transport: Arc<Transport>,
    lookups: Lookups,
    /// Places for look-ups that wait until there is a row.
    pub(super) waiting: Semaphore,
    pub(super) shutdown: Shutdown,
    pub(super) start: Instant,
}

impl Census {
    pub(super) fn new(config: &Config, limits: Limits, http: Backend, shutdown: Shutdown) -> Self {
        let waiting = Semaphore::new(limits.waiting);
        let transport = Arc::new(Transport::new(config, limits, http));
        Self(Arc::new(Inner { transport, lookups: Lookups::default(), waiting, shutdown, start: Instant::now() }))
    }

    /// The row with this id, if there is one.
    ///
    /// Rows are kept for a while (see [`CensusBuilder::cache`]), and look-ups at the same time become one request, so
    /// this can be called for every event. New characters and outfits appear only minutes after they were made:
    /// [`wait_until_known`](Self::wait_until_known) waits for them.
    ///
    /// # Errors
    ///
    /// If the server does not answer, or not this.
    pub async fn get_by_id<T: Collection>(&self, id: impl Into<T::Id>) -> Result<Option<T>, Error> {
        self.by_id(id.into()).await
    }

    /// The rows with these ids, in the same order; those that there are none for are left out. As many
    /// [`get_by_id`](Self::get_by_id) at once, so what is kept is not asked for.
    ///
    /// # Errors
    ///
    /// If the server does not answer, or not this.
    pub async fn get_by_ids<T: Collection>(&self, ids: &[T::Id]) -> Result<Vec<T>, Error> {
        let rows = try_join_all(ids.iter().map(|id| self.get_by_id(*id))).await?;
        Ok(rows.into_iter().flatten().collect())
    }

    /// The row with this name, whatever its capital letters, if there is one. Names that are not the same in all
    /// languages are English. Kept and shared as with [`get_by_id`](Self::get_by_id).
    ///
    /// # Errors
    ///
    /// If the server does not answer, or not this.
    pub async fn get_by_name<T: Named>(&self, name: &str) -> Result<Option<T>, Error> {
        self.get_by_name_in(name, Locale::En).await
    }

    /// As [`get_by_name`](Self::get_by_name), in another language.
    ///
    /// # Errors
    ///
    /// If the server does not answer, or not this.
    pub async fn get_by_name_in<T: Named>(&self, name: &str, locale: Locale) -> Result<Option<T>, Error> {
        self.lookup().by_name(name, locale).await
    }

    /// How many look-ups wait at the moment for rows that are not known yet.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.transport.limits().waiting - self.0.waiting.available_permits()
    }

    /// What was asked so far.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.0.transport.counters().read()
    }

    /// The rows that a query asks for: one, unless it has a [`limit`](Query::limit). Any type does that can be read from a
    /// row; the server writes all values as texts, so numbers in structs of your own need
    /// [`number`](auraxis_core::census::number).
    ///
    /// # Errors
    ///
    /// If the server does not answer, or not this.
    pub async fn rows<T: DeserializeOwned + Send + 'static>(&self, query: Query) -> Result<Vec<T>, Error> {
        Ok(self.answer(query).await?.rows)
    }

    /// As [`rows`](Self::rows), with what the server says about them: how long it took if the query has
    /// [`timing`](Query::timing), how many values there are if it has [`distinct`](Query::distinct).
    ///
    /// # Errors
    ///
    /// If the server does not answer, or not this.
    pub async fn answer<T: DeserializeOwned + Send + 'static>(&self, query: Query) -> Result<Answer<T>, Error> {
        self.0.transport.ask(query, Verb::Get, |reply, query| reply.rows(query)).await
    }

    /// How many rows a query finds.
    ///
    /// # Errors
    ///
    /// If the server does not answer, or not this; if rows of the collection cannot be counted.
    pub async fn count(&self, query: Query) -> Result<u64, Error> {
        self.0.transport.ask(query, Verb::Count, |reply, query| reply.count(query)).await
    }

    /// The whole answer to a query, whatever it looks like, unless it says that something is wrong.
    ///
    /// # Errors
    ///
    /// If the server does not answer, or with an error.
    pub async fn request(&self, query: Query, verb: Verb) -> Result<Value, Error> {
        self.0.transport.ask(query, verb, move |reply, query| whole(reply, query, verb)).await
    }

    /// Says what was asked, at the end.
    pub(crate) fn tell(&self) {
        let traffic = self.traffic();
        if traffic.retries + traffic.failures > 0 {
            tracing::warn!("REST: {traffic}");
        } else {
            tracing::debug!("REST: {traffic}");
        }
    }

    /// Who waits for an answer.
    pub(crate) fn real_time(&self) -> &RealTime {
        self.0.transport.real_time()
    }

    pub(super) fn lookup<T: Collection>(&self) -> Arc<Lookup<T>> {
        self.0.lookups.of(&self.0.transport)
    }
}

/// Reads an answer of any shape.
fn whole(reply: Reply<'_>, query: &Query, verb: Verb) -> Result<Value, Fault> {
    let fault = match verb {
        Verb::Get => reply.rows::<IgnoredAny>(query).err(),
        Verb::Count => reply.count(query).err(),
    };
    match (serde_json::from_slice(reply.body), fault) {
        (Ok(value), None) => Ok(value),
        (Ok(value), Some(fault)) if matches!(fault.kind(), FaultKind::Payload { .. }) => Ok(value),
        (_, Some(fault)) => Err(fault),
        // What can be read as rows can be read at all.
        (Err(_), None) => Ok(Value::Null),
    }
}

impl Fetch for Census {
    type Error = Error;

    async fn rows<T: DeserializeOwned + Send + 'static>(&self, query: Query) -> Result<Vec<T>, Error> {
        self.rows(query).await
    }

    async fn by_id<T: Collection>(&self, id: T::Id) -> Result<Option<T>, Error> {
        self.lookup().by_id(id).await
    }

    async fn by_ids<T: Collection>(&self, ids: &[T::Id]) -> Result<Vec<T>, Error> {
        self.get_by_ids(ids).await
    }
}
