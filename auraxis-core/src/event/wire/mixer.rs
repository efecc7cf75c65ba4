//! The hash behind fingerprints of events.

use serde_json::{Map, Value};

use crate::extra::Extra;

/// Mixes the values of an event into 64 bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mixer(u64);

impl Mixer {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Mixes a number in. The order of the numbers matters.
    #[allow(clippy::cast_possible_truncation)] // Both halves of the product are used.
    pub(crate) const fn number(&mut self, number: u64) {
        const ODD: u64 = 0x9E37_79B9_7F4A_7C15;

        let product = ((self.0 ^ number) as u128).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        self.0 = (product as u64 ^ (product >> 64) as u64).wrapping_add(ODD);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        for chunk in text.as_bytes().chunks(8) {
            let mut bytes = [0; 8];
            bytes[..chunk.len()].copy_from_slice(chunk);
            self.number(u64::from_le_bytes(bytes));
        }
    }

    /// Mixes fields in, in whatever order they are.
    pub(crate) fn fields<'a>(&mut self, fields: impl Iterator<Item = (&'a str, &'a Value)>) {
        let start = *self;
        let of_field = |(name, value): (&str, &Value)| {
            let mut mixer = start;
            mixer.text(name);
            match value {
                Value::String(text) => mixer.text(text),
                Value::Object(object) => mixer.object(object),
                value => mixer.text(&value.to_string()),
            }
            mixer.0
        };
        let sum = fields.map(of_field).fold(0, u64::wrapping_add);
        self.number(sum);
    }

    pub(crate) fn extra(&mut self, extra: &Extra) {
        if !extra.is_empty() {
            self.fields(extra.iter());
        }
    }

    pub(crate) fn object(&mut self, object: &Map<String, Value>) {
        self.fields(object.iter().map(|(name, value)| (name.as_str(), value)));
    }

    pub(crate) const fn finish(self) -> u64 {
        self.0
    }
}
