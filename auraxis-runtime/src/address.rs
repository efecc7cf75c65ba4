//! Parses the URLs of servers as users write them.

use url::{ParseError, Url};

use crate::service_id::redacted;

/// The kind of server that a URL leads to, with its schemes: plain, then TLS.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Service {
    name: &'static str,
    schemes: [&'static str; 2],
}

pub(crate) const EVENT_STREAM: Service = Service { name: "event stream", schemes: ["ws", "wss"] };
pub(crate) const REST_API: Service = Service { name: "REST API", schemes: ["http", "https"] };

impl Service {
    /// Parses a URL.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the URL, without its secrets, and what to write instead.
    pub(crate) fn parse(self, text: &str) -> Result<Url, String> {
        let Self { name, schemes: [plain, tls] } = self;
        let text = text.trim();
        let shown = redacted(text);
        if text.is_empty() {
            return Err(format!("the {name} URL is empty; write `{plain}://host:port` or `{tls}://host`"));
        }
        match text.split_once("://") {
            Some((scheme, rest)) if self.schemes.contains(&scheme.to_ascii_lowercase().as_str()) => {
                check(text, rest).map_err(|reason| format!("the {name} URL `{shown}` {reason}"))
            }
            _ => Err(format!("the {name} URL `{shown}` must begin with `{plain}://` or `{tls}://`")),
        }
    }

    /// Parses a comma-separated list of URLs, which must not be empty.
    pub(crate) fn parse_list(self, text: &str) -> Result<Vec<Url>, Vec<String>> {
        let mut parts: Vec<String> = Vec::new();
        for part in text.split(',').filter(|part| !part.trim().is_empty()) {
            match parts.last_mut() {
                // The comma belongs to the URL before it, perhaps to a password, which must stay hidden.
                Some(url) if !part.contains("://") => url.extend([",", part]),
                _ => parts.push(part.to_owned()),
            }
        }
        if parts.is_empty() {
            parts.push(String::new());
        }
        let (urls, faults): (Vec<_>, Vec<_>) = parts.iter().map(|url| self.parse(url)).partition(Result::is_ok);
        if faults.is_empty() {
            Ok(urls.into_iter().flatten().collect())
        } else {
            Err(faults.into_iter().filter_map(Result::err).collect())
        }
    }
}

/// Checks what follows the scheme, `rest`, and parses the whole URL.
fn check(text: &str, rest: &str) -> Result<Url, String> {
    const NO_HOST: &str = "has no host; write one after `://`";
    const PORTS: &str = "use a number from 1 to 65535";

    if text.contains(char::is_whitespace) {
        return Err("contains whitespace; remove it".into());
    }
    // The parser would take the first part of the path as the host.
    if rest.starts_with(['/', '\\']) {
        return Err(NO_HOST.into());
    }
    let url = Url::parse(text).map_err(|error| match error {
        ParseError::EmptyHost => NO_HOST.into(),
        ParseError::InvalidPort if rest.contains("://") => format!("has an {error}; give a single URL"),
        ParseError::InvalidPort if rest.contains(',') => format!("has an {error}; write the scheme after each comma"),
        ParseError::InvalidPort => format!("has an {error}; {PORTS}"),
        error => format!("cannot be parsed: {error}"),
    })?;
    if url.port() == Some(0) {
        return Err(format!("has port 0; {PORTS}"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("contains a user name or password, which is not sent; remove it".into());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("contains a query, which the client adds itself; remove `?` or `#` and everything after it".into());
    }
    if url.path_segments().is_some_and(|mut segments| segments.any(|segment| segment.starts_with("s:"))) {
        return Err("contains a service id; set it with `service_id` or `AURAXIS_SERVICE_ID` instead".into());
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What follows the scheme, and the reason why it is refused.
    const REFUSED: [(&str, &str); 22] = [
        ("127.0.0.1:99999/", "has an invalid port number; use a number from 1 to 65535"),
        ("127.0.0.1:4OOO", "has an invalid port number"),
        ("127.0.0.1:-1", "has an invalid port number"),
        ("127.0.0.1:0", "has port 0"),
        ("local host:4000", "contains whitespace"),
        ("127.0.0.1:4000/a b", "contains whitespace"),
        ("127.0.0.1:4000\n/a", "contains whitespace"),
        ("", "has no host"),
        (":4000", "has no host"),
        ("/streaming", "has no host"),
        ("//host", "has no host"),
        ("me@", "has no host"),
        ("me:hunter2@127.0.0.1:4000", "contains a user name or password"),
        ("me:hun/ter2@127.0.0.1:4000", "has an invalid port number"),
        ("token@127.0.0.1", "contains a user name or password"),
        ("127.0.0.1:4000/?environment=ps2", "contains a query"),
        ("127.0.0.1:4000?service-id=s:hunter2", "contains a query"),
        ("127.0.0.1:4000/#x", "contains a query"),
        ("127.0.0.1:4000/s:hunter2", "contains a service id"),
        ("[::1", "cannot be parsed: invalid IPv6 address"),
        ("1.2.3.400", "cannot be parsed: invalid IPv4 address"),
        ("a<b", "cannot be parsed: invalid international domain name"),
    ];

    #[test]
    fn a_url_is_refused_with_its_reason_and_without_its_secrets() {
        for service in [EVENT_STREAM, REST_API] {
            for (scheme, (rest, reason)) in
                service.schemes.into_iter().flat_map(|scheme| REFUSED.map(|row| (scheme, row)))
            {
                let fault = service.parse(&format!("{scheme}://{rest}")).expect_err(rest);
                assert!(fault.contains(&format!("` {reason}")), "{rest:?}: {fault}");
                assert!(
                    fault.contains(service.name) && !fault.contains("hunter2") && !fault.contains("hun"),
                    "{fault}"
                );
            }
        }
    }

    #[test]
    fn a_wrong_scheme_is_refused_with_the_right_ones() {
        for (service, text, shown) in [
            (EVENT_STREAM, "http://h", "http://h"),
            (EVENT_STREAM, "ftp://h", "ftp://h"),
            (EVENT_STREAM, "localhost:4000", "localhost:4000"),
            (EVENT_STREAM, "//h", "//h"),
            (EVENT_STREAM, "\"ws://h\"", "\"ws://h\""),
            (REST_API, "wss://me:hunter2@h", "wss://…@h"),
            (REST_API, "ws://h", "ws://h"),
            (REST_API, "127.0.0.1", "127.0.0.1"),
        ] {
            let [plain, tls] = service.schemes;
            let fault = service.parse(text).expect_err(text);
            assert!(fault.ends_with(&format!("URL `{shown}` must begin with `{plain}://` or `{tls}://`")), "{fault}");
        }
        assert!(EVENT_STREAM.parse(" ").unwrap_err().contains("is empty; write `ws://host:port`"));
        assert!(
            REST_API.parse("http://a:1,http://b:2").unwrap_err().contains("invalid port number; give a single URL")
        );
    }

    #[test]
    fn valid_urls_are_accepted() {
        for (service, text) in [
            (EVENT_STREAM, "wss://push.planetside2.com/streaming"),
            (EVENT_STREAM, "WS://127.0.0.1:4000"),
            (EVENT_STREAM, " ws://[::1]:4000/a/b "),
            (REST_API, "https://census.daybreakgames.com"),
            (REST_API, "http://bücher.example/base/"),
        ] {
            assert!(service.parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_list_keeps_its_order_and_reports_every_fault() {
        let urls = EVENT_STREAM.parse_list("ws://b:2 , wss://a/x,").unwrap();
        assert_eq!(urls.iter().map(Url::as_str).collect::<Vec<_>>(), ["ws://b:2/", "wss://a/x"]);
        assert_eq!(EVENT_STREAM.parse_list("ws://b:x,http://a,ws://c").unwrap_err().len(), 2);
        for (one, reason) in [
            ("ws://a:1,b:2", "`ws://a:1,b:2` has an invalid port number; write the scheme after each comma"),
            ("ws://me:hun,ter2@h", "`ws://…@h` contains a user name"),
            ("ws://h?x=s:hunter2,y", "`ws://h` contains a query"),
        ] {
            let faults = EVENT_STREAM.parse_list(one).unwrap_err();
            assert!(faults.len() == 1 && faults[0].contains(reason), "{faults:?}");
        }
        for nothing in ["", " , "] {
            assert_eq!(EVENT_STREAM.parse_list(nothing).unwrap_err().len(), 1, "{nothing:?}");
        }
    }
}
