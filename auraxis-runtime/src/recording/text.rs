//! Decodes UTF-8, and UTF-16 as some programs on Windows write it.

use std::io::{self, Read};

/// How many bytes are decoded at a time.
const CHUNK: usize = 8 << 10;

/// Reads text as UTF-8. Keeps a byte order mark.
pub(super) struct Utf8<R> {
    from: R,
    encoding: Option<Encoding>,
    /// What has been read and not decoded: at most half a character, except at the beginning.
    raw: Vec<u8>,
    /// What has been decoded and not returned.
    ready: io::Cursor<Vec<u8>>,
}

#[derive(Clone, Copy)]
enum Encoding {
    Utf8,
    /// With the byte order.
    Utf16(fn([u8; 2]) -> u16),
}

impl Encoding {
    /// Detects the encoding from the beginning of a text: from the byte order mark, or from the zeros in two ASCII
    /// characters.
    fn of(start: &[u8]) -> io::Result<Self> {
        match start {
            [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => {
                Err(io::Error::new(io::ErrorKind::InvalidData, "it is encoded in UTF-32; convert it to UTF-8"))
            }
            [0xFF, 0xFE, ..] | [1..=0x7F, 0, 1..=0x7F, 0, ..] => Ok(Self::Utf16(u16::from_le_bytes)),
            [0xFE, 0xFF, ..] | [0, 1..=0x7F, 0, 1..=0x7F, ..] => Ok(Self::Utf16(u16::from_be_bytes)),
            _ => Ok(Self::Utf8),
        }
    }
}

/// Whether a text that begins like this is in UTF-8.
pub(super) fn is_utf8(start: &[u8]) -> bool {
    matches!(Encoding::of(start), Ok(Encoding::Utf8))
}

impl<R: Read> Utf8<R> {
    pub(super) fn new(from: R) -> Self {
        Self { from, encoding: None, raw: Vec::new(), ready: io::Cursor::default() }
    }

    /// Detects the encoding.
    fn begin(&mut self) -> io::Result<Encoding> {
        const MARK: u64 = 4;
        let mut start = Vec::new();
        self.from.by_ref().take(MARK).read_to_end(&mut start)?;
        let encoding = Encoding::of(&start)?;
        match encoding {
            Encoding::Utf8 => self.ready = io::Cursor::new(start),
            Encoding::Utf16(_) => self.raw = start,
        }
        self.encoding = Some(encoding);
        Ok(encoding)
    }

    /// Decodes the complete characters in the raw bytes; at the end, all bytes.
    fn decode(&mut self, unit: fn([u8; 2]) -> u16, is_end: bool) {
        let (pairs, _) = self.raw.as_chunks();
        let mut units: Vec<_> = pairs.iter().map(|&pair| unit(pair)).collect();
        if !is_end {
            // The other half of a surrogate pair may follow.
            units.pop_if(|last| (0xD800..0xDC00).contains(last));
        }
        self.raw.drain(..2 * units.len());
        let mut text: String =
            char::decode_utf16(units).map(|char| char.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        if is_end && !self.raw.is_empty() {
            self.raw.clear();
            text.push(char::REPLACEMENT_CHARACTER);
        }
        self.ready = io::Cursor::new(text.into_bytes());
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let encoding = match self.encoding {
            Some(encoding) => encoding,
            None => self.begin()?,
        };
        loop {
            let count = self.ready.read(bytes)?;
            if count > 0 || bytes.is_empty() {
                return Ok(count);
            }
            let unit = match encoding {
                Encoding::Utf8 => return self.from.read(bytes),
                Encoding::Utf16(unit) => unit,
            };
            let mut chunk = [0; CHUNK];
            let read = self.from.read(&mut chunk)?;
            self.raw.extend_from_slice(&chunk[..read]);
            self.decode(unit, read == 0);
            if read == 0 && self.ready.get_ref().is_empty() {
                return Ok(0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns one byte at a time.
    struct Slow<R>(R);

    impl<R: Read> Read for Slow<R> {
        fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
            let one = bytes.len().min(1);
            self.0.read(&mut bytes[..one])
        }
    }

    fn decoded(bytes: &[u8]) -> String {
        let at_once = io::read_to_string(Utf8::new(bytes)).unwrap();
        assert_eq!(io::read_to_string(Utf8::new(Slow(bytes))).unwrap(), at_once);
        at_once
    }

    #[test]
    fn utf_16_is_read_in_both_byte_orders_with_and_without_a_mark() {
        let text = format!("{{\"ü\u{1f600}\"}}\n{}", "long ".repeat(10_000));
        for text in [text.clone(), format!("\u{feff}{text}")] {
            for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
                let bytes: Vec<u8> = text.encode_utf16().flat_map(bytes).collect();
                assert!(decoded(&bytes) == text);
            }
            assert!(decoded(text.as_bytes()) == text);
        }
    }

    #[test]
    fn half_a_character_is_replaced() {
        let le = |units: &[u16]| units.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<_>>();
        assert_eq!(decoded(&le(&[0xFEFF, 0x61, 0xDC00, 0x62])), "\u{feff}a\u{fffd}b");
        assert_eq!(decoded(&le(&[0xFEFF, 0x61, 0xD83D])), "\u{feff}a\u{fffd}");
        assert_eq!(decoded(&[&le(&[0xFEFF, 0x61])[..], b"b"].concat()), "\u{feff}a\u{fffd}");
    }

    #[test]
    fn short_text_is_read() {
        for text in ["", "a", "ab", "abc", "\0", "\0\0\0\0\0"] {
            assert_eq!(decoded(text.as_bytes()), text);
        }
    }
}
