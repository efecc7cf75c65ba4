//! Configures a REST client.

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

/// Configures a [`Census`].
///
/// Settings that are not given are taken from the environment variables `AURAXIS_SERVICE_ID`, `AURAXIS_ENVIRONMENT` and
/// `AURAXIS_REST_URL`, then from the defaults. Empty variables are ignored.
///
/// # Proxies
///
/// Servers are reached through the proxy that the environment names (`HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`,
/// `NO_PROXY`). Servers on loopback (`localhost`, `127.0.0.0/8`, `::1`) are always reached directly.
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until it is built"]
pub struct CensusBuilder {
    service_id: Secret,
    environment: Option<Environment>,
    endpoints: Vec<Endpoint>,
    limits: Limits,
    #[cfg(feature = "test")]
    script: Option<super::script::Rest>,
}

/// A service id as given, which `Debug` does not show.
#[derive(Clone, Default)]
struct Secret(Option<String>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "(redacted)" } else { "None" })
    }
}

impl Census {
    /// Configures a client.
    pub fn builder() -> CensusBuilder {
        CensusBuilder::default()
    }
}

impl CensusBuilder {
    /// The service id, with or without `s:`. By default `s:example`, which everybody shares: it allows ten requests a
    /// minute, and further requests wait.
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

    /// Several servers, the preferred one first. After a failure that can pass, the next server is asked; each is tried
    /// once, whatever the number of [retries](Self::retries). A server that is down is avoided for two minutes.
    pub fn rest_urls<T: Into<Endpoint>>(mut self, urls: impl IntoIterator<Item = T>) -> Self {
        self.endpoints = urls.into_iter().map(Into::into).collect();
        self
    }

    /// How long one request may take. By default 10 seconds: the official server sometimes hangs for 30, and a retry is
    /// quicker.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout.min(LONGEST_WAIT);
        self
    }

    /// How long a call may take, with all its requests and the delays between them. By default 30 seconds. Time spent
    /// waiting for the [`quota`](Self::quota) does not count.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.limits.deadline = deadline.min(LONGEST_WAIT);
        self
    }

    /// How many times a request is retried after a failure that can pass: no connection, a timeout, a broken answer,
    /// maintenance, a temporary redirect, too many requests, or a server error. By default 3. Other refusals are never
    /// retried. See [`Error::is_passing`](crate::census::Error::is_passing).
    pub fn retries(mut self, retries: u32) -> Self {
        self.limits.retries = retries;
        self
    }

    /// How long to wait before the first retry. By default 250 ms. The delay doubles with each retry, up to as much is
    /// added at random, and it is no shorter than the server asks for with `Retry-After`.
    pub fn retry_delay(mut self, delay: Duration) -> Self {
        self.limits.retry_delay = delay.min(LONGEST_WAIT);
        self
    }

    /// How many requests may be in flight at once, at least 1. Further ones wait. By default 16.
    pub fn in_flight(mut self, requests: usize) -> Self {
        self.limits.in_flight = requests.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// How long a lookup waits for others of the same type, to share a request with them; up to ten times as long while
    /// others keep coming or while a request of that type is in flight. By default 5 ms: longer than a burst of events,
    /// and short compared with a request.
    pub fn batch_window(mut self, window: Duration) -> Self {
        self.limits.batch_window = window.min(LONGEST_WAIT);
        self
    }

    /// How many requests may be sent to each server in any such period. Further ones wait. By default 10 a minute for
    /// `s:example` on the official server, as it documents, and unlimited otherwise.
    pub fn quota(mut self, requests: usize, period: Duration) -> Self {
        self.limits.quota = Some((requests, period.min(LONGEST_WAIT)));
        self
    }

    /// Whether looked up rows are cached. By default they are: 16 times as many as [`Collection::CACHE`] says, and for as
    /// long. It is cached for 10 seconds at most that a row does not exist.
    ///
    /// Lookups of the same row at the same time share a request in any case.
    pub fn cache(mut self, cache: bool) -> Self {
        self.limits.cache = cache;
        self
    }

    /// How many rows of one type are cached, and for how long.
    pub fn cache_of<T: Collection>(mut self, cache: Cache) -> Self {
        self.limits.caches.insert(TypeId::of::<T>(), cache);
        self
    }

    /// How many lookups may [wait](Census::wait_until_known) at once for rows that are not known yet. By default 1,024.
    pub fn waiting(mut self, lookups: usize) -> Self {
        self.limits.waiting = lookups.min(Semaphore::MAX_PERMITS);
        self
    }

    /// Builds the client. It does not connect yet.
    ///
    /// # Errors
    ///
    /// Returns an error that lists everything that is wrong with the settings.
    pub fn build(self) -> Result<Census> {
        let config = self.config(None).map_err(|faults| crate::Error::setup(faults.join("\n")))?;
        self.start(&config, Shutdown::default())
    }

    /// The platform, or what is wrong with the variable that names it.
    pub(crate) fn platform(&self) -> Result<Environment, String> {
        match (self.environment, variable("AURAXIS_ENVIRONMENT")) {
            (Some(environment), _) => Ok(environment),
            (None, Some(name)) => name.parse().map_err(|fault| format!("AURAXIS_ENVIRONMENT is `{name}`: {fault}")),
            (None, None) => Ok(Environment::default()),
        }
    }

    /// The settings of the whole client, or everything that is wrong with them.
    pub(crate) fn config(&self, ess_url: Option<&str>) -> Result<Config, Vec<String>> {
        let mut faults = Vec::new();
        let environment = self.platform().map_err(|fault| faults.push(fault)).ok();
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

    /// Lets a script answer every question, once and at once.
    #[cfg(feature = "test")]
    pub(crate) fn script(mut self, rest: super::script::Rest) -> Self {
        self.script = Some(rest);
        self.limits.now = || tokio::time::Instant::now().into_std();
        // A row that a test adds exists at once.
        self.limits.absent = Duration::ZERO;
        // It counts by the real clock, for which no test waits.
        self.limits.quota = None;
        self.service_id("s:test").retries(0).batch_window(Duration::ZERO)
    }

    pub(crate) fn start(self, config: &Config, shutdown: Shutdown) -> Result<Census> {
        #[cfg(feature = "test")]
        if let Some(rest) = self.script {
            return Ok(Census::new(config, self.limits, Backend::Script(rest), shutdown));
        }
        let has_proxy = config.endpoints.iter().any(|endpoint| endpoint.proxy().is_some());
        Ok(Census::new(config, self.limits, Backend::http(has_proxy)?, shutdown))
    }
}
