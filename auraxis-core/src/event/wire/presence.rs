//! Reading and writing of required and optional fields.

use std::fmt;

use super::{
    fields::Fields,
    mixer::Mixer,
    scanner::{Literal, Scanner, Spelling},
    value::Value,
};
use crate::event::fault::FieldFault;

/// Whether and how a field can be empty.
pub(crate) trait Presence<T> {
    fn scan<S: Spelling>(scanner: &mut Scanner<'_, S>, key: Literal) -> Option<T>;
    fn take(fields: &mut Fields<'_>, name: &'static str) -> Result<T, FieldFault>;
    /// Returns the text between the quotes, or `None` if the field is omitted.
    fn text(value: &T) -> Option<impl fmt::Display + '_>;
    /// Whether the value is missing. Then a `null` that was read is written again.
    fn is_none(_: &T) -> bool {
        false
    }
    /// Mixes the value into a fingerprint.
    fn mix(value: &T, mixer: &mut Mixer);
}

/// A required field.
pub(crate) struct Plain;

/// `None` is written as `"0"`. A field that is missing or `null` is `None` as well.
pub(crate) struct OrZero;

/// `None` is a field that is missing or `null`.
pub(crate) struct OrAbsent;

/// A fraction written with six decimals, or more if it has more.
pub(crate) struct SixDecimals;

impl<T: Value> Presence<T> for Plain {
    #[inline(always)]
    fn scan<S: Spelling>(scanner: &mut Scanner<'_, S>, key: Literal) -> Option<T> {
        if scanner.key(key) { scanner.value() } else { None }
    }

    fn take(fields: &mut Fields<'_>, name: &'static str) -> Result<T, FieldFault> {
        fields.value(name)?.ok_or_else(|| fields.fault(name))
    }

    fn text(value: &T) -> Option<impl fmt::Display + '_> {
        Some(Text(value))
    }

    fn mix(value: &T, mixer: &mut Mixer) {
        value.mix(mixer);
    }
}

impl<T: Value> Presence<Option<T>> for OrZero {
    #[inline(always)]
    fn scan<S: Spelling>(scanner: &mut Scanner<'_, S>, key: Literal) -> Option<Option<T>> {
        if !scanner.key(key) {
            return Some(None);
        }
        if scanner.zero()? { Some(None) } else { scanner.value().map(Some) }
    }

    fn take(fields: &mut Fields<'_>, name: &'static str) -> Result<Option<T>, FieldFault> {
        Ok(fields.value(name)?.filter(|value: &T| !value.is_zero()))
    }

    fn text(value: &Option<T>) -> Option<impl fmt::Display + '_> {
        Some(TextOrZero(value.as_ref()))
    }

    fn is_none(value: &Option<T>) -> bool {
        value.is_none()
    }

    fn mix(value: &Option<T>, mixer: &mut Mixer) {
        mix_option(value.as_ref(), mixer);
    }
}

impl<T: Value> Presence<Option<T>> for OrAbsent {
    #[inline(always)]
    fn scan<S: Spelling>(scanner: &mut Scanner<'_, S>, key: Literal) -> Option<Option<T>> {
        if scanner.key(key) { scanner.value().map(Some) } else { Some(None) }
    }

    fn take(fields: &mut Fields<'_>, name: &'static str) -> Result<Option<T>, FieldFault> {
        fields.value(name)
    }

    fn text(value: &Option<T>) -> Option<impl fmt::Display + '_> {
        value.as_ref().map(Text)
    }

    fn is_none(value: &Option<T>) -> bool {
        value.is_none()
    }

    fn mix(value: &Option<T>, mixer: &mut Mixer) {
        mix_option(value.as_ref(), mixer);
    }
}

impl Presence<f32> for SixDecimals {
    fn scan<S: Spelling>(scanner: &mut Scanner<'_, S>, key: Literal) -> Option<f32> {
        Plain::scan(scanner, key)
    }

    fn take(fields: &mut Fields<'_>, name: &'static str) -> Result<f32, FieldFault> {
        Plain::take(fields, name)
    }

    fn text(value: &f32) -> Option<impl fmt::Display + '_> {
        let usual = format!("{value:.6}");
        Some(if usual.parse() == Ok(*value) { usual } else { value.to_string() })
    }

    fn mix(value: &f32, mixer: &mut Mixer) {
        value.mix(mixer);
    }
}

/// Whether there is a value comes first, so that neither is taken for the other.
fn mix_option<T: Value>(value: Option<&T>, mixer: &mut Mixer) {
    mixer.number(u64::from(value.is_some()));
    if let Some(value) = value {
        value.mix(mixer);
    }
}

struct Text<'a, T>(&'a T);

impl<T: Value> fmt::Display for Text<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(f)
    }
}

struct TextOrZero<'a, T>(Option<&'a T>);

impl<T: Value> fmt::Display for TextOrZero<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(value) => value.write(f),
            None => f.write_str("0"),
        }
    }
}
