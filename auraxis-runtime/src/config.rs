//! Where a client connects to, and as whom.

use std::time::Duration;

use auraxis_core::environment::Environment;
use url::Url;

use crate::{
    endpoint::Endpoint,
    service_id::{ServiceId, redacted},
};

/// No wait is longer: further ahead, there are clocks that overflow.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_hours(24 * 365);

/// The official event stream.
const ESS: &str = "wss://push.planetside2.com/streaming";

#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) service_id: ServiceId,
    pub(crate) environment: Environment,
    pub(crate) ess_url: Url,
    /// The servers of the REST API, at least one.
    pub(crate) endpoints: Vec<Endpoint>,
}

impl Config {
    /// Puts the settings together, or says what is wrong with them.
    pub(crate) fn new(
        service_id: Option<&str>,
        environment: Option<Environment>,
        ess_url: Option<&str>,
        endpoints: Vec<Endpoint>,
    ) -> Result<Self, Vec<String>> {
        let mut faults = Vec::new();
        let service_id = service_id.map_or(Ok(ServiceId::example()), str::parse).unwrap_or_else(|fault: &str| {
            faults.push(fault.to_owned());
            ServiceId::example()
        });
        let text = ess_url.unwrap_or(ESS);
        let ess_url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "ws" | "wss") && url.has_host());
        if ess_url.is_none() {
            faults.push(format!(
                "the URL of the event stream begins with `ws://` or `wss://`, unlike `{}`",
                redacted(text)
            ));
        }
        faults.extend(endpoints.iter().filter_map(Endpoint::fault));
        match ess_url {
            Some(ess_url) if faults.is_empty() => {
                Ok(Self { service_id, environment: environment.unwrap_or_default(), ess_url, endpoints })
            }
            _ => Err(faults),
        }
    }

    /// The URL to connect to. It shows the service id.
    pub(crate) fn ess_request(&self) -> String {
        let mut url = self.ess_url.clone();
        // Written by hand: the service wants the colon of `s:` as it is.
        let given = url.query().unwrap_or_default().split('&');
        let is_ours = |pair: &str| pair.starts_with("environment=") || pair.starts_with("service-id=");
        let own: String =
            given.filter(|pair| !pair.is_empty() && !is_ours(pair)).flat_map(|pair| [pair, "&"]).collect();
        url.set_query(Some(&format!("{own}environment={}&service-id={}", self.environment, self.service_id.expose())));
        url.into()
    }

    /// Whether this is about the game itself, and not about a simulator or a mirror.
    pub(crate) fn is_official(&self) -> bool {
        self.ess_url.as_str() == ESS || self.endpoints.iter().any(Endpoint::is_official)
    }

    /// The same for people to read.
    pub(crate) fn ess_address(&self) -> String {
        let mut url = self.ess_url.clone();
        url.set_query(None);
        url.into()
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new(None, None, None, vec![Endpoint::official()]).expect("nothing is wrong with the defaults")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_has_the_query_and_the_address_has_no_secret() {
        let config =
            Config::new(Some("abc"), Some(Environment::Ps4Eu), Some("ws://127.0.0.1:4000/streaming"), vec![]).unwrap();
        assert_eq!(config.ess_request(), "ws://127.0.0.1:4000/streaming?environment=ps2ps4eu&service-id=s:abc");
        assert_eq!(config.ess_address(), "ws://127.0.0.1:4000/streaming");
        assert!(!format!("{config:?}").contains("abc"));
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let faults = Config::new(Some("no id"), None, Some("http://x"), vec!["nonsense".into()]).unwrap_err();
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(faults[1].contains("`ws://` or `wss://`, unlike `http://x`"), "{faults:?}");
    }

    #[test]
    fn a_service_id_in_an_address_is_neither_shown_nor_sent() {
        let faults =
            Config::new(None, None, Some("x/s:secret?service-id=s:secret"), vec!["x/s:secret/get".into()]).unwrap_err();
        assert!(faults.len() == 2 && !faults.concat().contains("secret"), "{faults:?}");
        let url = "ws://127.0.0.1:4000/streaming?environment=ps2&service-id=s:secret&mirror=1";
        let config = Config::new(Some("abc"), None, Some(url), vec![]).unwrap();
        let expected = "ws://127.0.0.1:4000/streaming?mirror=1&environment=ps2&service-id=s:abc";
        assert_eq!(config.ess_request(), expected);
    }
}
