//! Taking frames where the stream is read.
//!
//! There a frame costs a look at the clock and a copy into memory. A thread takes what has gathered, writes it as lines
//! and flushes twice a second, so a crash of the program loses half a second.

use std::{
    io, mem,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use super::{
    Line,
    tape::{Rotation, Tape},
};
use crate::error::{Error, ErrorKind, Result};

/// How much may wait to be written: ten seconds of a full stream, for a disk that hangs.
const ROOM: usize = 8 << 20;

/// From so much on, the thread does not wait any longer.
const CHUNK: usize = 256 << 10;

/// How much is written at once. A file may get so much more than its size.
const PIECE: usize = 64 << 10;

/// How long anything waits.
const FLUSH: Duration = Duration::from_millis(500);

/// Writes a recording. Dropping it ends the recording in order.
pub(crate) struct Recorder {
    shared: Arc<Shared>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    path: PathBuf,
    gathered: Mutex<Gathered>,
    wake: Condvar,
}

/// What has come and is not written yet.
#[derive(Default)]
struct Gathered {
    frames: Frames,
    /// Frames for which there was no room.
    lost: u64,
    /// No frame comes any more.
    ending: bool,
    /// The disk has failed.
    broken: bool,
}

#[derive(Default)]
struct Frames {
    /// When each came, over which link, and how long it is.
    heads: Vec<(u64, u32, usize)>,
    /// All of them, one behind the other.
    text: String,
}

impl Recorder {
    /// Begins a recording.
    pub(crate) fn create(path: &Path, rotation: Option<Rotation>) -> Result<Self> {
        let cannot = |error: io::Error| {
            Error::new(ErrorKind::Recording, format!("cannot record to {}", path.display())).caused_by(error)
        };
        let tape = Tape::create(path, rotation, now_ms()).map_err(cannot)?;
        let shared = Arc::new(Shared { path: path.to_owned(), gathered: Mutex::default(), wake: Condvar::new() });
        let writer = thread::Builder::new().name("auraxis-record".into()).spawn({
            let shared = Arc::clone(&shared);
            move || shared.write(tape)
        });
        Ok(Self { shared, writer: Mutex::new(Some(writer.map_err(cannot)?)) })
    }

    /// Takes a frame. What cannot be written is counted and told by the thread.
    pub(crate) fn frame(&self, at_ms: u64, link: u32, frame: &str) {
        self.shared.take(at_ms, link, frame);
    }

    /// Ends the recording, and returns when all of it has been written.
    pub(crate) fn finish(&self) {
        self.shared.lock().ending = true;
        self.shared.wake.notify_one();
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        // If it panicked, what happened has been printed.
        let _ = writer.map(JoinHandle::join);
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.finish();
    }
}

impl Shared {
    fn take(&self, at_ms: u64, link: u32, frame: &str) {
        let mut gathered = self.lock();
        let before = gathered.frames.size();
        if gathered.broken || gathered.ending {
            return;
        }
        if before + frame.len() > ROOM {
            gathered.lost += 1;
            return;
        }
        gathered.frames.heads.push((at_ms, link, frame.len()));
        gathered.frames.text.push_str(frame);
        let wake = before < CHUNK && gathered.frames.size() >= CHUNK;
        drop(gathered);
        if wake {
            self.wake.notify_one();
        }
    }

    /// Writes until the recording ends. A disk that fails is told once, and ends the recording but not the program.
    fn write(&self, mut tape: Tape) {
        let mut lost = 0;
        if let Err(error) = self.try_write(&mut tape, &mut lost).and_then(|()| tape.finish()) {
            let mut gathered = self.lock();
            gathered.broken = true;
            gathered.frames = Frames::default();
            drop(gathered);
            tracing::error!("the recording {} ends here: {error}", self.path.display());
        }
        if lost > 0 {
            tracing::warn!("{lost} frames in all are missing in the recording {}", self.path.display());
        }
    }

    fn try_write(&self, tape: &mut Tape, lost: &mut u64) -> io::Result<()> {
        let (mut frames, mut lines) = (Frames::default(), Vec::new());
        let mut due = Instant::now() + FLUSH;
        loop {
            let (ending, missed) = self.wait(&mut frames, due);
            frames.write(&mut lines, tape)?;
            if missed > 0 && *lost == 0 {
                tracing::warn!(
                    "{} takes no more: frames are left out of the recording, and counted until its end",
                    tape.current.display()
                );
            }
            *lost += missed;
            if ending {
                return Ok(());
            }
            if Instant::now() >= due {
                tape.flush()?;
                due = Instant::now() + FLUSH;
            }
        }
    }

    /// Waits for enough frames, for the time to flush, or for the end, and swaps what has gathered for `frames`.
    fn wait(&self, frames: &mut Frames, due: Instant) -> (bool, u64) {
        frames.clear();
        let idle = |gathered: &mut Gathered| gathered.frames.size() < CHUNK && !gathered.ending;
        let patience = due.saturating_duration_since(Instant::now());
        let gathered = self.wake.wait_timeout_while(self.lock(), patience, idle);
        let (mut gathered, _) = gathered.unwrap_or_else(PoisonError::into_inner);
        mem::swap(&mut gathered.frames, frames);
        (gathered.ending, mem::take(&mut gathered.lost))
    }

    fn lock(&self) -> MutexGuard<'_, Gathered> {
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn now_ms() -> u64 {
    let passed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(passed.as_millis()).unwrap_or(u64::MAX)
}

impl Frames {
    /// In bytes, roughly.
    fn size(&self) -> usize {
        self.text.len() + size_of_val(&self.heads[..])
    }

    /// Empties it, and keeps as much memory as it usually takes.
    fn clear(&mut self) {
        self.heads.clear();
        self.text.clear();
        self.heads.shrink_to(CHUNK / 64);
        self.text.shrink_to(2 * CHUNK);
    }

    /// Writes them, a line each.
    fn write(&self, lines: &mut Vec<u8>, tape: &mut Tape) -> io::Result<()> {
        let mut text = &*self.text;
        for &(at_ms, link, length) in &self.heads {
            let (frame, rest) = text.split_at(length);
            text = rest;
            serde_json::to_writer(&mut *lines, &Line { at_ms, link, frame: frame.into() })?;
            lines.push(b'\n');
            if lines.len() >= PIECE {
                tape.write(lines, now_ms())?;
                lines.clear();
            }
        }
        tape.write(lines, now_ms())?;
        lines.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process, sync::atomic::AtomicU64};

    use super::*;
    use crate::recording::reader::Reader;

    const FRAME: &str = r#"{"payload":{"character_id":"1","event_name":"PlayerLogin","timestamp":"7","world_id":"1"}}"#;

    const ENDINGS: &[&str] =
        if cfg!(feature = "compression") { &["ndjson", "ndjson.zst", "ndjson.gz"] } else { &["ndjson"] };

    /// Waits until something is so, as it must be soon.
    fn until(mut holds: impl FnMut() -> bool) {
        let start = Instant::now();
        while !holds() {
            assert!(start.elapsed() < Duration::from_secs(30), "it never came");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// A directory that goes with the test.
    struct Directory(PathBuf);

    impl Directory {
        fn new(name: &str) -> Self {
            let path = env::temp_dir().join(format!("auraxis-{}-{name}", process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for Directory {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    /// How many frames can be read, and in how many files.
    fn read(directory: &Directory) -> (usize, usize) {
        let mut paths: Vec<_> = fs::read_dir(&directory.0).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let mut count = 0;
        for path in &paths {
            let mut reader = Reader::open(path, &Arc::new(AtomicU64::new(0))).unwrap();
            loop {
                let batch = reader.batch().unwrap();
                assert!(batch.entries.iter().all(|entry| entry.frame.is_ok() && entry.at_ms > Some(1_700_000_000_000)));
                count += batch.entries.len();
                if batch.last {
                    break;
                }
            }
        }
        (count, paths.len())
    }

    #[test]
    fn what_is_recorded_can_be_read_however_it_is_compressed() {
        for ending in ENDINGS {
            let directory = Directory::new(ending);
            let recorder = Recorder::create(&directory.0.join("war").with_extension(ending), None).unwrap();
            for _ in 0..10_000 {
                recorder.frame(now_ms(), 0, FRAME);
            }
            recorder.finish();
            recorder.frame(now_ms(), 0, FRAME);
            assert_eq!(read(&directory), (10_000, 1), "{ending}");
        }
    }

    #[test]
    fn what_came_before_the_last_second_outlives_a_crash() {
        for ending in ENDINGS {
            let directory = Directory::new(&format!("crash-{ending}"));
            let recorder = Recorder::create(&directory.0.join("war").with_extension(ending), None).unwrap();
            for _ in 0..1_000 {
                recorder.frame(now_ms(), 0, FRAME);
            }
            // The file as a crash would leave it.
            until(|| read(&directory) == (1_000, 1));
        }
    }

    #[test]
    fn a_recording_goes_on_in_files_whose_names_sort_by_time() {
        for (name, rotation, wait) in [
            ("size", Rotation::Size(20_000), Duration::from_millis(1)),
            ("time", Rotation::Time(Duration::from_millis(100)), Duration::from_millis(60)),
        ] {
            let directory = Directory::new(name);
            let recorder = Recorder::create(&directory.0.join("war.ndjson"), Some(rotation)).unwrap();
            for _ in 0..10 {
                // As much as wakes the thread.
                for _ in 0..3_000 {
                    recorder.frame(now_ms(), 0, FRAME);
                }
                thread::sleep(wait);
            }
            recorder.finish();
            let (frames, files) = read(&directory);
            assert!(frames == 30_000 && files > 2, "{frames} frames in {files} files");
            let named = |path: &Path| path.file_name().unwrap().to_str().unwrap().starts_with("war-20");
            assert!(fs::read_dir(&directory.0).unwrap().all(|entry| named(&entry.unwrap().path())));
        }
    }

    #[test]
    fn what_has_no_room_is_left_out_and_counted() {
        let shared = Shared { path: "war".into(), gathered: Mutex::default(), wake: Condvar::new() };
        let large = "x".repeat(ROOM / 4);
        for _ in 0..10 {
            shared.take(0, 0, &large);
        }
        let mut frames = Frames::default();
        let (ending, lost) = shared.wait(&mut frames, Instant::now());
        assert!(!ending);
        assert_eq!((frames.heads.len(), lost), (3, 7));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_disk_that_is_full_ends_the_recording_and_nothing_else() {
        let recorder = Recorder::create(Path::new("/dev/full"), None).unwrap();
        for _ in 0..10_000 {
            recorder.frame(now_ms(), 0, FRAME);
        }
        until(|| recorder.shared.lock().broken);
        recorder.frame(now_ms(), 0, FRAME);
        assert!(recorder.shared.lock().frames.heads.is_empty());
    }
}
