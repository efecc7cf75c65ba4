//! Setting a REST client up.

use std::{any::TypeId, time::Duration};

use auraxis_core::{
    census::{Cache, Collection},
    environment::Environment,
};
use tokio::sync::Semaphore;

use super::{census::Census, http::Backend, limits::Limits};
use crate::{
    config::{Config, LONGEST_WAIT, variable},
    endpoint::Endpoint,
    error::Result,
    shutdown::Shutdown,
};

/// Sets a [`Census`] up.
///
/// What is not set here is taken from the environment (`AURAXIS_SERVICE_ID`, `AURAXIS_ENVIRONMENT`,
/// `AURAXIS_REST_URL`), then from the defaults.
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until it is built"]
pub struct CensusBuilder {
    service_id: Secret,
    environment: Option<Environment>,
    endpoints: Vec<Endpoint>,
    limits: Limits,
    #[cfg(feature = "test")]
    script: Option<crate::test::rest::Rest>,
}

/// What the caller gave for a service id, which `Debug` does not show.
#[derive(Clone, Default)]
struct Secret(Option<String>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "(redacted)" } else { "None" })
    }
}

impl Census {
    /// Sets a REST client up.
    pub fn builder() -> CensusBuilder {
        CensusBuilder::default()
    }
}

impl CensusBuilder {
    /// The service id, with or without `s:`. By default `s:example`, which all share: it allows ten requests a minute,
    /// and requests wait for that.
    pub fn service_id(mut self, id: impl Into<String>) -> Self {
        self.service_id = Secret(Some(id.into()));
        self
    }

    /// The platform. By default PC.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// The server, such as `http://127.0.0.1:4000`. By default the official one.
    pub fn rest_url(self, url: impl Into<Endpoint>) -> Self {
        self.rest_urls([url])
    }

    /// Several servers, the best first. When one fails in a way that can pass, the next is asked, each of them once
    /// whatever the number of [retries](Self::retries); one that is out of order is left alone for two minutes.
    pub fn rest_urls<T: Into<Endpoint>>(mut self, urls: impl IntoIterator<Item = T>) -> Self {
        self.endpoints = urls.into_iter().map(Into::into).collect();
        self
    }

    /// How long one request may take. By default 10 seconds: the official server sometimes hangs for 30, and asking
    /// again is quicker.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout.min(LONGEST_WAIT);
        self
    }

    /// How long a call may take, all its requests and the time between them together. By default 30 seconds. Time that
    /// the [`quota`](Self::quota) demands does not count.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.limits.deadline = deadline.min(LONGEST_WAIT);
        self
    }

    /// How often a request that failed in a way that can pass is made again: no connection, no answer in time, a
    /// broken one, maintenance, or a server that says that it failed. By default 3 times. What the server refuses for a
    /// reason is never asked again.
    pub fn retries(mut self, retries: u32) -> Self {
        self.limits.retries = retries;
        self
    }

    /// How long to wait before the first retry; then twice as long each time, and up to as much again at random, so
    /// that many bots do not come back in step. By default 250 ms.
    pub fn retry_delay(mut self, delay: Duration) -> Self {
        self.limits.retry_delay = delay.min(LONGEST_WAIT);
        self
    }

    /// How many requests are under way at once, at least 1; further ones wait for their turn. By default 16.
    pub fn in_flight(mut self, requests: usize) -> Self {
        self.limits.in_flight = requests.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// How long a look-up waits for others of the same type, to become one request with them; up to ten times as long
    /// while they keep coming, and while a request that it missed is under way. By default 5 ms, in which a burst of
    /// events has come in; little against the time of a request.
    pub fn batch_window(mut self, window: Duration) -> Self {
        self.limits.batch_window = window.min(LONGEST_WAIT);
        self
    }

    /// At most so many requests to each of the servers in any such period; others wait. By default 10 in a minute for
    /// `s:example` on the official server, which documents that, and no limit otherwise.
    pub fn quota(mut self, requests: usize, period: Duration) -> Self {
        self.limits.quota = Some((requests, period.min(LONGEST_WAIT)));
        self
    }

    /// Whether rows that were looked up are kept. By default they are, for as long as [`Collection::CACHE`] says and 16
    /// times as many; that there is no row is remembered for 10 seconds at most.
    ///
    /// Look-ups at the same time are one request even without.
    pub fn cache(mut self, cache: bool) -> Self {
        self.limits.cache = cache;
        self
    }

    /// How many rows of one type are kept, and for how long.
    pub fn cache_of<T: Collection>(mut self, cache: Cache) -> Self {
        self.limits.caches.insert(TypeId::of::<T>(), cache);
        self
    }

    /// How many look-ups may [wait](Census::wait_until_known) at once for rows that are not known yet. By default 1,024.
    pub fn waiting(mut self, look_ups: usize) -> Self {
        self.limits.waiting = look_ups.min(Semaphore::MAX_PERMITS);
        self
    }

    /// Makes the client. It does not connect yet.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the settings, in one error.
    pub fn build(self) -> Result<Census> {
        let config = self.config(None).map_err(|faults| crate::Error::setup(faults.join("\n")))?;
        self.start(&config, Shutdown::default())
    }

    /// Where to connect to, and as whom; or what is wrong with that.
    pub(crate) fn config(&self, ess_url: Option<&str>) -> Result<Config, Vec<String>> {
        let mut faults = Vec::new();
        let environment = self.environment.or_else(|| {
            let name = variable("AURAXIS_ENVIRONMENT")?;
            name.parse().map_err(|fault| faults.push(format!("AURAXIS_ENVIRONMENT is `{name}`: {fault}"))).ok()
        });
        let service_id = self.service_id.0.clone().or_else(|| variable("AURAXIS_SERVICE_ID"));
        let endpoints = match &self.endpoints[..] {
            [] => vec![variable("AURAXIS_REST_URL").map_or_else(Endpoint::official, Endpoint::new)],
            given => given.to_vec(),
        };
        match Config::new(service_id.as_deref(), environment, ess_url, endpoints) {
            Ok(config) if faults.is_empty() => Ok(config),
            Ok(_) => Err(faults),
            Err(more) => Err([faults, more].concat()),
        }
    }

    /// Has a script answer every question, at once and once.
    #[cfg(feature = "test")]
    pub(crate) fn script(mut self, rest: crate::test::rest::Rest) -> Self {
        self.script = Some(rest);
        // It counts by the real clock, and no test waits really.
        self.limits.quota = None;
        self.service_id("s:test").retries(0).batch_window(Duration::ZERO).cache(false)
    }

    pub(crate) fn start(self, config: &Config, shutdown: Shutdown) -> Result<Census> {
        #[cfg(feature = "test")]
        if let Some(rest) = self.script {
            return Ok(Census::new(config, self.limits, Backend::Script(rest), shutdown));
        }
        Ok(Census::new(config, self.limits, Backend::http()?, shutdown))
    }
}
