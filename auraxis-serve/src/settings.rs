//! What can be set.

use std::{fmt, path::Path, time::Duration};

use auraxis_runtime::{Error, Result};
use axum::http::uri::Authority;

use crate::token::{self, Token};

/// Allows all origins.
pub(crate) const ANY_ORIGIN: &str = "*";

/// The time after which readers are dropped that read nothing.
const READER_TIMEOUT: Duration = Duration::from_secs(30);

/// The time between the heartbeats of `/streaming`, as the game's.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// What can be set for the routes of a client.
#[derive(Clone, Default)]
pub struct Settings {
    pub(crate) token: Option<Token>,
    pub(crate) allowed_origins: Vec<String>,
    reader_timeout: Option<Duration>,
    heartbeat: Option<Duration>,
    /// What is wrong with the settings.
    faults: Vec<String>,
    pub(crate) name: Option<String>,
    pub(crate) version: Option<String>,
}

impl Settings {
    /// Returns the defaults: nothing can be changed over HTTP, and pages of other origins can read nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Allows those who have this token to pause and resume triggers. An empty token is ignored.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Token::new(token.into());
        self
    }

    /// Reads that [token](Self::token) from a file. Whitespace around it is ignored. If the file cannot be read, or is
    /// empty, the client does not start.
    #[must_use]
    pub fn token_file(mut self, path: impl AsRef<Path>) -> Self {
        match token::read(path.as_ref()) {
            Ok(token) => self.token(token),
            Err(fault) => {
                self.faults.push(fault);
                self
            }
        }
    }

    /// Allows pages of this origin, such as `https://example.com`, to read what is served. `*` allows all origins. Can be
    /// called several times.
    #[must_use]
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        let origin = origin.into();
        match normalize(&origin) {
            Some(origin) => self.allowed_origins.push(origin),
            None => self.faults.push(format!(
                "`{origin}` is not an origin; pass one such as https://example.com, without a path, or `*`"
            )),
        }
        self
    }

    /// Drops clients that read nothing for this time, although there is something to read. Default: 30 seconds.
    #[must_use]
    pub fn reader_timeout(mut self, timeout: Duration) -> Self {
        self.reader_timeout = Some(timeout);
        self
    }

    pub(crate) fn read_timeout(&self) -> Duration {
        self.reader_timeout.unwrap_or(READER_TIMEOUT)
    }

    /// Sets the time between the heartbeats of `/streaming`. Clients that send nothing, not even pongs, for three times as
    /// long are disconnected. Default: 30 seconds, as the game.
    #[must_use]
    pub fn heartbeat(mut self, period: Duration) -> Self {
        self.heartbeat = Some(period);
        self
    }

    pub(crate) fn heartbeat_period(&self) -> Duration {
        self.heartbeat.filter(|period| !period.is_zero()).unwrap_or(HEARTBEAT)
    }

    /// Returns an error if the settings are invalid.
    pub(crate) fn check(&self) -> Result {
        if self.faults.is_empty() { Ok(()) } else { Err(Error::setup(self.faults.join("; also, "))) }
    }

    /// Sets the name and the version of the bot, which the page shows. `run!` sets them. Default: the name of the
    /// executable, and no version.
    #[must_use]
    pub fn bot(mut self, name: Option<impl Into<String>>, version: Option<impl Into<String>>) -> Self {
        self.name = name.map(Into::into).or(self.name);
        self.version = version.map(Into::into).or(self.version);
        self
    }
}

/// Returns an origin as browsers send it; `None` if the text is not an origin.
fn normalize(origin: &str) -> Option<String> {
    let origin = origin.trim().trim_end_matches('/').to_ascii_lowercase();
    let is_special = origin == ANY_ORIGIN || origin == "null";
    let is_url = || {
        let (scheme, host) = origin.split_once("://")?;
        let authority: Authority = host.parse().ok()?;
        (!scheme.is_empty() && !authority.as_str().contains('@')).then_some(())
    };
    (is_special || is_url().is_some()).then_some(origin)
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("allowed_origins", &self.allowed_origins).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_normalized() {
        assert_eq!(normalize(" https://Example.com:8443/ ").as_deref(), Some("https://example.com:8443"));
        assert_eq!([normalize("*"), normalize("NULL")], [Some("*".into()), Some("null".into())]);
        for wrong in ["", "example.com", "https://", "://example.com", "https://a/b", "https://a b", "https://me@a"] {
            assert_eq!(normalize(wrong), None, "{wrong}");
        }
    }
}
