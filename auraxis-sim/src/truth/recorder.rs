//! Records the ground truth.

use std::{
    fs::File,
    io::{self, BufWriter, Write as _},
    path::PathBuf,
    time::{Duration, Instant},
};

use super::entry::TruthEntry;

/// The interval between flushes, while entries are written.
const FLUSH_INTERVAL: Duration = Duration::from_millis(500);

/// Records the ground truth in memory or in a file.
#[derive(Debug, Default)]
pub(crate) enum Recorder {
    #[default]
    Off,
    Memory(Vec<TruthEntry>),
    File {
        path: PathBuf,
        file: BufWriter<File>,
        flushed: Instant,
    },
}

impl Recorder {
    pub(crate) fn to_file(path: PathBuf, file: File) -> Self {
        Self::File { path, file: BufWriter::with_capacity(1 << 16, file), flushed: Instant::now() }
    }

    pub(crate) fn is_enabled(&self) -> bool {
        !matches!(self, Self::Off)
    }

    /// Adds an entry. If the file cannot be written, an error is logged and recording stops.
    pub(crate) fn write(&mut self, entry: TruthEntry) {
        let result = match self {
            Self::Off => Ok(()),
            Self::Memory(entries) => {
                entries.push(entry);
                Ok(())
            }
            Self::File { file, flushed, .. } => write_line(file, flushed, &entry),
        };
        self.disable_on_error(result);
    }

    /// Returns the entries that are recorded in memory.
    pub(crate) fn entries(&self) -> Vec<TruthEntry> {
        if let Self::Memory(entries) = self { entries.clone() } else { Vec::new() }
    }

    pub(crate) fn flush(&mut self) {
        if let Self::File { file, .. } = self {
            let result = file.flush();
            self.disable_on_error(result);
        }
    }

    fn disable_on_error(&mut self, result: io::Result<()>) {
        if let (Err(error), Self::File { path, .. }) = (result, &*self) {
            tracing::error!(%error, path = %path.display(), "cannot write the truth file; recording stops");
            *self = Self::Off;
        }
    }
}

fn write_line(file: &mut BufWriter<File>, flushed: &mut Instant, entry: &TruthEntry) -> io::Result<()> {
    serde_json::to_writer(&mut *file, entry)?;
    file.write_all(b"\n")?;
    if flushed.elapsed() > FLUSH_INTERVAL {
        file.flush()?;
        *flushed = Instant::now();
    }
    Ok(())
}
