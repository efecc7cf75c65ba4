//! A REST API server.

use std::fmt;

use auraxis_core::census::OFFICIAL_URL;
use url::Url;

use crate::{address::REST_API, proxy::proxy, service_id::redacted};

/// A server of the REST API. A string is converted with [`Endpoint::new`].
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    url: String,
    service_id: bool,
}

impl Endpoint {
    /// Creates an endpoint from a base URL such as `https://census.daybreakgames.com` or `http://127.0.0.1:4000`. The
    /// client appends the path, which contains the service id.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into().trim().to_owned(), service_id: true }
    }

    /// Creates an endpoint for a server without service ids, such as Sanctuary's `https://census.lithafalcon.cc`. Your
    /// service id is never sent to it.
    pub fn without_service_id(url: impl Into<String>) -> Self {
        Self { service_id: false, ..Self::new(url) }
    }

    pub(crate) fn official() -> Self {
        Self::new(OFFICIAL_URL)
    }

    pub(crate) fn is_official(&self) -> bool {
        Url::parse(&self.url).is_ok_and(|url| url.host_str() == Some("census.daybreakgames.com"))
    }

    /// The base URL, without a trailing slash.
    pub(crate) fn url(&self) -> &str {
        self.url.trim_end_matches('/')
    }

    pub(crate) const fn wants_service_id(&self) -> bool {
        self.service_id
    }

    /// The URL of the proxy through which the server is reached, if any.
    pub(crate) fn proxy(&self) -> Option<String> {
        proxy(&Url::parse(&self.url).ok()?)
    }

    /// What is wrong with the URL, if anything.
    pub(crate) fn fault(&self) -> Option<String> {
        REST_API.parse(&self.url).err()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_official_server_is_recognized_and_invalid_urls_are_refused() {
        assert!(Endpoint::official().is_official());
        assert!(!Endpoint::new("http://127.0.0.1:4000/").is_official());
        assert_eq!(Endpoint::new(" http://127.0.0.1:4000/ ").url(), "http://127.0.0.1:4000");
        assert!(Endpoint::new("http://").fault().is_some_and(|fault| fault.contains("no host")));
        assert!(Endpoint::new("ftp://x").fault().is_some() && Endpoint::new("x").fault().is_some());
    }
}
