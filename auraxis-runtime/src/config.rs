//! Servers, platform and service id of a client.

use std::{env, time::Duration};

use auraxis_core::environment::Environment;
use url::Url;

use crate::{address::EVENT_STREAM, endpoint::Endpoint, service_id::ServiceId};

/// The maximum duration of any wait. Much longer ones overflow the clock.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_hours(24 * 365);

/// The maximum time that a replay waits for something external. A REST request with all its retries takes less.
pub(crate) const MAX_EXTERNAL_WAIT: Duration = Duration::from_mins(5);

/// The official event stream.
const ESS: &str = "wss://push.planetside2.com/streaming";

#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) service_id: ServiceId,
    pub(crate) environment: Environment,
    /// The servers of the event stream in order of preference. Never empty.
    pub(crate) ess_urls: Vec<Url>,
    /// The servers of the REST API in order of preference. Never empty.
    pub(crate) endpoints: Vec<Endpoint>,
}

impl Config {
    /// Creates the configuration, or returns all errors of the settings. `ess_urls` can be several URLs, separated by
    /// commas.
    pub(crate) fn new(
        service_id: Option<&str>,
        environment: Option<Environment>,
        ess_urls: Option<&str>,
        endpoints: Vec<Endpoint>,
    ) -> Result<Self, Vec<String>> {
        let mut faults = Vec::new();
        let service_id = service_id.map_or(Ok(ServiceId::example()), str::parse).unwrap_or_else(|fault: &str| {
            faults.push(fault.to_owned());
            ServiceId::example()
        });
        let ess_urls = EVENT_STREAM.parse_list(ess_urls.unwrap_or(ESS)).unwrap_or_else(|more| {
            faults.extend(more);
            Vec::new()
        });
        faults.extend(endpoints.iter().filter_map(Endpoint::fault));
        if faults.is_empty() {
            Ok(Self { service_id, environment: environment.unwrap_or_default(), ess_urls, endpoints })
        } else {
            Err(faults)
        }
    }

    /// Returns the URL to connect to. It contains the service id.
    pub(crate) fn ess_request(&self, server: &Url) -> String {
        let mut url = server.clone();
        // Not by `query_pairs_mut`, because the server requires an unescaped colon in `s:`.
        url.set_query(Some(&format!("environment={}&service-id={}", self.environment, self.service_id.expose())));
        url.into()
    }

    /// Returns the address of a server for messages, without the service id.
    pub(crate) fn ess_address(&self, server: &Url) -> String {
        self.service_id.redact(server.as_str())
    }

    /// Returns whether any server is an official one, and not a simulator or a mirror.
    pub(crate) fn is_official(&self) -> bool {
        self.ess_urls.iter().any(|url| url.as_str() == ESS) || self.endpoints.iter().any(Endpoint::is_official)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new(None, None, None, vec![Endpoint::official()]).expect("the defaults are valid")
    }
}

/// Returns the value of an environment variable. Empty variables are ignored.
pub(crate) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_have_the_query_and_messages_do_not_show_the_service_id() {
        let urls = "ws://127.0.0.1:4000/streaming,ws://127.0.0.1:4001";
        let config = Config::new(Some("abc"), Some(Environment::Ps4Eu), Some(urls), vec![]).unwrap();
        assert_eq!(
            config.ess_urls.iter().map(|url| config.ess_request(url)).collect::<Vec<_>>(),
            [
                "ws://127.0.0.1:4000/streaming?environment=ps2ps4eu&service-id=s:abc",
                "ws://127.0.0.1:4001/?environment=ps2ps4eu&service-id=s:abc",
            ]
        );
        let server = Url::parse("ws://127.0.0.1/abc").unwrap();
        assert_eq!(config.ess_address(&server), "ws://127.0.0.1/…");
        assert!(!format!("{config:?}").contains("abc"));
    }

    #[test]
    fn all_errors_are_reported_at_the_same_time_without_secrets() {
        let (ess, rest) = ("http://x?service-id=s:secret,ws://", "x/s:secret/get");
        let faults = Config::new(Some("no id"), None, Some(ess), vec![rest.into()]).unwrap_err();
        assert_eq!(faults.len(), 4, "{faults:?}");
        assert!(!faults.concat().contains("secret"), "{faults:?}");
    }

    #[test]
    fn a_config_with_one_official_server_is_official() {
        let config = |ess| Config::new(None, None, Some(ess), vec!["http://127.0.0.1:1".into()]).unwrap();
        assert!(config("ws://127.0.0.1:1,wss://push.planetside2.com/streaming").is_official());
        assert!(!config("ws://127.0.0.1:1").is_official());
    }
}
