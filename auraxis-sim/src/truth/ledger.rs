//! Where the truth is recorded.

use std::{
    fs::File,
    io::{self, BufWriter, Write as _},
    time::{Duration, Instant},
};

use super::entry::Entry;

/// The longest time between two flushes, while lines are written.
const BEHIND: Duration = Duration::from_millis(500);

/// The recorded truth.
#[derive(Debug, Default)]
pub(crate) enum Ledger {
    #[default]
    Off,
    Kept(Vec<Entry>),
    Written {
        file: BufWriter<File>,
        flushed: Instant,
    },
}

impl Ledger {
    pub(crate) fn to_file(file: File) -> Self {
        Self::Written { file: BufWriter::with_capacity(1 << 16, file), flushed: Instant::now() }
    }

    pub(crate) fn is_on(&self) -> bool {
        !matches!(self, Self::Off)
    }

    /// Adds a line. A file that cannot be written is given up with an error in the log.
    pub(crate) fn write(&mut self, entry: Entry) {
        let result = match self {
            Self::Off => Ok(()),
            Self::Kept(entries) => {
                entries.push(entry);
                Ok(())
            }
            Self::Written { file, flushed } => write_line(file, flushed, &entry),
        };
        self.give_up(result);
    }

    /// Everything that is kept in memory.
    pub(crate) fn kept(&self) -> Vec<Entry> {
        if let Self::Kept(entries) = self { entries.clone() } else { Vec::new() }
    }

    pub(crate) fn flush(&mut self) {
        if let Self::Written { file, .. } = self {
            let result = file.flush();
            self.give_up(result);
        }
    }

    fn give_up(&mut self, result: io::Result<()>) {
        if let Err(error) = result {
            tracing::error!(%error, "the truth file cannot be written; it ends here");
            *self = Self::Off;
        }
    }
}

fn write_line(file: &mut BufWriter<File>, flushed: &mut Instant, entry: &Entry) -> io::Result<()> {
    serde_json::to_writer(&mut *file, entry)?;
    file.write_all(b"\n")?;
    if flushed.elapsed() > BEHIND {
        file.flush()?;
        *flushed = Instant::now();
    }
    Ok(())
}
