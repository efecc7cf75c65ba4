//! How the values of an event stand on the wire, and the two ways of reading them.
//!
//! A frame as the servers send it is read by a [`Scanner`]: it expects the keys in their usual order and the values as
//! plain strings, and gives up at the first surprise. Whatever surprises it is read by [`Fields`], which takes keys in
//! any order, numbers for strings, escapes, white space and keys that nobody knows. Both read the same table of fields
//! through [`Presence`], and a test holds that they always agree.
#![allow(clippy::inline_always)] // Keys have to be constants where they are compared: that saves a fifth.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
    ser::SerializeMap,
};
use serde_json::{Map, value::RawValue};

use super::Extra;
use crate::{id::*, time::Timestamp};

/// A value that can be read from the text between its quotes, and written back.
pub(crate) trait Value: Sized {
    /// Reads the whole of `text`.
    fn parse(text: &str) -> Option<Self>;

    /// Reads from the start of `rest` and returns what follows the closing quote.
    fn scan(rest: &[u8]) -> Option<(Self, &[u8])> {
        let end = memchr::memchr2(b'"', b'\\', rest)?;
        let (text, after) = (&rest[..end], rest[end..].strip_prefix(b"\"")?);
        // JSON forbids raw control characters in a string; the general parser says so.
        if text.iter().any(|&byte| byte < 0x20) {
            return None;
        }
        Some((Self::parse(str::from_utf8(text).ok()?)?, after))
    }

    /// Writes the text that stands between the quotes.
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

/// Reads digits up to the closing quote, eight at a time. No digit, a sign, or more digits than always fit: `None`.
fn scan_digits(text: &[u8]) -> Option<(u64, &[u8])> {
    const ALWAYS_FIT: usize = 19;

    let mut number: u64 = 0;
    let mut at = 0;
    loop {
        // Behind every number of a frame there are more than eight bytes; what is shorter is no usual frame.
        let chunk = text.get(at..)?.first_chunk()?;
        let (value, digits) = leading_digits(u64::from_le_bytes(*chunk));
        number = number.wrapping_mul(TENS[digits]).wrapping_add(value);
        at += digits;
        if digits < 8 {
            break;
        }
    }
    let rest = text.get(at..)?.strip_prefix(b"\"")?;
    (1..=ALWAYS_FIT).contains(&at).then_some((number, rest))
}

const TENS: [u64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/// The number that the bytes begin with, first byte lowest, and how many digits it has.
const fn leading_digits(bytes: u64) -> (u64, usize) {
    const ONES: u64 = 0x0101_0101_0101_0101;

    // A digit becomes its value; all else becomes 10 or more, or has its high bit set.
    let values = bytes ^ (0x30 * ONES);
    let others = (values.wrapping_add(0x76 * ONES) | values) & (0x80 * ONES);
    let digits = others.trailing_zeros() as usize / 8;
    if digits == 0 {
        return (0, 0);
    }
    // Zeros before the number, then neighbours are joined: to two digits, to four, to eight.
    let eight = values << (64 - 8 * digits);
    let twos = eight.wrapping_mul(10).wrapping_add(eight >> 8);
    let low = (twos & 0x0000_00FF_0000_00FF).wrapping_mul(0x000F_4240_0000_0064);
    let high = ((twos >> 16) & 0x0000_00FF_0000_00FF).wrapping_mul(0x0000_2710_0000_0001);
    (low.wrapping_add(high) >> 32, digits)
}

macro_rules! integers {
    ($($number:ty)*) => {$(
        impl Value for $number {
            fn parse(text: &str) -> Option<Self> {
                text.parse().ok()
            }

            fn scan(rest: &[u8]) -> Option<(Self, &[u8])> {
                let (number, rest) = scan_digits(rest)?;
                Some((Self::try_from(number).ok()?, rest))
            }

            fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )*};
}

macro_rules! wrapped {
    ($($name:ident)*) => {$(
        impl Value for $name {
            fn parse(text: &str) -> Option<Self> {
                Value::parse(text).map(Self)
            }

            fn scan(rest: &[u8]) -> Option<(Self, &[u8])> {
                let (number, rest) = Value::scan(rest)?;
                Some((Self(number), rest))
            }

            fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write(f)
            }
        }
    )*};
}

integers! { u32 u64 i32 i64 }
wrapped! {
    AchievementId CharacterId EntityId ExperienceId FacilityId FactionId FireModeId FishId ItemId LoadoutId
    MetagameEventId MetagameEventState MetagameInstanceId OutfitId SkillId VehicleId WorldId ZoneId Timestamp
}

impl Value for bool {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "1" | "true" => Some(true),
            "0" | "false" => Some(false),
            _ => None,
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self { "1" } else { "0" })
    }
}

impl Value for f32 {
    fn parse(text: &str) -> Option<Self> {
        text.parse().ok().filter(|number: &Self| number.is_finite())
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Value for Box<str> {
    fn parse(text: &str) -> Option<Self> {
        Some(text.into())
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

/// Whether and how a field may be empty.
pub(crate) trait Presence<T> {
    fn scan(scanner: &mut Scanner<'_>, key: &'static str) -> Option<T>;
    fn take(fields: &mut Fields<'_>, name: &'static str) -> Result<T, FieldFault>;
    /// The text between the quotes, or `None` if the field is left out.
    fn text(value: &T) -> Option<impl fmt::Display + '_>;
}

/// Always there.
pub(crate) struct Plain;

/// `None` is `"0"`. A field that is missing is `None` as well.
pub(crate) struct OrZero;

/// `None` is a field that is missing.
pub(crate) struct OrAbsent;

/// A fraction that always stands with six decimals.
pub(crate) struct SixDecimals;

impl<T: Value> Presence<T> for Plain {
    #[inline(always)]
    fn scan(scanner: &mut Scanner<'_>, key: &'static str) -> Option<T> {
        if scanner.key(key) { scanner.value() } else { None }
    }

    fn take(fields: &mut Fields<'_>, name: &'static str) -> Result<T, FieldFault> {
        fields.value(name)?.ok_or(FieldFault { field: name, found: None })
    }

    fn text(value: &T) -> Option<impl fmt::Display + '_> {
        Some(Text(value))
    }
}

impl<T: Value> Presence<Option<T>> for OrZero {
    #[inline(always)]
    fn scan(scanner: &mut Scanner<'_>, key: &'static str) -> Option<Option<T>> {
        if !scanner.key(key) {
            return Some(None);
        }
        if let Some(rest) = scanner.rest.strip_prefix(b"0\"") {
            scanner.rest = rest;
            return Some(None);
        }
        scanner.value().map(Some)
    }

    fn take(fields: &mut Fields<'_>, name: &'static str) -> Result<Option<T>, FieldFault> {
        if fields.text(name).is_some_and(|text| text == "0") {
            fields.take(name);
            return Ok(None);
        }
        fields.value(name)
    }

    fn text(value: &Option<T>) -> Option<impl fmt::Display + '_> {
        Some(TextOrZero(value.as_ref()))
    }
}

impl<T: Value> Presence<Option<T>> for OrAbsent {
    #[inline(always)]
    fn scan(scanner: &mut Scanner<'_>, key: &'static str) -> Option<Option<T>> {
        if scanner.key(key) { scanner.value().map(Some) } else { Some(None) }
    }

    fn take(fields: &mut Fields<'_>, name: &'static str) -> Result<Option<T>, FieldFault> {
        fields.value(name)
    }

    fn text(value: &Option<T>) -> Option<impl fmt::Display + '_> {
        value.as_ref().map(Text)
    }
}

impl Presence<f32> for SixDecimals {
    fn scan(scanner: &mut Scanner<'_>, key: &'static str) -> Option<f32> {
        Plain::scan(scanner, key)
    }

    fn take(fields: &mut Fields<'_>, name: &'static str) -> Result<f32, FieldFault> {
        Plain::take(fields, name)
    }

    fn text(value: &f32) -> Option<impl fmt::Display + '_> {
        Some(format!("{value:.6}"))
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

/// Reads a payload whose layout is the usual one, from its first key to its last value.
pub(crate) struct Scanner<'a> {
    rest: &'a [u8],
    /// `,"event_name":"Death"`, until it has been passed. It may stand anywhere between the fields.
    name: Option<&'static str>,
    /// 1 before the first key, which has no comma before it.
    comma: usize,
}

impl<'a> Scanner<'a> {
    /// Starts behind the opening brace of a payload.
    pub(crate) fn new(rest: &'a str, name: &'static str) -> Self {
        Self { rest: rest.as_bytes(), name: Some(name), comma: 1 }
    }

    /// Passes `,"key":"`, and the event's name if that comes first.
    #[inline(always)]
    fn key(&mut self, key: &'static str) -> bool {
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

    #[inline(always)]
    fn value<T: Value>(&mut self) -> Option<T> {
        let (value, rest) = T::scan(self.rest)?;
        self.rest = rest;
        Some(value)
    }

    /// Whether the payload ends here, its name has been seen, and `tail` is all that follows.
    pub(crate) fn ends_with(mut self, tail: &str) -> bool {
        self.name.is_none_or(|name| self.pass(name)) && self.rest == tail.as_bytes()
    }
}

/// A field that is missing or does not hold what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldFault {
    pub(crate) field: &'static str,
    /// What stands there; `None` if nothing does.
    pub(crate) found: Option<Box<str>>,
}

/// The keys and values of an object, as they came.
pub(crate) struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Fields<'a> {
    /// Removes a field and returns its raw value. `null` counts as missing.
    pub(crate) fn take(&mut self, name: &str) -> Option<&'a RawValue> {
        let at = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.swap_remove(at).1).filter(|raw| raw.get() != "null")
    }

    /// The text of a string, number or boolean.
    pub(crate) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        let (_, raw) = self.0.iter().find(|(key, _)| key == name)?;
        scalar(raw)
    }

    fn value<T: Value>(&mut self, name: &'static str) -> Result<Option<T>, FieldFault> {
        let Some(raw) = self.take(name) else { return Ok(None) };
        match scalar(raw).as_deref().and_then(T::parse) {
            Some(value) => Ok(Some(value)),
            None => Err(FieldFault { field: name, found: Some(raw.get().into()) }),
        }
    }

    /// What nobody has taken.
    pub(crate) fn into_extra(self) -> Extra {
        if self.0.is_empty() {
            return Extra::default();
        }
        Extra(Some(Box::new(self.into_map())))
    }

    pub(crate) fn into_map(self) -> Map<String, serde_json::Value> {
        let value = |raw: &RawValue| serde_json::from_str(raw.get()).unwrap_or_default();
        self.0.into_iter().map(|(key, raw)| (key.into_owned(), value(raw))).collect()
    }
}

fn scalar(raw: &RawValue) -> Option<Cow<'_, str>> {
    match raw.get().as_bytes() {
        [b'"', ..] => serde_json::from_str::<Borrowed<'_>>(raw.get()).ok().map(|text| text.0),
        [b'{' | b'[', ..] | b"null" => None,
        _ => Some(Cow::Borrowed(raw.get())),
    }
}

/// A string that is borrowed unless it has escapes.
#[derive(Deserialize)]
struct Borrowed<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = Vec::with_capacity(16);
                while let Some((Borrowed(key), value)) = map.next_entry::<Borrowed<'de>, &'de RawValue>()? {
                    fields.push((key, value));
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// Writes the fields of an event in the order of the table, its name where the alphabet puts it.
pub(crate) struct FieldWriter<M> {
    map: M,
    name: Option<&'static str>,
}

impl<M: SerializeMap> FieldWriter<M> {
    pub(crate) fn new(map: M, name: &'static str) -> Self {
        Self { map, name: Some(name) }
    }

    pub(crate) fn field(&mut self, key: &'static str, text: Option<impl fmt::Display>) -> Result<(), M::Error> {
        if key > "event_name" {
            self.name()?;
        }
        match text {
            Some(text) => self.map.serialize_entry(key, &format_args!("{text}")),
            None => Ok(()),
        }
    }

    fn name(&mut self) -> Result<(), M::Error> {
        match self.name.take() {
            Some(name) => self.map.serialize_entry("event_name", name),
            None => Ok(()),
        }
    }

    pub(crate) fn end(mut self, extra: &Extra) -> Result<M::Ok, M::Error> {
        self.name()?;
        for (key, value) in extra.iter() {
            self.map.serialize_entry(key, value)?;
        }
        self.map.end()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn digits_are_read_as_the_number_they_are(number: u64, length in 0..19_u32, zeros in 0..4_usize) {
            let number = number / 10_u64.pow(length);
            let digits = format!("{}{number}", "0".repeat(zeros));
            let read = scan_digits(format!("{digits}\",\"more\":1").as_bytes()).map(|(number, _)| number);
            prop_assert_eq!(read, (digits.len() <= 19).then_some(number));
        }

        #[test]
        fn what_is_no_digit_ends_the_number_or_makes_it_none(text in "[0-9]{0,9}.[0-9]{0,9}") {
            let plain = format!("{text}\"        ");
            let expected = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty();
            prop_assert_eq!(scan_digits(plain.as_bytes()).is_some(), expected || text.find('"').is_some_and(|at| {
                at > 0 && text[..at].bytes().all(|byte| byte.is_ascii_digit())
            }));
        }
    }

    #[test]
    fn every_byte_that_is_no_digit_is_noticed_in_every_place() {
        for byte in (0..=255_u8).filter(|byte| !byte.is_ascii_digit()) {
            for at in 0..8 {
                let mut bytes = *b"98765432";
                bytes[at] = byte;
                let expected = (0..at).fold(0, |number, at| number * 10 + u64::from(b"98765432"[at] - b'0'));
                assert_eq!(leading_digits(u64::from_le_bytes(bytes)), (expected, at), "{byte} at {at}");
            }
        }
    }
}
