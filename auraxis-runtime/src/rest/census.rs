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
    stats::RequestStats,
    transport::Transport,
};
use crate::{config::Config, real_time::RealTime, shutdown::Shutdown};

/// A client of the REST API. Clones share everything.
///
/// It works on its own, in any Tokio runtime; every [`Client`](crate::Client) has one. If several runtimes share a
/// client, all must keep running, because they share lookups.
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
/// All methods fail for the same reasons: see [`ErrorKind`](crate::census::ErrorKind) for those of the network, and
/// [`FaultKind`] for those of the server. Most of them are retried, see [`retries`](crate::census::CensusBuilder::retries).
///
/// # Cancel safety
///
/// Any call can be dropped. Lookups that others share continue for them.
#[derive(Clone, Debug)]
pub struct Census(pub(super) Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    transport: Arc<Transport>,
    lookups: Lookups,
    /// Permits for lookups that wait until a row is known.
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
    /// Rows are [cached](crate::census::CensusBuilder::cache), and lookups at the same time share a request, so this can
    /// be called for every event. New characters and outfits appear some minutes after their creation:
    /// [`wait_until_known`](Self::wait_until_known) waits for them.
    ///
    /// # Errors
    ///
    /// Returns an error if the server does not answer the question.
    pub async fn get_by_id<T: Collection>(&self, id: impl Into<T::Id>) -> Result<Option<T>, Error> {
        self.by_id(id.into()).await
    }

    /// The rows with these ids, in the same order, without those that do not exist. The same as as many calls of
    /// [`get_by_id`](Self::get_by_id) at once.
    ///
    /// # Errors
    ///
    /// Returns an error if the server does not answer the question.
    pub async fn get_by_ids<T: Collection>(&self, ids: &[T::Id]) -> Result<Vec<T>, Error> {
        let rows = try_join_all(ids.iter().map(|id| self.get_by_id(*id))).await?;
        Ok(rows.into_iter().flatten().collect())
    }

    /// The row with this name, ignoring case, if there is one. Names that are translated are English. Cached and shared
    /// like [`get_by_id`](Self::get_by_id).
    ///
    /// # Errors
    ///
    /// Returns an error if the server does not answer the question.
    pub async fn get_by_name<T: Named>(&self, name: &str) -> Result<Option<T>, Error> {
        self.get_by_name_in(name, Locale::En).await
    }

    /// The row with this name in another language. See [`get_by_name`](Self::get_by_name).
    ///
    /// # Errors
    ///
    /// Returns an error if the server does not answer the question.
    pub async fn get_by_name_in<T: Named>(&self, name: &str, locale: Locale) -> Result<Option<T>, Error> {
        self.lookup().by_name(name, locale).await
    }

    /// How many lookups are [waiting](Self::wait_until_known) for rows that are not known yet.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.transport.limits().waiting - self.0.waiting.available_permits()
    }

    /// Counts of the requests so far.
    #[must_use]
    pub fn stats(&self) -> RequestStats {
        self.0.transport.counters().read()
    }

    /// The rows that a query asks for: one, unless it has a [`limit`](Query::limit). `T` can be any type that a row can be
    /// deserialized into. The server writes all values as strings, so numbers in your own structs need
    /// [`number`](auraxis_core::census::number).
    ///
    /// # Errors
    ///
    /// Returns an error if the server does not answer the question.
    pub async fn rows<T: DeserializeOwned + Send + 'static>(&self, query: Query) -> Result<Vec<T>, Error> {
        Ok(self.answer(query).await?.rows)
    }

    /// The [`rows`](Self::rows) that a query asks for, with what the server adds: the time that it took, with
    /// [`timing`](Query::timing), and the number of values, with [`distinct`](Query::distinct).
    ///
    /// # Errors
    ///
    /// Returns an error if the server does not answer the question.
    pub async fn answer<T: DeserializeOwned + Send + 'static>(&self, query: Query) -> Result<Answer<T>, Error> {
        self.0.transport.ask(query, Verb::Get, |reply, query| reply.rows(query)).await
    }

    /// How many rows a query finds.
    ///
    /// # Errors
    ///
    /// Returns an error if the server does not answer the question, or if rows of the collection cannot be counted.
    pub async fn count(&self, query: Query) -> Result<u64, Error> {
        self.0.transport.ask(query, Verb::Count, |reply, query| reply.count(query)).await
    }

    /// The whole answer to a query, unless it is an error message.
    ///
    /// # Errors
    ///
    /// Returns an error if the server does not answer, or answers with an error message.
    pub async fn request(&self, query: Query, verb: Verb) -> Result<Value, Error> {
        self.0.transport.ask(query, verb, move |reply, query| whole(reply, query, verb)).await
    }

    /// Logs the counts of the requests, at the end.
    pub(crate) fn report(&self) {
        let stats = self.stats();
        if stats.retries + stats.failures > 0 {
            tracing::warn!("REST: {stats}");
        } else {
            tracing::debug!("REST: {stats}");
        }
    }

    /// What requires real time.
    pub(crate) fn real_time(&self) -> &RealTime {
        self.0.transport.real_time()
    }

    pub(super) fn lookup<T: Collection>(&self) -> Arc<Lookup<T>> {
        self.0.lookups.of(&self.0.transport)
    }
}

/// Reads an answer of any form.
fn whole(reply: Reply<'_>, query: &Query, verb: Verb) -> Result<Value, Fault> {
    let fault = match verb {
        Verb::Get => reply.rows::<IgnoredAny>(query).err(),
        Verb::Count => reply.count(query).err(),
    };
    match (serde_json::from_slice(reply.body), fault) {
        (Ok(value), None) => Ok(value),
        (Ok(value), Some(fault)) if matches!(fault.kind(), FaultKind::Payload { .. }) => Ok(value),
        (_, Some(fault)) => Err(fault),
        // Not reached: what can be read as rows is JSON.
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
