//! Sends queries to the servers, and retries.
//!
//! A request needs a permit in the quota of its server, if there is one, and one of the slots that bound how many requests
//! are in flight. A call may take several requests: after a failure that can pass, the next server is asked, or the same
//! one again after a growing delay, until the call's deadline.

use std::{sync::Arc, time::Duration};

use auraxis_core::{
    census::{Fault, Query, Reply, Verb},
    environment::Environment,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep, timeout_at},
};
use tokio_util::task::AbortOnDropHandle;

use super::{
    endpoints::Endpoints,
    error::{Error, ErrorKind},
    http::Backend,
    limits::Limits,
    quota::{Permit, Quota},
    stats::Counters,
};
use crate::{
    backoff::Backoff,
    config::Config,
    real_time::RealTime,
    service_id::{ServiceId, redacted},
};

/// Sends queries and reads answers.
#[derive(Debug)]
pub(super) struct Transport {
    backend: Backend,
    service_id: ServiceId,
    environment: Environment,
    endpoints: Endpoints,
    /// The quota of each endpoint.
    quotas: Vec<Option<Arc<Quota>>>,
    /// The proxy that each endpoint is reached through.
    proxies: Vec<Option<Arc<str>>>,
    limits: Limits,
    slots: Arc<Semaphore>,
    real_time: RealTime,
    counters: Counters,
}

/// Permission to send a request now, and the deadline of its call.
#[derive(Debug)]
pub(super) struct Turn {
    allowance: Allowance,
    slot: OwnedSemaphorePermit,
    deadline: Instant,
}

/// A server, and a reserved permit in its quota.
#[derive(Debug)]
pub(super) struct Allowance {
    at: usize,
    permit: Option<Permit>,
}

impl Transport {
    pub(super) fn new(config: &Config, limits: Limits, backend: Backend) -> Self {
        let is_example = config.service_id.is_example();
        let endpoints = Endpoints::new(config.endpoints.clone());
        let quota = |at| match limits.quota {
            Some((requests, period)) => Some(Arc::new(Quota::new(requests, period))),
            None => (is_example && endpoints.get(at).is_official()).then(|| Arc::new(Quota::of_example())),
        };
        Self {
            backend,
            service_id: config.service_id.clone(),
            environment: config.environment,
            quotas: (0..endpoints.len()).map(quota).collect(),
            proxies: (0..endpoints.len()).map(|at| endpoints.get(at).proxy().map(Into::into)).collect(),
            endpoints,
            slots: Arc::new(Semaphore::new(limits.in_flight)),
            limits,
            real_time: RealTime::default(),
            counters: Counters::default(),
        }
    }

    /// What requires real time.
    pub(super) const fn real_time(&self) -> &RealTime {
        &self.real_time
    }

    pub(super) const fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(super) const fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Sends a query and reads the answer.
    pub(super) async fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        query: Query,
        verb: Verb,
        read: impl Fn(Reply<'_>, &Query) -> Result<T, Fault> + Send + Sync + 'static,
    ) -> Result<T, Error> {
        // A query that cannot be answered needs no turn.
        let query = query.or_environment(self.environment);
        query.check(verb).map_err(|error| Fault::invalid_query(&query, error))?;
        // A task, because others wait for its permit and slot, and the caller may stop polling without dropping it.
        let transport = Arc::clone(self);
        let answer = tokio::spawn(async move {
            let (allowance, _) = transport.allowance(transport.preferred()).await;
            let turn = transport.turn(allowance, Instant::now() + transport.limits.deadline).await;
            transport.send(turn.inspect_err(|_| transport.counters.failed())?, query, verb, read).await
        });
        match AbortOnDropHandle::new(answer).await {
            Ok(answer) => answer,
            Err(panic) if panic.is_panic() => std::panic::resume_unwind(panic.into_panic()),
            Err(_) => Err(Error::new(ErrorKind::Stopped)),
        }
    }

    /// The server to ask first.
    pub(super) fn preferred(&self) -> usize {
        self.endpoints.preferred()
    }

    /// Waits until the quota of a server allows a request. Also returns how long that took, which does not count
    /// towards deadlines.
    pub(super) async fn allowance(&self, at: usize) -> (Allowance, Duration) {
        let start = Instant::now();
        let permit = match &self.quotas[at] {
            Some(quota) => Some(self.real_time.during(quota.permit()).await),
            None => None,
        };
        (Allowance { at, permit }, start.elapsed())
    }

    /// Waits for a slot.
    pub(super) async fn turn(&self, allowance: Allowance, deadline: Instant) -> Result<Turn, Error> {
        match timeout_at(deadline, Arc::clone(&self.slots).acquire_owned()).await {
            Ok(Ok(slot)) if Instant::now() < deadline => Ok(Turn { allowance, slot, deadline }),
            // The semaphore is never closed.
            Ok(Err(_)) => Err(Error::new(ErrorKind::Stopped)),
            _ => Err(Error::new(ErrorKind::Timeout)),
        }
    }

    /// Sends a checked query, with retries, and reads the answer.
    pub(super) async fn send<T>(
        &self,
        mut turn: Turn,
        query: Query,
        verb: Verb,
        read: impl Fn(Reply<'_>, &Query) -> Result<T, Fault>,
    ) -> Result<T, Error> {
        let query = query.or_environment(self.environment);
        let mut backoff = Backoff::between(self.limits.retry_delay, self.limits.deadline);
        let mut attempts = 0;
        let error = loop {
            let Turn { allowance: Allowance { at, permit }, slot, mut deadline } = turn;
            if let Some(permit) = permit {
                permit.take();
            }
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
            let is_enough = !untried && attempts > self.limits.retries;
            let delay =
                if untried { Duration::ZERO } else { backoff.next().max(error.retry_after().unwrap_or_default()) };
            if !error.is_passing() || is_enough || Instant::now() + delay >= deadline {
                break error;
            }
            tracing::debug!("{error}; retry in {delay:?}");
            self.real_time.during(sleep(delay)).await;
            let (allowance, waited) = self.allowance(self.endpoints.after(at)).await;
            deadline += waited;
            turn = match self.turn(allowance, deadline).await {
                Ok(turn) => turn,
                Err(_) => break error,
            };
            self.counters.retried();
        };
        self.counters.failed();
        Err(error)
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
        let wants_id = endpoint.wants_service_id();
        let url = query.url(endpoint.url(), wants_id.then(|| self.service_id.expose()), verb);
        let time = self.limits.timeout.min(deadline.saturating_duration_since(Instant::now()));
        self.counters.asked();
        let start = Instant::now();
        let proxy = self.proxies[at].as_ref();
        let answered = self.real_time.during(self.backend.send(url, proxy, query, verb, time)).await;
        if answered.is_ok() {
            self.counters.answered(start.elapsed());
        }
        let answer = answered.and_then(|answered| {
            // Servers repeat the URL in their messages.
            read(answered.reply(), query)
                .map_err(|fault| fault.map_messages(|said| self.service_id.redact(said)).into())
        });
        answer.map_err(|error| {
            error.at(query.url(&redacted(endpoint.url()), wants_id.then_some("s:…"), verb)).through(proxy)
        })
    }
}
