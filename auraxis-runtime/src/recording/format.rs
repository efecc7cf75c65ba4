//! How a file is compressed: by its ending when it is written, by its first bytes when it is read.

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
    /// One that is neither read nor written, and what a file in it is.
    Unsupported(&'static str),
}

/// As many bytes as tell one format from another.
const MAGIC: u64 = 6;

/// Formats that are not supported, by their first bytes.
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

/// Something that lines are written to, and that keeps what they become until it is taken away.
pub(super) trait Encode: Write + Send {
    /// Ends what has been begun.
    fn finish(&mut self) -> io::Result<()>;

    /// What the lines have become.
    fn encoded(&mut self) -> &mut Vec<u8>;
}

impl Format {
    /// The format that the ending asks for.
    pub(super) fn of_path(path: &Path) -> Self {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("zst") => Self::Zstd,
            Some("gz") => Self::Gzip,
            _ => Self::Plain,
        }
    }

    /// The format of what begins like this, and its beginning.
    pub(super) fn detect(mut from: impl Read) -> io::Result<(Self, Vec<u8>)> {
        let mut start = Vec::new();
        from.by_ref().take(MAGIC).read_to_end(&mut start)?;
        let unsupported =
            || UNSUPPORTED.iter().find(|(magic, _)| start.starts_with(magic)).map(|(_, name)| Self::Unsupported(name));
        let format = match start[..] {
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Self::Zstd,
            [0x1F, 0x8B, ..] => Self::Gzip,
            _ => unsupported().unwrap_or(Self::Plain),
        };
        Ok((format, start))
    }

    /// What stands behind each run in a compressed file: nothing, compressed. It shows that the run ended in order, so
    /// that another can be appended, without reading all of the file.
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
                "compression is not built in; add the feature `compression` of auraxis",
            )),
        }
    }
}

/// Reads what is compressed or not, as its first bytes say.
pub(super) fn decoded(mut from: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    let (format, start) = Format::detect(&mut from)?;
    if let Format::Unsupported(name) = format {
        let message = format!("it is {name}; unpack it, or compress it with zstd or gzip");
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    format.decoder(io::Cursor::new(start).chain(from))
}
