//! The token that allows changes.

use std::{
    fmt, fs,
    path::Path,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::http::{HeaderMap, header};
use subtle::ConstantTimeEq as _;

/// The number of wrong tokens within a window, after which none is compared until its end: so a token cannot be guessed,
/// and its owner has to wait for a minute at most.
const MAX_WRONG: u32 = 10;
const WINDOW: Duration = Duration::from_mins(1);

/// A token that allows changes. It never appears in output.
#[derive(Clone)]
pub(crate) struct Token(String);

/// The wrong tokens of the current window.
#[derive(Debug, Default)]
pub(crate) struct Attempts(Mutex<Option<(Instant, u32)>>);

/// Why a change is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// No token is set.
    NoToken,
    /// The request has no token.
    Missing,
    Wrong,
    /// Too many tokens were wrong.
    TooMany,
}

impl Token {
    /// Returns `None` if the token is empty.
    pub(crate) fn new(token: String) -> Option<Self> {
        Some(Self(token)).filter(|token| !token.0.is_empty())
    }

    /// Compares in constant time, except for the length.
    fn matches(&self, given: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(given).into()
    }
}

/// Reads a token from a file, without surrounding whitespace.
///
/// # Errors
///
/// Returns what is wrong with the file.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    let text = fs::read_to_string(path);
    let text = text.map_err(|error| format!("cannot read the token file `{}`: {error}", path.display()))?;
    match text.trim() {
        "" => Err(format!("the token file `{}` is empty", path.display())),
        token => Ok(token.into()),
    }
}

impl Attempts {
    /// Checks the token of a request.
    pub(crate) fn check(&self, token: Option<&Token>, headers: &HeaderMap, now: Instant) -> Result<(), Denied> {
        let token = token.ok_or(Denied::NoToken)?;
        let given = bearer(headers).ok_or(Denied::Missing)?;
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, wrong) = match &mut *window {
            Some(window) if now.saturating_duration_since(window.0) < WINDOW => window,
            window => window.insert((now, 0)),
        };
        if *wrong >= MAX_WRONG {
            return Err(Denied::TooMany);
        }
        if token.matches(given) {
            return Ok(());
        }
        *wrong += 1;
        Err(Denied::Wrong)
    }
}

fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.as_bytes().split_at_checked("Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then_some(token)
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(authorization: &str) -> HeaderMap {
        [(header::AUTHORIZATION, authorization.parse().unwrap())].into_iter().collect()
    }

    #[test]
    fn only_the_token_is_accepted() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        let token = Token::new("open sesame".into());
        let check = |headers: &HeaderMap| attempts.check(token.as_ref(), headers, now);
        assert_eq!(check(&headers("Bearer open sesame")), Ok(()));
        assert_eq!(check(&headers("bearer open sesame")), Ok(()));
        assert_eq!(check(&HeaderMap::new()), Err(Denied::Missing));
        assert_eq!(check(&headers("Basic open sesame")), Err(Denied::Missing));
        for wrong in ["Bearer ", "Bearer open", "Bearer open sesame ", "Bearer Open sesame"] {
            assert_eq!(check(&headers(wrong)), Err(Denied::Wrong), "{wrong}");
        }
        assert_eq!(attempts.check(None, &headers("Bearer open sesame"), now), Err(Denied::NoToken));
        assert!(Token::new(String::new()).is_none());
        assert_eq!(format!("{token:?}"), "Some(Token)");
    }

    #[test]
    fn after_many_wrong_tokens_none_is_accepted_for_a_minute() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        let token = Token::new("right".into());
        let check = |given: &str, at| attempts.check(token.as_ref(), &headers(given), at);
        for _ in 0..MAX_WRONG {
            assert_eq!(check("Bearer wrong", now), Err(Denied::Wrong));
        }
        assert_eq!(check("Bearer right", now), Err(Denied::TooMany));
        assert_eq!(check("Bearer right", now + WINDOW), Ok(()));
    }
}
