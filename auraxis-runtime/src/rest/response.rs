//! An HTTP response.

use std::time::{Duration, SystemTime};

use auraxis_core::census::Reply;
use reqwest::header::{HeaderMap, HeaderName, LOCATION, RETRY_AFTER};

use crate::config::LONGEST_WAIT;

/// The parts of an HTTP response that matter.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(super) fn new(status: u16, headers: &HeaderMap, body: Vec<u8>) -> Self {
        let text = |name: HeaderName| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
        Self {
            status,
            location: text(LOCATION).map(Into::into),
            retry_after: text(RETRY_AFTER).and_then(|time| time_until(&time)),
            body,
        }
    }

    pub(super) fn reply(&self) -> Reply<'_> {
        let Self { status, location, retry_after, body } = self;
        Reply { status: *status, location: location.as_deref(), retry_after: *retry_after, body }
    }
}

/// Parses the value of `Retry-After`: a number of seconds, or a date. Returns the time from now.
pub(crate) fn time_until(text: &str) -> Option<Duration> {
    let time = match text.trim().parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => httpdate::parse_http_date(text.trim()).ok()?.duration_since(SystemTime::now()).unwrap_or_default(),
    };
    Some(time.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_in_seconds_or_a_date() {
        assert_eq!(time_until(" 7 "), Some(Duration::from_secs(7)));
        assert_eq!(time_until("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        let future = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(100));
        assert!(time_until(&future).is_some_and(|time| time > Duration::from_secs(50)));
        assert_eq!(time_until("18446744073709551615"), Some(LONGEST_WAIT));
        assert_eq!(time_until("soon"), None);
    }
}
