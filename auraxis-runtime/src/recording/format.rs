//! The compression of files, chosen by the extension when writing, and detected from the first bytes when reading.

use std::{
    fmt,
    io::{self, Read, Write},
    path::Path,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Plain,
    Zstd,
    Gzip,
    /// A format that is neither read nor written, with a description of such a file.
    Unsupported(&'static str),
}

/// How many bytes are needed to detect the format.
const MAGIC_LENGTH: u64 = 6;

/// The first bytes of formats that are not supported, with descriptions.
const UNSUPPORTED: [(&[u8], &str); 8] = [
    (b"\xFD7zXZ", "compressed with xz"),
    (b"BZh", "compressed with bzip2"),
    (b"\x04\x22\x4D\x18", "compressed with lz4"),
    (b"\x5D\0\0", "compressed with lzma"),
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "a zip archive"),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive"),
    (b"Rar!\x1A\x07", "a rar archive"),
];

/// An encoder into memory.
pub(super) trait Encode: Write + Send {
    /// Finishes the encoding.
    fn finish(&mut self) -> io::Result<()>;

    /// Returns the encoded bytes, from which the caller removes what it has written.
    fn encoded(&mut self) -> &mut Vec<u8>;
}

impl Format {
    /// Returns the format for a path's extension.
    pub(super) fn of_path(path: &Path) -> Self {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("zst") => Self::Zstd,
            Some("gz") => Self::Gzip,
            _ => Self::Plain,
        }
    }

    /// Detects the format, and returns it with the bytes that were read.
    pub(super) fn detect(mut from: impl Read) -> io::Result<(Self, Vec<u8>)> {
        let mut start = Vec::new();
        from.by_ref().take(MAGIC_LENGTH).read_to_end(&mut start)?;
        let unsupported =
            || UNSUPPORTED.iter().find(|(magic, _)| start.starts_with(magic)).map(|(_, name)| Self::Unsupported(name));
        let format = match start[..] {
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Self::Zstd,
            [0x1F, 0x8B, ..] => Self::Gzip,
            _ => unsupported().unwrap_or(Self::Plain),
        };
        Ok((format, start))
    }

    /// Returns the mark that is appended after each run: an empty compressed frame. It shows, without reading the whole
    /// file, that the run was finished and that another can be appended.
    pub(super) const fn end_mark(self) -> &'static [u8] {
        match self {
            Self::Plain | Self::Unsupported(_) => b"",
            Self::Zstd => b"\x28\xB5\x2F\xFD\x20\x00\x01\x00\x00",
            Self::Gzip => b"\x1F\x8B\x08\0\0\0\0\0\0\xFF\x03\0\0\0\0\0\0\0\0\0",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "not compressed",
            Self::Zstd => "compressed with zstd",
            Self::Gzip => "compressed with gzip",
            Self::Unsupported(name) => name,
        })
    }
}

impl Encode for Vec<u8> {
    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn encoded(&mut self) -> &mut Self {
        self
    }
}

#[cfg(feature = "compression")]
mod compression {
    use std::io::{self, Read};

    use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};
    use zstd::stream::{read::Decoder, write::Encoder};

    use super::{Encode, Format};

    impl Encode for Encoder<'static, Vec<u8>> {
        fn finish(&mut self) -> io::Result<()> {
            self.do_finish()
        }

        fn encoded(&mut self) -> &mut Vec<u8> {
            self.get_mut()
        }
    }

    impl Encode for GzEncoder<Vec<u8>> {
        fn finish(&mut self) -> io::Result<()> {
            self.try_finish()
        }

        fn encoded(&mut self) -> &mut Vec<u8> {
            self.get_mut()
        }
    }

    impl Format {
        pub(in super::super) fn encoder(self) -> io::Result<Box<dyn Encode>> {
            Ok(match self {
                Self::Plain | Self::Unsupported(_) => Box::new(Vec::new()),
                Self::Zstd => Box::new(Encoder::new(Vec::new(), zstd::DEFAULT_COMPRESSION_LEVEL)?),
                Self::Gzip => Box::new(GzEncoder::new(Vec::new(), Compression::default())),
            })
        }

        pub(super) fn decoder(self, from: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
            Ok(match self {
                Self::Plain | Self::Unsupported(_) => Box::new(from),
                Self::Zstd => Box::new(Decoder::new(from)?),
                Self::Gzip => Box::new(MultiGzDecoder::new(from)),
            })
        }
    }
}

#[cfg(not(feature = "compression"))]
impl Format {
    pub(super) fn encoder(self) -> io::Result<Box<dyn Encode>> {
        self.plain_only().map(|()| Box::new(Vec::new()) as _)
    }

    fn decoder(self, from: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
        self.plain_only().map(|()| Box::new(from) as _)
    }

    fn plain_only(self) -> io::Result<()> {
        match self {
            Self::Plain | Self::Unsupported(_) => Ok(()),
            Self::Zstd | Self::Gzip => Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "this program was built without compression; enable the feature `compression` of auraxis",
            )),
        }
    }
}

/// Decompresses a file, if its first bytes show that it is compressed.
pub(super) fn decoded(mut from: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    let (format, start) = Format::detect(&mut from)?;
    if let Format::Unsupported(name) = format {
        let message = format!("it is {name}; unpack it, or use zstd or gzip instead");
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    format.decoder(io::Cursor::new(start).chain(from))
}
