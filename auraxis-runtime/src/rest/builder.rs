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
/// Settings that are not given are read from the environment variables `AURAXIS_SERVICE_ID`, `AURAXIS_ENVIRONMENT` and
/// `AURAXIS_REST_URL`, or have their default. Empty variables are ignored.
///
/// # Proxies
///
/// The proxy is read from the environment (`HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`). Connections to
/// loopback (`localhost`, `127.0.0.0/8`, `::1`) are always direct.
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until it is built"]
pub struct CensusBuilder {
    service_id: Secret,
    environment: Option<Environment>,
    endpoints: Vec<Endpoint>,
    limits: Limits,
    #[cfg(feature = "test")]
    fake: Option<super::fake::Rest>,
}

/// An unparsed service id, which `Debug` does not show.
#[derive(Clone, Default)]
struct Secret(Option<String>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "(redacted)" } else { "None" })
    }
}

impl Census {
    /// Returns a builder, which configures the client.
    pub fn builder() -> CensusBuilder {
        CensusBuilder::default()
    }
}

impl CensusBuilder {
    /// Sets the service id, with or without `s:`. Default: `s:example`, which is shared by everyone and allows ten
    /// requests per minute; further requests wait.
    pub fn service_id(mut self, id: impl Into<String>) -> Self {
        self.service_id = Secret(Some(id.into()));
        self
    }

    /// Sets the platform. Default: PC.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// Sets the server, such as `http://127.0.0.1:4000`. Default: the official server.
    pub fn rest_url(self, url: impl Into<Endpoint>) -> Self {
        self.rest_urls([url])
    }

    /// Sets several servers, in order of preference. After a transient failure, the next server is tried. Each server
    /// is tried at least once, regardless of the number of [retries](Self::retries). A server that is down is avoided
    /// for two minutes.
    pub fn rest_urls<T: Into<Endpoint>>(mut self, urls: impl IntoIterator<Item = T>) -> Self {
        self.endpoints = urls.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the timeout of a single request. Default: 10 seconds, because the official server sometimes hangs for 30,
    /// and a retry is faster.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout.min(LONGEST_WAIT);
        self
    }

    /// Sets the time limit of a call, including all its requests and the delays between them. Time spent waiting for
    /// the [`quota`](Self::quota) does not count. Default: 30 seconds.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.limits.deadline = deadline.min(LONGEST_WAIT);
        self
    }

    /// Sets how many times a request is retried after a transient failure: no connection, a timeout, an incomplete
    /// response, maintenance, a temporary redirect, too many requests, or a server error. Other failures are never
    /// retried. Default: 3. See [`Error::is_transient`](crate::census::Error::is_transient).
    pub fn retries(mut self, retries: u32) -> Self {
        self.limits.retries = retries;
        self
    }

    /// Sets the delay before the first retry. It doubles with each further retry, has up to 100% jitter, and is never
    /// shorter than the server's `Retry-After`. Default: 250 ms.
    pub fn retry_delay(mut self, delay: Duration) -> Self {
        self.limits.retry_delay = delay.min(LONGEST_WAIT);
        self
    }

    /// Sets the maximum number of concurrent requests, at least 1. Further requests wait. Default: 16.
    pub fn in_flight(mut self, requests: usize) -> Self {
        self.limits.in_flight = requests.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// Sets how long a lookup waits for others of the same type, to share a request with them. It waits up to ten times
    /// as long while more lookups arrive or a request of that type is in flight. Default: 5 ms, which is longer than a
    /// burst of events, and short compared to a request.
    pub fn batch_window(mut self, window: Duration) -> Self {
        self.limits.batch_window = window.min(LONGEST_WAIT);
        self
    }

    /// Limits the number of requests to each server in any period of this length. Further requests wait. Default: 10
    /// per minute for `s:example` on the official server, which documents this limit; otherwise unlimited.
    pub fn quota(mut self, requests: usize, period: Duration) -> Self {
        self.limits.quota = Some((requests, period.min(LONGEST_WAIT)));
        self
    }

    /// Enables or disables the cache of rows that were looked up by id or name. Default: enabled, with 16 times the
    /// size and with the lifetime in [`Collection::CACHE`]. The absence of a row is cached for at most 10 seconds.
    ///
    /// Concurrent lookups of the same row share a request even without the cache.
    pub fn cache(mut self, cache: bool) -> Self {
        self.limits.cache = cache;
        self
    }

    /// Sets how many rows of one type are cached, and for how long, instead of the default. See [`cache`](Self::cache).
    pub fn cache_of<T: Collection>(mut self, cache: Cache) -> Self {
        self.limits.caches.insert(TypeId::of::<T>(), cache);
        self
    }

    /// Sets the maximum number of lookups that [wait](Census::wait_until_known) for a row to appear. Further lookups
    /// fail. Default: 1,024.
    pub fn waiting(mut self, lookups: usize) -> Self {
        self.limits.waiting = lookups.min(Semaphore::MAX_PERMITS);
        self
    }

    /// Builds the client. Does not connect yet.
    ///
    /// # Errors
    ///
    /// Returns an error that lists all invalid settings.
    pub fn build(self) -> Result<Census> {
        let config = self.config(None).map_err(|faults| {
            crate::Error::setup(format!("cannot create the REST client:\n  {}", faults.join("\n  ")))
        })?;
        self.start(&config, Shutdown::default())
    }

    /// Returns the platform.
    ///
    /// # Errors
    ///
    /// Returns a message if the environment variable is invalid.
    pub(crate) fn platform(&self) -> Result<Environment, String> {
        match (self.environment, variable("AURAXIS_ENVIRONMENT")) {
            (Some(environment), _) => Ok(environment),
            (None, Some(name)) => {
                name.parse().map_err(|fault| format!("invalid value '{name}' for AURAXIS_ENVIRONMENT: {fault}"))
            }
            (None, None) => Ok(Environment::default()),
        }
    }

    /// Returns the settings of the whole client.
    ///
    /// # Errors
    ///
    /// Returns a message for each invalid setting.
    pub(crate) fn config(&self, ess_url: Option<&str>) -> Result<Config, Vec<String>> {
        let mut faults = Vec::new();
        let environment = self.platform().map_err(|fault| faults.push(fault)).ok();
        let service_id = self.service_id.0.clone().or_else(|| variable("AURAXIS_SERVICE_ID"));
        let endpoints = match &self.endpoints[..] {
            [] => vec![variable("AURAXIS_REST_URL").map_or_else(Endpoint::official, Endpoint::new)],
            endpoints => endpoints.to_vec(),
        };
        match Config::new(service_id.as_deref(), environment, ess_url, endpoints) {
            Ok(config) if faults.is_empty() => Ok(config),
            Ok(_) => Err(faults),
            Err(more) => Err([faults, more].concat()),
        }
    }

    /// Sends all requests to a fake, without retries, quota or waiting.
    #[cfg(feature = "test")]
    pub(crate) fn fake(mut self, rest: super::fake::Rest) -> Self {
        self.fake = Some(rest);
        self.limits.now = || tokio::time::Instant::now().into_std();
        // A row that a test adds is visible immediately.
        self.limits.negative_ttl = Duration::ZERO;
        // The quota uses the real clock, which a test must not wait for.
        self.limits.quota = None;
        self.service_id("s:test").retries(0).batch_window(Duration::ZERO)
    }

    pub(crate) fn start(self, config: &Config, shutdown: Shutdown) -> Result<Census> {
        #[cfg(feature = "test")]
        if let Some(rest) = self.fake {
            return Ok(Census::new(config, self.limits, Backend::Fake(rest), shutdown));
        }
        let has_proxy = config.endpoints.iter().any(|endpoint| endpoint.proxy().is_some());
        Ok(Census::new(config, self.limits, Backend::http(has_proxy)?, shutdown))
    }
}
