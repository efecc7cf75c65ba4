//! Proxies from the environment variables.

use std::sync::LazyLock;

use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use url::{Host, Url};

static VARIABLES: LazyLock<Matcher> = LazyLock::new(Matcher::from_system);

/// Returns the URL of the proxy for a server, without user name and password. `None` if the connection is direct.
pub(crate) fn proxy(server: &Url) -> Option<String> {
    intercept(server).map(|proxy| shown(&proxy))
}

/// Returns the URL of a proxy, without user name and password.
pub(crate) fn shown(proxy: &Intercept) -> String {
    proxy.uri().to_string().trim_end_matches('/').to_owned()
}

/// Returns the proxy for a server, from `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`. `None` if the
/// connection is direct, which it always is to loopback.
pub(crate) fn intercept(server: &Url) -> Option<Intercept> {
    if is_loopback(server) {
        return None;
    }
    let origin = server.origin().ascii_serialization();
    // There is no variable for WebSockets, which use the same proxies as HTTP.
    let origin = origin.strip_prefix("ws").map_or(origin.clone(), |rest| format!("http{rest}"));
    VARIABLES.intercept(&origin.parse().ok()?)
}

/// Whether a server runs on this machine, where no proxy could reach it.
pub(crate) fn is_loopback(server: &Url) -> bool {
    match server.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => {
            address.is_loopback() || address.to_ipv4_mapped().is_some_and(|address| address.is_loopback())
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_has_many_names() {
        let is_loopback = |host: &str| is_loopback(&Url::parse(&format!("http://{host}:1/x")).unwrap());
        for host in [
            "localhost",
            "LocalHost.",
            "bot.localhost",
            "127.0.0.1",
            "127.255.1.2",
            "127.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["localhost.example", "notlocalhost", "128.0.0.1", "0.0.0.0", "[::]", "[::2]", "127.0.0.1.example"]
        {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
