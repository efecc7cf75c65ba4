//! The values of fields, each a string on the wire.

use std::fmt;

use super::mixer::Mixer;
use crate::{id::*, time::Timestamp};

/// A value that can be parsed from the text between the quotes, and written back.
pub(crate) trait Value: Sized {
    /// Parses all of `text`.
    fn parse(text: &str) -> Option<Self>;

    /// Parses the start of `rest` and returns the rest from the closing quote on.
    fn scan(rest: &[u8]) -> Option<(Self, &[u8])> {
        let (text, after) = rest.split_at(memchr::memchr2(b'"', b'\\', rest)?);
        // JSON forbids raw control characters in strings; the general parser reports them.
        if text.iter().any(|&byte| byte < 0x20) {
            return None;
        }
        Some((Self::parse(str::from_utf8(text).ok()?)?, after))
    }

    /// Whether it is the number 0.
    fn is_zero(&self) -> bool {
        false
    }

    /// Writes the text between the quotes.
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;

    /// Mixes the value into a fingerprint.
    fn mix(&self, mixer: &mut Mixer);
}

/// Reads digits, eight at a time. Returns `None` for no digits, a sign, or more digits than always fit.
#[inline(always)]
fn scan_digits(text: &[u8]) -> Option<(u64, &[u8])> {
    // In a usual frame, more than eight bytes follow every number.
    let (mut number, mut digits) = leading_digits(u64::from_le_bytes(*text.first_chunk()?));
    if digits == 8 {
        (number, digits) = scan_long_digits(text, number);
    }
    if digits > 0 { Some((number, text.get(digits..)?)) } else { None }
}

/// Reads the digits after the first eight. Returns the number and the number of digits, or zeros if they may not fit, or
/// the text ends too early. Both are returned in registers, which an `Option` of a slice is not.
#[inline(never)]
fn scan_long_digits(text: &[u8], eight: u64) -> (u64, usize) {
    const ALWAYS_FIT: usize = 19;

    let mut number = eight;
    for at in [8, 16] {
        let Some(bytes) = text.get(at..).and_then(<[u8]>::first_chunk) else { break };
        let (value, digits) = leading_digits(u64::from_le_bytes(*bytes));
        number = number.wrapping_mul(TENS[digits]).wrapping_add(value);
        if digits < 8 {
            let digits = at + digits;
            return if digits <= ALWAYS_FIT { (number, digits) } else { (0, 0) };
        }
    }
    (0, 0)
}

const TENS: [u64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/// The number at the start of the bytes, first byte lowest, and its number of digits.
const fn leading_digits(bytes: u64) -> (u64, usize) {
    const ONES: u64 = 0x0101_0101_0101_0101;

    // A digit becomes its value; any other byte becomes 10 or more, or has its high bit set.
    let values = bytes ^ (0x30 * ONES);
    let others = (values.wrapping_add(0x76 * ONES) | values) & (0x80 * ONES);
    let digits = others.trailing_zeros() as usize / 8;
    if digits == 0 {
        return (0, 0);
    }
    // Pad with zeros in front, then join neighbors to two, four and eight digits.
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

            #[inline(always)]
            fn scan(rest: &[u8]) -> Option<(Self, &[u8])> {
                let (number, rest) = scan_digits(rest)?;
                Some((Self::try_from(number).ok()?, rest))
            }

            fn is_zero(&self) -> bool {
                *self == 0
            }

            fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }

            #[allow(clippy::cast_lossless, clippy::cast_sign_loss)] // Any bits will do.
            fn mix(&self, mixer: &mut Mixer) {
                mixer.number(*self as u64);
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

            #[inline(always)]
            fn scan(rest: &[u8]) -> Option<(Self, &[u8])> {
                let (number, rest) = Value::scan(rest)?;
                Some((Self(number), rest))
            }

            fn is_zero(&self) -> bool {
                self.0.is_zero()
            }

            fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write(f)
            }

            fn mix(&self, mixer: &mut Mixer) {
                self.0.mix(mixer);
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

    fn mix(&self, mixer: &mut Mixer) {
        mixer.number(u64::from(*self));
    }
}

impl Value for f32 {
    fn parse(text: &str) -> Option<Self> {
        text.parse().ok().filter(|number: &Self| number.is_finite())
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }

    fn mix(&self, mixer: &mut Mixer) {
        mixer.number(u64::from(self.to_bits()));
    }
}

impl Value for Box<str> {
    fn parse(text: &str) -> Option<Self> {
        Some(text.into())
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }

    fn mix(&self, mixer: &mut Mixer) {
        mixer.text(self);
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
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            let rest = scan_digits(plain.as_bytes()).map(|(_, rest)| rest);
            prop_assert_eq!(rest, (digits > 0).then_some(&plain.as_bytes()[digits..]));
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
