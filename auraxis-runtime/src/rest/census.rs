//! The REST API client.

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
    stats::RequestStats,
    transport::Transport,
};
use crate::{config::Config, real_time::RealTime, shutdown::Shutdown};

/// A client of the REST API. Cloning is cheap, and clones share everything.
///
/// It can be used on its own, in any Tokio runtime; every [`Client`](crate::Client) also has one. If it is used from
/// several runtimes, all of them must keep running, because they share lookups.
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
/// All methods that send a request return an error if it fails: see [`ErrorKind`](crate::census::ErrorKind) for
/// failures of the network, and [`FaultKind`] for those reported by the server. Transient failures are
/// [retried](crate::census::CensusBuilder::retries).
///
/// # Cancel safety
///
/// Every method is cancel safe. A lookup that other callers share continues for them.
#[derive(Clone, Debug)]
pub struct Census(pub(super) Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    transport: Arc<Transport>,
    lookups: Lookups,
    /// Permits for lookups that wait until a row appears.
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

    /// Returns the row with this id, or `None` if it does not exist.
    ///
    /// Rows are [cached](crate::census::CensusBuilder::cache) and concurrent lookups share requests, so this can be
    /// called for every event. New characters and outfits appear some minutes after their creation:
    /// [`wait_until_known`](Self::wait_until_known) waits for them.
    ///
    /// # Errors
    ///
    /// Returns an error if the request fails.
    pub async fn get_by_id<T: Collection>(&self, id: impl Into<T::Id>) -> Result<Option<T>, Error> {
        self.by_id(id.into()).await
    }

    /// Returns the rows with these ids, in the same order, without those that do not exist. Equivalent to concurrent
    /// calls of [`get_by_id`](Self::get_by_id).
    ///
    /// # Errors
    ///
    /// Returns an error if the request fails.
    pub async fn get_by_ids<T: Collection>(&self, ids: &[T::Id]) -> Result<Vec<T>, Error> {
        let rows = try_join_all(ids.iter().map(|id| self.get_by_id(*id))).await?;
        Ok(rows.into_iter().flatten().collect())
    }

    /// Returns the row with this name, ignoring case, or `None` if it does not exist. Translated names are matched in
    /// English. Cached and shared like [`get_by_id`](Self::get_by_id).
    ///
    /// # Errors
    ///
    /// Returns an error if the request fails.
    pub async fn get_by_name<T: Named>(&self, name: &str) -> Result<Option<T>, Error> {
        self.get_by_name_in(name, Locale::En).await
    }

    /// Like [`get_by_name`](Self::get_by_name), for a name in another language.
    ///
    /// # Errors
    ///
    /// Returns an error if the request fails.
    pub async fn get_by_name_in<T: Named>(&self, name: &str, locale: Locale) -> Result<Option<T>, Error> {
        self.lookup().by_name(name, locale).await
    }

    /// Returns the number of lookups that are [waiting](Self::wait_until_known) for a row to appear.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.transport.limits().waiting - self.0.waiting.available_permits()
    }

    /// Returns statistics of the requests so far.
    #[must_use]
    pub fn request_stats(&self) -> RequestStats {
        self.0.transport.counters().read()
    }

    /// Returns the rows that a query selects: one, unless it has a [`limit`](Query::limit). `T` can be any type that a
    /// row can be deserialized into. The server writes all values as strings, so numeric fields of your own structs
    /// need `#[serde(deserialize_with = …)]` with [`number`](auraxis_core::census::number).
    ///
    /// # Errors
    ///
    /// Returns an error if the request fails.
    pub async fn rows<T: DeserializeOwned + Send + 'static>(&self, query: Query) -> Result<Vec<T>, Error> {
        Ok(self.answer(query).await?.rows)
    }

    /// Like [`rows`](Self::rows), but also returns what the server adds: its processing time, if the query requests
    /// [`timing`](Query::timing), and the number of values, if it requests [`distinct`](Query::distinct) ones.
    ///
    /// # Errors
    ///
    /// Returns an error if the request fails.
    pub async fn answer<T: DeserializeOwned + Send + 'static>(&self, query: Query) -> Result<Answer<T>, Error> {
        self.0.transport.request(query, Verb::Get, |reply, query| reply.rows(query)).await
    }

    /// Counts the rows that a query selects.
    ///
    /// # Errors
    ///
    /// Returns an error if the request fails, or if the collection does not support counting.
    pub async fn count(&self, query: Query) -> Result<u64, Error> {
        self.0.transport.request(query, Verb::Count, |reply, query| reply.count(query)).await
    }

    /// Returns the complete response to a query as JSON.
    ///
    /// # Errors
    ///
    /// Returns an error if the request fails, or if the server responds with an error message.
    pub async fn request(&self, query: Query, verb: Verb) -> Result<Value, Error> {
        self.0.transport.request(query, verb, move |reply, query| whole(reply, query, verb)).await
    }

    /// Logs the statistics of the requests.
    pub(crate) fn report(&self) {
        let stats = self.request_stats();
        if stats.retries + stats.failed_calls > 0 {
            tracing::warn!("REST: {stats}");
        } else {
            tracing::debug!("REST: {stats}");
        }
    }

    /// Tracks what has to run in real time.
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
        // Unreachable: an answer that can be read as rows is JSON.
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
