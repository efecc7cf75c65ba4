//! Parses payloads in the usual layout, in one pass.

use std::marker::PhantomData;

use super::value::Value;

/// The text after an event's payload in the usual layout.
pub(crate) const EVENT_TAIL: &str = r#"},"service":"event","type":"serviceMessage"}"#;

/// The same, inside of a JSON string.
pub(crate) const ESCAPED_EVENT_TAIL: &str = r#"},\"service\":\"event\",\"type\":\"serviceMessage\"}"#;

/// A text of JSON, and the same inside of a JSON string, as recordings contain it.
#[derive(Clone, Copy)]
pub(crate) struct Literal {
    pub(crate) plain: &'static str,
    pub(crate) escaped: &'static str,
}

/// How a frame is written.
pub(crate) trait Spelling {
    const QUOTE: &'static str;

    fn pick<T>(plain: T, escaped: T) -> T;

    #[inline(always)]
    fn of(literal: Literal) -> &'static str {
        Self::pick(literal.plain, literal.escaped)
    }
}

/// A frame as it was received.
pub(crate) struct Unescaped;

/// A frame inside of a JSON string, where nothing but the quotes has to be escaped.
pub(crate) struct Escaped;

impl Spelling for Unescaped {
    const QUOTE: &'static str = "\"";

    #[inline(always)]
    fn pick<T>(plain: T, _: T) -> T {
        plain
    }
}

impl Spelling for Escaped {
    const QUOTE: &'static str = "\\\"";

    #[inline(always)]
    fn pick<T>(_: T, escaped: T) -> T {
        escaped
    }
}

/// Reads a payload in the usual layout, from its first key to its last value.
pub(crate) struct Scanner<'a, S> {
    rest: &'a [u8],
    /// `,"event_name":"Death"`, until it has been passed. It can be anywhere between the fields.
    name: Option<&'static str>,
    /// 1 before the first key, which has no leading comma; then 0.
    comma: usize,
    spelling: PhantomData<S>,
}

impl<'a, S: Spelling> Scanner<'a, S> {
    /// Starts after the opening brace of a payload.
    pub(crate) fn new(rest: &'a [u8], name: Literal) -> Self {
        Self { rest, name: Some(S::of(name)), comma: 1, spelling: PhantomData }
    }

    /// Passes `,"key":"`, and the event's name if it comes first.
    #[inline(always)]
    pub(super) fn key(&mut self, key: Literal) -> bool {
        let key = S::of(key);
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
            [b'0', rest @ ..] => {
                self.rest = rest.strip_prefix(S::QUOTE.as_bytes())?;
                Some(true)
            }
            _ => Some(false),
        }
    }

    #[inline(always)]
    pub(super) fn value<T: Value>(&mut self) -> Option<T> {
        let (value, rest) = T::scan(self.rest)?;
        self.rest = rest.strip_prefix(S::QUOTE.as_bytes())?;
        Some(value)
    }

    /// Whether the payload ends here, its name has been passed, and exactly `tail` follows.
    pub(crate) fn ends_with(mut self, tail: Literal) -> bool {
        self.name.is_none_or(|name| self.pass(name)) && self.rest == S::of(tail).as_bytes()
    }
}
