//! Replaying recordings in place of a connection.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use auraxis_core::{
    event::signal::{Connected, Disconnected},
    time::Timestamp,
};
use tokio::{runtime, sync::oneshot, task::spawn_blocking};

use super::{
    line::Record,
    links::Links,
    reader::{Batch, Entry, Reader},
    tempo::Tempo,
};
use crate::{
    client::Client,
    core::Core,
    error::{Error, ErrorKind, Result},
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
pub struct Replayed {
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
    pub(crate) fn replayed(&self) -> Replayed {
        let size = |path: &PathBuf| fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|file| file.len());
        Replayed { bytes: self.progress.load(Ordering::Relaxed), of: self.paths.iter().map(size).sum() }
    }
}

/// Runs a client in a runtime of its own, whose time is that of the recording.
pub(crate) async fn apart(client: &Client) -> Result {
    let runtime = runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    let cannot = |error: io::Error| Error::new(ErrorKind::Recording, "a replay cannot be started").caused_by(error);
    let runtime = runtime.map_err(cannot)?;
    let (ended, end) = oneshot::channel();
    let replaying = {
        let client = client.clone();
        let log = tracing::dispatcher::get_default(Clone::clone);
        move || {
            let _log = tracing::dispatcher::set_default(&log);
            let result = runtime.block_on(async {
                let outside = client.census().outside();
                tokio::select! {
                    result = client.run_here() => Some(result),
                    () = outside.keep_time() => None,
                }
            });
            // Handlers had their grace period; a blocking one that is left must not keep the caller.
            runtime.shutdown_background();
            let _ = ended.send(result);
        }
    };
    // Whoever gives up waiting for the end gives up the replay.
    let _stop = client.shutdown_signal().request_on_drop();
    let thread = thread::Builder::new().name("auraxis-replay".into()).spawn(replaying).map_err(cannot)?;
    match end.await {
        Ok(result) => result.unwrap_or(Ok(())),
        Err(_) => match thread.join() {
            Err(panic) => std::panic::resume_unwind(panic),
            Ok(()) => Ok(()),
        },
    }
}

/// Replays the recordings to their end, or until the client stops.
///
/// # Errors
///
/// If a file cannot be read, or if nothing in any of them can.
pub(crate) async fn run(core: Arc<Core>, replay: Replay) -> Result {
    tokio::select! {
        () = core.shutdown.requested() => Ok(()),
        result = play(&core, &replay) => result,
    }
}

async fn play(core: &Core, replay: &Replay) -> Result {
    let (mut tempo, mut links) = (Tempo::new(replay.speed), Links::default());
    let (mut any_frames, mut without) = (false, Vec::new());
    for path in &replay.paths {
        let played = play_file(core, path, &replay.progress, &mut tempo, &mut links).await;
        match played.map_err(|error| cannot(path, error))? {
            None => any_frames = true,
            Some(error) => without.push((path, error)),
        }
    }
    // One file of many may be empty. A replay of nothing is a mistake.
    let nothing = if any_frames { None } else { without.pop() };
    for (path, error) in without {
        tracing::warn!("nothing of {} is replayed: {error}", path.display());
    }
    if let Some((path, error)) = nothing {
        return Err(cannot(path, error));
    }
    // What still waits in the lanes has been taken, and nothing of a replay is dropped.
    core.tasks.waiting.close();
    core.tasks.waiting.wait().await;
    Ok(())
}

fn cannot(path: &Path, error: io::Error) -> Error {
    Error::new(ErrorKind::Recording, format!("cannot replay {}", path.display())).caused_by(error)
}

/// Replays a file, and returns why it has no frames, if so.
async fn play_file(
    core: &Core,
    path: &Path,
    progress: &Arc<AtomicU64>,
    tempo: &mut Tempo,
    links: &mut Links,
) -> io::Result<Option<io::Error>> {
    let (path, progress) = (path.to_owned(), Arc::clone(progress));
    let mut reading = spawn_blocking(move || read(Reader::open(&path, &progress)?));
    loop {
        let (batch, reader) = reading.await.map_err(io::Error::other)??;
        let (ahead, last, no_frames) = (reader.ahead, batch.last, batch.last.then(|| reader.no_frames()).flatten());
        let go_on = || spawn_blocking(move || read(reader));
        // Somebody may be writing the file: then what is there goes before what may come.
        let next = if ahead && !last { Ok(go_on()) } else { Err(go_on) };
        for entry in batch.entries {
            for broken_off in links.follow(&entry) {
                play_entry(core, broken_off, tempo).await;
            }
            play_entry(core, entry, tempo).await;
        }
        reading = match next {
            Ok(reading) => reading,
            Err(_) if last => return Ok(no_frames),
            Err(go_on) => go_on(),
        };
    }
}

fn read(mut reader: Reader) -> io::Result<(Batch, Reader)> {
    Ok((reader.batch()?, reader))
}

async fn play_entry(core: &Core, Entry { number, at_ms, link, record }: Entry, tempo: &mut Tempo) {
    if let Some(at_ms) = at_ms {
        tempo.reach(at_ms).await;
        core.signals.clock.follow(Timestamp(at_ms.div_euclid(1_000)));
    }
    match record {
        Ok(Record::Frame(frame)) => {
            let waits = core.intake.lock().await.frame(frame);
            waits.settle(&core.intake).await;
        }
        Ok(Record::Connected { count }) => {
            tracing::debug!("line {number}: link {link} is connected");
            core.dispatch(|now| Connected::new(now, count)).await;
        }
        Ok(Record::Disconnected { reason, heard_ms }) => {
            tracing::debug!("line {number}: link {link} is lost, heard last at {heard_ms}: {reason:?}");
            core.dispatch(|now| Disconnected::new(now, reason)).await;
        }
        Ok(Record::Lost { frames, since_ms }) => {
            tracing::warn!("line {number}: {frames} frames from {since_ms} on could not be recorded");
        }
        Err(fault) => core.intake.lock().await.fault(&fault, Some(number)),
    }
    tokio::task::consume_budget().await;
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
