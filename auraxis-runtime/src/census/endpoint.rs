//! Which server is asked.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use auraxis_core::census::OFFICIAL;
use tokio::time::Instant;
use url::Url;

use crate::service_id::redacted;

/// How long a server that failed is left alone. The official one has been seen to reset every connection for two
/// minutes, some fifty times a day.
const DETOUR: Duration = Duration::from_mins(2);

/// A server of the REST API. A plain text is one that wants the service id in the path, as the official one does.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    url: String,
    service_id: bool,
}

impl Endpoint {
    /// A server such as `https://census.daybreakgames.com` or `http://127.0.0.1:4000`: the path is added, the service
    /// id included.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into().trim_end_matches('/').to_owned(), service_id: true }
    }

    /// A server that knows no service ids, such as Sanctuary's `https://census.lithafalcon.cc`: it is never told yours.
    pub fn without_service_id(url: impl Into<String>) -> Self {
        Self { service_id: false, ..Self::new(url) }
    }

    pub(crate) fn official() -> Self {
        Self::new(OFFICIAL)
    }

    pub(crate) fn is_official(&self) -> bool {
        Url::parse(&self.url).is_ok_and(|url| url.host_str() == Some("census.daybreakgames.com"))
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) const fn wants_service_id(&self) -> bool {
        self.service_id
    }

    /// What is wrong with it, if anything is.
    pub(crate) fn fault(&self) -> Option<String> {
        let url = Url::parse(&self.url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        url.is_none().then(|| {
            format!("the URL of the REST API begins with `http://` or `https://`, unlike `{}`", redacted(&self.url))
        })
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url, service_id } = self;
        f.debug_struct("Endpoint").field("url", &redacted(url)).field("service_id", service_id).finish()
    }
}

impl<T: Into<String>> From<T> for Endpoint {
    fn from(url: T) -> Self {
        Self::new(url)
    }
}

/// All servers, the best first, and the one that is asked for now.
#[derive(Debug)]
pub(super) struct Endpoints {
    all: Vec<Endpoint>,
    /// Another server than the first, and until when.
    detour: Mutex<Option<(usize, Instant)>>,
}

impl Endpoints {
    /// Takes at least one.
    pub(super) fn new(all: Vec<Endpoint>) -> Self {
        let all = if all.is_empty() { vec![Endpoint::official()] } else { all };
        Self { all, detour: Mutex::new(None) }
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn get(&self, at: usize) -> &Endpoint {
        &self.all[at % self.all.len()]
    }

    /// The one to begin with.
    pub(super) fn preferred(&self) -> usize {
        let mut detour = self.lock();
        match *detour {
            Some((at, until)) if Instant::now() < until => at,
            _ => {
                *detour = None;
                0
            }
        }
    }

    /// The one to go on with after this one.
    pub(super) fn after(&self, at: usize) -> usize {
        (at + 1) % self.all.len()
    }

    /// Begins with the next one for a while, unless another question has seen to that already.
    pub(super) fn avoid(&self, at: usize) {
        if self.all.len() > 1 && self.preferred() == at {
            let next = self.after(at);
            let [avoided, next_url] = [at, next].map(|at| redacted(&self.all[at].url));
            tracing::info!("{avoided} fails; {next_url} is asked for the next {DETOUR:?}");
            *self.lock() = Some((next, Instant::now() + DETOUR));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<(usize, Instant)>> {
        self.detour.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_server_that_fails_is_left_alone_for_a_while() {
        let endpoints = Endpoints::new(vec!["https://a".into(), "https://b".into()]);
        assert_eq!(endpoints.preferred(), 0);
        endpoints.avoid(0);
        endpoints.avoid(0);
        assert_eq!(endpoints.preferred(), 1, "two questions that fail together change the server once");
        time::advance(DETOUR).await;
        assert_eq!(endpoints.preferred(), 0);
    }

    #[test]
    fn the_official_host_is_known_and_what_is_no_address_is_refused() {
        assert!(Endpoint::official().is_official());
        assert!(!Endpoint::new("http://127.0.0.1:4000/").is_official());
        assert_eq!(Endpoint::new("http://127.0.0.1:4000/").url(), "http://127.0.0.1:4000");
        assert!(Endpoint::new("ftp://x").fault().is_some() && Endpoint::new("x").fault().is_some());
    }
}
