//! How a question gets to a server and its answer back.
//!
//! Every request has a turn: its place in the quota, if there is one, and one of the slots for requests under way. A
//! call may make several: what can pass is asked again, of the next server if there is one, with growing delays and
//! until the call's deadline.

use std::{sync::Arc, time::Duration};

use auraxis_core::{
    census::{Fault, Query, Reply, Verb},
    environment::Environment,
};
use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep, timeout_at},
};

use super::{Error, ErrorKind, endpoint::Endpoints, limits::Limits, quota::Quota, wire::Wire};
use crate::{config::Config, recording::Outside, service_id::ServiceId};

/// Carries questions and answers.
#[derive(Debug)]
pub(super) struct Carrier {
    wire: Wire,
    service_id: ServiceId,
    environment: Environment,
    endpoints: Endpoints,
    limits: Limits,
    quota: Option<Quota>,
    slots: Arc<Semaphore>,
    outside: Outside,
}

/// The right to make a request now, and how long the whole call may take.
#[derive(Debug)]
pub(super) struct Turn {
    deadline: Instant,
    slot: OwnedSemaphorePermit,
}

impl Carrier {
    pub(super) fn new(config: &Config, limits: Limits, wire: Wire) -> Self {
        let is_example = config.service_id.is_example() && config.endpoints[0].is_official();
        Self {
            wire,
            service_id: config.service_id.clone(),
            environment: config.environment,
            endpoints: Endpoints::new(config.endpoints.clone()),
            quota: match limits.quota {
                Some((requests, period)) => Some(Quota::new(requests, period)),
                None => is_example.then(Quota::of_example),
            },
            slots: Arc::new(Semaphore::new(limits.in_flight)),
            limits,
            outside: Outside::default(),
        }
    }

    /// Who waits for an answer.
    pub(super) const fn outside(&self) -> &Outside {
        &self.outside
    }

    pub(super) const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Waits for a turn. The time that the quota demands does not count for the deadline.
    pub(super) async fn turn(&self) -> Result<Turn, Error> {
        self.quota_turn().await;
        let deadline = Instant::now() + self.limits.deadline;
        Ok(Turn { deadline, slot: self.slot(deadline).await? })
    }

    /// Asks, and reads the answer.
    pub(super) async fn carry<T>(
        &self,
        turn: Turn,
        query: Query,
        verb: Verb,
        read: impl Fn(Reply<'_>, &Query) -> Result<T, Fault>,
    ) -> Result<T, Error> {
        let query = query.or_environment(self.environment);
        query.check(verb).map_err(|error| Fault::refused(&query, error))?;
        let Turn { mut deadline, mut slot } = turn;
        let mut delays = ExponentialBuilder::new()
            .with_min_delay(self.limits.retry_delay)
            .with_max_delay(self.limits.deadline)
            .with_jitter()
            .without_max_times()
            .build();
        let mut at = self.endpoints.preferred();
        let mut attempts = 0;
        loop {
            let answer = self.attempt(at, &query, verb, &read, deadline).await;
            drop(slot);
            attempts += 1;
            let error = match answer {
                Ok(answer) => return Ok(answer),
                Err(error) => error.after(attempts),
            };
            if error.is_of_the_server() {
                self.endpoints.avoid(at);
            }
            let untried = (attempts as usize) < self.endpoints.len();
            let delay = if untried { Duration::ZERO } else { delays.next().unwrap_or_default() };
            if !error.is_passing() || attempts > self.limits.retries || Instant::now() + delay >= deadline {
                return Err(error);
            }
            tracing::debug!("{error}; asking again in {delay:?}");
            self.outside.during(sleep(delay)).await;
            deadline += self.quota_turn().await;
            slot = self.slot(deadline).await.map_err(|_| error)?;
            at = self.endpoints.after(at);
        }
    }

    /// Waits as long as the quota demands, and returns how long that was.
    async fn quota_turn(&self) -> Duration {
        let start = Instant::now();
        if let Some(quota) = &self.quota {
            self.outside.during(quota.turn()).await;
        }
        start.elapsed()
    }

    async fn slot(&self, deadline: Instant) -> Result<OwnedSemaphorePermit, Error> {
        match timeout_at(deadline, Arc::clone(&self.slots).acquire_owned()).await {
            Ok(Ok(slot)) => Ok(slot),
            // The semaphore is never closed.
            Ok(Err(_)) => Err(Error::new(ErrorKind::Stopped)),
            Err(_) => Err(Error::new(ErrorKind::Timeout)),
        }
    }

    async fn attempt<T>(
        &self,
        at: usize,
        query: &Query,
        verb: Verb,
        read: impl Fn(Reply<'_>, &Query) -> Result<T, Fault>,
        deadline: Instant,
    ) -> Result<T, Error> {
        let endpoint = self.endpoints.get(at);
        let url = query.url(endpoint.url(), endpoint.wants_service_id().then(|| self.service_id.expose()), verb);
        let time = self.limits.timeout.min(deadline.saturating_duration_since(Instant::now()));
        let answered = self.outside.during(self.wire.ask(url, query, verb, time)).await?;
        Ok(read(answered.reply(), query)?)
    }
}
