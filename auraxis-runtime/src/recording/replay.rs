//! What is replayed, how fast, and how far it has come.

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
    /// So many times as fast as it was recorded, or as fast as the handlers allow.
    Times(f64),
}

impl FromStr for Speed {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            _ if text == "max" => Ok(Self::Max),
            Ok(times) if times > 0.0 && f64::is_finite(times) => Ok(Self::Times(times)),
            _ => Err("a speed is `max`, or a number above 0: 1 is as recorded, 10 ten times as fast"),
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

/// How far a replay has come, in bytes of the files as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReplayProgress {
    /// How much has been read.
    pub bytes: u64,
    /// How much there is; `None` if nobody knows, as of standard input.
    pub of: Option<u64>,
}

/// What is replayed, and how fast.
#[derive(Clone, Debug, Default)]
pub(crate) struct Replay {
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) speed: Speed,
    progress: Arc<AtomicU64>,
}

impl Replay {
    /// Where whoever reads the recordings counts what it has read.
    pub(crate) fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.progress)
    }

    pub(crate) fn progress(&self) -> ReplayProgress {
        let size = |path: &PathBuf| fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|file| file.len());
        ReplayProgress { bytes: self.progress.load(Ordering::Relaxed), of: self.paths.iter().map(size).sum() }
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
