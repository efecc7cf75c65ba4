//! Sends queries to the servers, with retries.
//!
//! A request needs a permit of its server's quota, if there is one, and one of the slots that limit how many requests
//! are in flight. A call may take several requests: a transient failure is retried on the next server, or on the same
//! one with backoff, until the call's deadline.

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

/// Sends queries and reads the answers.
#[derive(Debug)]
pub(super) struct Transport {
    backend: Backend,
    service_id: ServiceId,
    environment: Environment,
    endpoints: Endpoints,
    /// The quota of each endpoint.
    quotas: Vec<Option<Arc<Quota>>>,
    /// The proxy of each endpoint.
    proxies: Vec<Option<Arc<str>>>,
    limits: Limits,
    slots: Arc<Semaphore>,
    real_time: RealTime,
    counters: Arc<Counters>,
}

/// Permission to send a request now, and the deadline of its call.
#[derive(Debug)]
pub(super) struct SendPermit {
    reservation: Reservation,
    slot: OwnedSemaphorePermit,
    deadline: Instant,
}

/// A permit of a server's quota that has not been used yet.
#[derive(Debug)]
pub(super) struct Reservation {
    /// The index of the endpoint.
    endpoint: usize,
    permit: Option<Permit>,
}

impl Transport {
    pub(super) fn new(config: &Config, limits: Limits, backend: Backend) -> Self {
        let is_example = config.service_id.is_example();
        let endpoints = Endpoints::new(config.endpoints.clone());
        let quota = |index| match limits.quota {
            Some((requests, period)) => Some(Arc::new(Quota::new(requests, period))),
            None => (is_example && endpoints.get(index).is_official()).then(|| Arc::new(Quota::of_example())),
        };
        Self {
            backend,
            service_id: config.service_id.clone(),
            environment: config.environment,
            quotas: (0..endpoints.len()).map(quota).collect(),
            proxies: (0..endpoints.len()).map(|index| endpoints.get(index).proxy().map(Into::into)).collect(),
            endpoints,
            slots: Arc::new(Semaphore::new(limits.in_flight)),
            limits,
            real_time: RealTime::default(),
            counters: Arc::default(),
        }
    }

    /// Tracks what has to run in real time.
    pub(super) const fn real_time(&self) -> &RealTime {
        &self.real_time
    }

    pub(super) const fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(super) const fn counters(&self) -> &Arc<Counters> {
        &self.counters
    }

    /// Sends a query, with retries, and reads the answer.
    pub(super) async fn request<T: Send + 'static>(
        self: &Arc<Self>,
        query: Query,
        verb: Verb,
        read: impl Fn(Reply<'_>, &Query) -> Result<T, Fault> + Send + Sync + 'static,
    ) -> Result<T, Error> {
        // An invalid query uses neither quota nor slot.
        let query = query.or_environment(self.environment);
        query.check(verb).map_err(|error| Fault::invalid_query(&query, error))?;
        // A task, because the caller may stop polling without dropping the future, which would block all others that
        // wait for its permit and slot.
        let transport = Arc::clone(self);
        let answer = tokio::spawn(async move {
            let (reservation, _) = transport.reserve(transport.preferred()).await;
            let permit = transport.permit(reservation, Instant::now() + transport.limits.deadline).await;
            transport.send(permit.inspect_err(|_| transport.counters.failed())?, query, verb, read).await
        });
        match AbortOnDropHandle::new(answer).await {
            Ok(answer) => answer,
            Err(panic) if panic.is_panic() => std::panic::resume_unwind(panic.into_panic()),
            Err(_) => Err(Error::new(ErrorKind::Stopped)),
        }
    }

    /// Returns the index of the endpoint to try first.
    pub(super) fn preferred(&self) -> usize {
        self.endpoints.preferred()
    }

    /// Waits until the quota of an endpoint allows a request. Also returns the time spent waiting, which does not count
    /// towards deadlines.
    pub(super) async fn reserve(&self, endpoint: usize) -> (Reservation, Duration) {
        let start = Instant::now();
        let permit = match &self.quotas[endpoint] {
            Some(quota) => Some(self.real_time.during(quota.permit()).await),
            None => None,
        };
        (Reservation { endpoint, permit }, start.elapsed())
    }

    /// Waits for a slot.
    pub(super) async fn permit(&self, reservation: Reservation, deadline: Instant) -> Result<SendPermit, Error> {
        match timeout_at(deadline, Arc::clone(&self.slots).acquire_owned()).await {
            Ok(Ok(slot)) if Instant::now() < deadline => Ok(SendPermit { reservation, slot, deadline }),
            // The semaphore is never closed.
            Ok(Err(_)) => Err(Error::new(ErrorKind::Stopped)),
            _ => Err(Error::new(ErrorKind::Timeout)),
        }
    }

    /// Sends a valid query, with retries, and reads the answer.
    pub(super) async fn send<T>(
        &self,
        mut send_permit: SendPermit,
        query: Query,
        verb: Verb,
        read: impl Fn(Reply<'_>, &Query) -> Result<T, Fault>,
    ) -> Result<T, Error> {
        let query = query.or_environment(self.environment);
        let mut backoff = Backoff::between(self.limits.retry_delay, self.limits.deadline);
        let mut attempts = 0;
        let error = loop {
            let SendPermit { reservation: Reservation { endpoint, permit }, slot, mut deadline } = send_permit;
            if let Some(permit) = permit {
                permit.spend();
            }
            let answer = self.attempt(endpoint, &query, verb, &read, deadline).await;
            drop(slot);
            attempts += 1;
            let error = match answer {
                Ok(answer) => return Ok(answer),
                Err(error) => error.after(attempts),
            };
            if error.is_server_failure() {
                self.endpoints.avoid(endpoint);
            }
            let has_untried = (attempts as usize) < self.endpoints.len();
            let is_last = !has_untried && attempts > self.limits.retries;
            let delay =
                if has_untried { Duration::ZERO } else { backoff.next().max(error.retry_after().unwrap_or_default()) };
            if !error.is_transient() || is_last || Instant::now() + delay >= deadline {
                break error;
            }
            tracing::debug!("{error}; retrying in {delay:?}");
            self.real_time.during(sleep(delay)).await;
            let (reservation, waited) = self.reserve(self.endpoints.after(endpoint)).await;
            deadline += waited;
            send_permit = match self.permit(reservation, deadline).await {
                Ok(permit) => permit,
                Err(_) => break error,
            };
            self.counters.retried();
        };
        self.counters.failed();
        Err(error)
    }

    async fn attempt<T>(
        &self,
        index: usize,
        query: &Query,
        verb: Verb,
        read: impl Fn(Reply<'_>, &Query) -> Result<T, Fault>,
        deadline: Instant,
    ) -> Result<T, Error> {
        let endpoint = self.endpoints.get(index);
        let wants_id = endpoint.wants_service_id();
        let url = query.url(endpoint.url(), wants_id.then(|| self.service_id.expose()), verb);
        let time = self.limits.timeout.min(deadline.saturating_duration_since(Instant::now()));
        self.counters.sent();
        let start = Instant::now();
        let proxy = self.proxies[index].as_ref();
        let answered = self.real_time.during(self.backend.send(url, proxy, query, verb, time)).await;
        if answered.is_ok() {
            self.counters.answered(start.elapsed());
        }
        let answer = answered.and_then(|answered| {
            // Servers repeat the URL, with the service id, in their messages.
            read(answered.reply(), query)
                .map_err(|fault| fault.map_messages(|said| self.service_id.redact(said)).into())
        });
        answer.map_err(|error| {
            error.at(query.url(&redacted(endpoint.url()), wants_id.then_some("s:…"), verb)).through(proxy)
        })
    }
}
