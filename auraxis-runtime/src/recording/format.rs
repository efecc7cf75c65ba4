//! How a file is compressed: by its ending when it is written, by its first bytes when it is read.

use std::{
    io::{self, Read, Write},
    path::Path,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Plain,
    Zstd,
    Gzip,
}

/// Something that is written to, and needs a word at its end.
pub(super) trait Encode: Write + Send {
    fn finish(&mut self) -> io::Result<()>;
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

    /// The format that begins like this.
    pub(super) fn of_bytes(start: &[u8]) -> Self {
        match start {
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Self::Zstd,
            [0x1F, 0x8B, ..] => Self::Gzip,
            _ => Self::Plain,
        }
    }
}

struct Plain<W>(W);

impl<W: Write> Write for Plain<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<W: Write + Send> Encode for Plain<W> {
    fn finish(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(feature = "compression")]
mod compression {
    use std::io::{self, Read, Write};

    use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};
    use zstd::stream::{read::Decoder, write::Encoder};

    use super::{Encode, Format, Plain};

    impl<W: Write + Send> Encode for Encoder<'static, W> {
        fn finish(&mut self) -> io::Result<()> {
            self.do_finish()
        }
    }

    impl<W: Write + Send> Encode for GzEncoder<W> {
        fn finish(&mut self) -> io::Result<()> {
            self.try_finish()
        }
    }

    impl Format {
        pub(in super::super) fn encoder(self, to: impl Write + Send + 'static) -> io::Result<Box<dyn Encode>> {
            Ok(match self {
                Self::Plain => Box::new(Plain(to)),
                Self::Zstd => Box::new(Encoder::new(to, zstd::DEFAULT_COMPRESSION_LEVEL)?),
                Self::Gzip => Box::new(GzEncoder::new(to, Compression::default())),
            })
        }

        pub(in super::super) fn decoder(self, from: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
            Ok(match self {
                Self::Plain => Box::new(from),
                Self::Zstd => Box::new(Decoder::new(from)?),
                Self::Gzip => Box::new(MultiGzDecoder::new(from)),
            })
        }
    }
}

#[cfg(not(feature = "compression"))]
impl Format {
    pub(super) fn encoder(self, to: impl Write + Send + 'static) -> io::Result<Box<dyn Encode>> {
        self.plain_only().map(|()| Box::new(Plain(to)) as _)
    }

    pub(super) fn decoder(self, from: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
        self.plain_only().map(|()| Box::new(from) as _)
    }

    fn plain_only(self) -> io::Result<()> {
        match self {
            Self::Plain => Ok(()),
            _ => Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "compression is not built in: add the feature `compression` of auraxis",
            )),
        }
    }
}

/// Reads what is compressed or not, as its first bytes say.
pub(super) fn decoded(mut from: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    const MAGIC: u64 = 4;

    let mut start = Vec::new();
    from.by_ref().take(MAGIC).read_to_end(&mut start)?;
    Format::of_bytes(&start).decoder(io::Cursor::new(start).chain(from))
}
