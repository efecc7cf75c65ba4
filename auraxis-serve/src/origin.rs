//! Which pages may read what is served, and for which hosts the server answers.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderValue, Method, Uri, header, uri::Authority};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::settings::{ANY_ORIGIN, Settings};

/// Returns whether the request comes from no page, from a page of this server, or from a page that the settings allow.
///
/// Browsers let any page open a WebSocket, so its handshake has to check this.
pub(crate) fn is_allowed(headers: &HeaderMap, settings: &Settings) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let is_same_host = || {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        origin.split_once("://").is_some_and(|(_, own)| host.is_some_and(|host| host.eq_ignore_ascii_case(own)))
    };
    settings.allowed_origins.iter().any(|allowed| allowed == ANY_ORIGIN || allowed.eq_ignore_ascii_case(origin))
        || is_same_host()
}

/// Returns the layer that lets pages of allowed origins read; `None` if there are none.
pub(crate) fn cors(settings: &Settings) -> Option<CorsLayer> {
    let origins = &settings.allowed_origins;
    let allowed = match &**origins {
        [] => return None,
        origins if origins.iter().any(|origin| origin == ANY_ORIGIN) => AllowOrigin::any(),
        origins => AllowOrigin::list(origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok())),
    };
    Some(CorsLayer::new().allow_origin(allowed).allow_methods([Method::GET, Method::HEAD]))
}

/// Returns whether a server that listens on loopback answers requests for this host: for `localhost`, IP addresses, and the
/// hosts of allowed origins.
///
/// A page of another site could otherwise read what is served, if the site's name resolved to 127.0.0.1 (DNS rebinding).
pub(crate) fn is_own_host(uri: &Uri, headers: &HeaderMap, settings: &Settings) -> bool {
    let named = headers.get(header::HOST).map(HeaderValue::as_bytes);
    let named = named.into_iter().chain(uri.authority().map(|authority| authority.as_str().as_bytes()));
    named.into_iter().all(|host| Authority::try_from(host).is_ok_and(|host| is_own_name(host.host(), settings)))
}

fn is_own_name(host: &str, settings: &Settings) -> bool {
    let name = host.to_ascii_lowercase();
    let is_address = || name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().is_ok();
    let is_local = || name == "localhost" || name.ends_with(".localhost");
    let is_allowed = |origin: &String| {
        let host = origin.split_once("://").and_then(|(_, host)| host.parse::<Authority>().ok());
        origin == ANY_ORIGIN || host.is_some_and(|host| host.host() == name)
    };
    is_address() || is_local() || settings.allowed_origins.iter().any(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(rows: &[(header::HeaderName, &str)]) -> HeaderMap {
        rows.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn pages_of_other_origins_are_refused_unless_they_are_allowed() {
        let none = Settings::new();
        let one = Settings::new().allow_origin("https://Example.com/");
        let any = Settings::new().allow_origin("*");
        let from = |origin| headers(&[(header::ORIGIN, origin), (header::HOST, "bot.example:8080")]);
        for (origin, expected) in [
            ("http://bot.example:8080", [true, true, true]),
            ("https://BOT.example:8080", [true, true, true]),
            ("http://bot.example", [false, false, true]),
            ("https://example.com", [false, true, true]),
            ("http://example.com", [false, false, true]),
            ("https://example.com.evil.org", [false, false, true]),
            ("null", [false, false, true]),
        ] {
            assert_eq!([&none, &one, &any].map(|settings| is_allowed(&from(origin), settings)), expected, "{origin}");
        }
        assert!(is_allowed(&HeaderMap::new(), &none));
        assert!(!is_allowed(&headers(&[(header::ORIGIN, "http://bot.example")]), &none));
    }

    #[test]
    fn on_loopback_only_own_hosts_are_served() {
        let settings = Settings::new().allow_origin("https://bot.example.com");
        let is_own = |host, uri: &str| is_own_host(&uri.parse().unwrap(), &headers(&[(header::HOST, host)]), &settings);
        for host in ["localhost:80", "a.localhost", "127.0.0.1:8080", "[::1]:80", "192.168.0.5", "BOT.example.com"] {
            assert!(is_own(host, "/"), "{host}");
        }
        for host in ["evil.org", "evil.org:8080", "localhost.evil.org", "example.com", "", "a b"] {
            assert!(!is_own(host, "/"), "{host}");
        }
        assert!(is_own("localhost", "http://localhost/") && !is_own("localhost", "http://evil.org/"));
        assert!(is_own_host(&"/".parse().unwrap(), &HeaderMap::new(), &settings));
    }
}
