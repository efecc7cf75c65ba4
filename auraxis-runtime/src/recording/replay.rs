//! The settings and the progress of a replay.

use std::{
    fmt, fs,
    path::PathBuf,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// How fast a recording is replayed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Speed {
    /// As fast as the handlers allow.
    #[default]
    Max,
    /// This many times as fast as recorded, but no faster than the handlers allow. Must be above 0.
    Times(f64),
}

impl FromStr for Speed {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            _ if text == "max" => Ok(Self::Max),
            Ok(times) if times > 0.0 && f64::is_finite(times) => Ok(Self::Times(times)),
            _ => Err("expected `max` or a number above 0, such as 1 (as recorded) or 10 (ten times as fast)"),
        }
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Max => f.write_str("max"),
            Self::Times(times) => times.fmt(f),
        }
    }
}

/// The progress of a replay, in bytes of the (possibly compressed) files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReplayProgress {
    /// The number of bytes read so far.
    pub bytes_read: u64,
    /// The total size; `None` if it is unknown, such as for standard input.
    pub bytes_total: Option<u64>,
}

/// The settings of a replay.
#[derive(Clone, Debug, Default)]
pub(crate) struct Replay {
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) speed: Speed,
    progress: Arc<AtomicU64>,
}

impl Replay {
    /// Returns the counter to which readers add the bytes they read.
    pub(crate) fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.progress)
    }

    pub(crate) fn progress(&self) -> ReplayProgress {
        let size = |path: &PathBuf| fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|file| file.len());
        ReplayProgress {
            bytes_read: self.progress.load(Ordering::Relaxed),
            bytes_total: self.paths.iter().map(size).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_max_or_a_positive_number() {
        assert_eq!("max".parse(), Ok(Speed::Max));
        assert_eq!("2.5".parse(), Ok(Speed::Times(2.5)));
        for text in ["0", "-1", "nan", "inf", "fast"] {
            assert!(text.parse::<Speed>().is_err(), "{text}");
        }
    }
}
