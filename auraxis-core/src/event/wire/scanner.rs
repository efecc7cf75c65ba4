//! Parses payloads in the usual layout, in one pass.

use super::value::Value;

/// The text after an event's payload in the usual layout.
pub(crate) const EVENT_TAIL: &str = r#"},"service":"event","type":"serviceMessage"}"#;

/// Reads a payload in the usual layout, from its first key to its last value.
pub(crate) struct Scanner<'a> {
    rest: &'a [u8],
    /// `,"event_name":"Death"`, until it has been passed. It can be anywhere between the fields.
    name: Option<&'static str>,
    /// 1 before the first key, which has no leading comma; then 0.
    comma: usize,
}

impl<'a> Scanner<'a> {
    /// Starts after the opening brace of a payload.
    pub(crate) fn new(rest: &'a str, name: &'static str) -> Self {
        Self { rest: rest.as_bytes(), name: Some(name), comma: 1 }
    }

    /// Passes `,"key":"`, and the event's name if it comes first.
    #[inline(always)]
    pub(super) fn key(&mut self, key: &'static str) -> bool {
        if self.pass(key) {
            return true;
        }
        match self.name {
            Some(name) if self.rest.starts_with(&name.as_bytes()[self.comma..]) => {
                self.pass(name);
                self.name = None;
                self.pass(key)
            }
            _ => false,
        }
    }

    #[inline(always)]
    fn pass(&mut self, literal: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(&literal.as_bytes()[self.comma..]) else { return false };
        self.rest = rest;
        self.comma = 0;
        true
    }

    /// Passes `0"` if that is the value. Other spellings of zero are left to [`Fields`](super::fields::Fields).
    #[inline(always)]
    pub(super) fn zero(&mut self) -> Option<bool> {
        match self.rest {
            [b'0', b'"', rest @ ..] => {
                self.rest = rest;
                Some(true)
            }
            [b'0', ..] => None,
            _ => Some(false),
        }
    }

    #[inline(always)]
    pub(super) fn value<T: Value>(&mut self) -> Option<T> {
        let (value, rest) = T::scan(self.rest)?;
        self.rest = rest;
        Some(value)
    }

    /// Whether the payload ends here, its name has been passed, and exactly `tail` follows.
    pub(crate) fn ends_with(mut self, tail: &str) -> bool {
        self.name.is_none_or(|name| self.pass(name)) && self.rest == tail.as_bytes()
    }
}
