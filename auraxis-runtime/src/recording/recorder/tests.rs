use std::fs;

use super::*;
use crate::recording::{
    file::tests::FakeDisk,
    line::Record,
    reader::{Entry, Reader},
    tests::{Directory, LOGIN, logged},
};

const ENDINGS: &[&str] =
    if cfg!(feature = "compression") { &["ndjson", "ndjson.zst", "ndjson.gz"] } else { &["ndjson"] };

/// A time in a recording.
const NOW: u64 = 1_700_000_000_000;

/// Waits until a condition holds.
fn until(mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(30), "timed out");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Closes a recording, which stops its thread, even if the test fails.
struct CloseOnDrop<'a>(&'a Shared);

impl Drop for CloseOnDrop<'_> {
    fn drop(&mut self) {
        self.0.close(NOW);
    }
}

/// Reads all entries of a file.
fn entries(path: &Path) -> Vec<Entry> {
    let mut reader = Reader::open(path, &Arc::default()).unwrap();
    let mut entries = Vec::new();
    loop {
        let batch = reader.batch().unwrap();
        entries.extend(batch.entries);
        if batch.last {
            return entries;
        }
    }
}

/// Returns the number of frames, and the number of files.
fn read(directory: &Directory) -> (usize, usize) {
    let names = directory.names();
    let entries: Vec<_> = names.iter().flat_map(|name| entries(&directory.path(name))).collect();
    assert!(entries.iter().all(|entry| entry.record.is_ok() && entry.at_ms >= Some(1_700_000_000_000)));
    (entries.len(), names.len())
}

/// Summarizes the lines of a file.
fn summary(path: &Path) -> Vec<String> {
    let summarize = |entry: Entry| match entry.record.unwrap() {
        Record::Frame(_) => format!("{} frame", entry.link),
        Record::Connected { count } => format!("{} connected {count}", entry.link),
        Record::Disconnected { reason, .. } => format!("{} disconnected: {reason}", entry.link),
        Record::Lost { frames, .. } => format!("{frames} lost"),
    };
    entries(path).into_iter().map(summarize).collect()
}

#[test]
fn a_recording_can_be_read_in_every_format() {
    for ending in ENDINGS {
        let directory = Directory::new(ending);
        let recorder = Recorder::create(&directory.path("war").with_extension(ending), None).unwrap();
        for _ in 0..10_000 {
            recorder.frame(NOW, 0, LOGIN);
        }
        recorder.finish();
        recorder.frame(NOW, 0, LOGIN);
        assert_eq!(read(&directory), (10_000, 1), "{ending}");
    }
}

#[test]
fn another_run_continues_the_file() {
    for ending in ENDINGS {
        let directory = Directory::new(&format!("again-{ending}"));
        let path = directory.path("war").with_extension(ending);
        for run in 1..=3 {
            let recorder = Recorder::create(&path, None).unwrap();
            for _ in 0..1_000 {
                recorder.frame(NOW, 0, LOGIN);
            }
            drop(recorder);
            assert_eq!(read(&directory), (1_000 * run, 1), "{ending}");
        }
    }
}

#[test]
fn all_but_the_last_second_survives_a_crash_and_the_next_run_can_continue() {
    for ending in ENDINGS {
        let directory = Directory::new(&format!("crash-{ending}"));
        let path = directory.path("war").with_extension(ending);
        let recorder = Recorder::create(&path, None).unwrap();
        for _ in 0..1_000 {
            recorder.frame(NOW, 0, LOGIN);
        }
        until(|| read(&directory) == (1_000, 1));
        // The file as a crash leaves it.
        let torn = fs::read(&path).unwrap();
        drop(recorder);
        fs::write(&path, torn).unwrap();
        let recorder = Recorder::create(&path, None).unwrap();
        recorder.frame(NOW, 0, LOGIN);
        drop(recorder);
        assert_eq!(read(&directory).0, 1_001, "{ending}");
    }
}

#[test]
fn a_recording_rotates_to_files_whose_names_sort_by_time() {
    for (name, rotation, wait) in [
        ("size", Rotation::Size(20_000), Duration::from_millis(1)),
        ("time", Rotation::Time(Duration::from_millis(100)), Duration::from_millis(60)),
    ] {
        let directory = Directory::new(name);
        let recorder = Recorder::create(&directory.path("war.ndjson"), Some(rotation)).unwrap();
        for _ in 0..10 {
            // Enough to wake the thread.
            for _ in 0..3_000 {
                recorder.frame(NOW, 0, LOGIN);
            }
            thread::sleep(wait);
        }
        recorder.finish();
        let (frames, files) = read(&directory);
        assert!(frames == 30_000 && files > 2, "{frames} frames in {files} files");
        assert!(directory.names().iter().all(|name| name.starts_with("war-20")));
    }
}

#[test]
fn a_recording_has_changes_of_links_and_disconnects_them_at_its_end() {
    let directory = Directory::new("links");
    let path = directory.path("war.ndjson");
    let recorder = Recorder::create(&path, None).unwrap();
    recorder.connected(NOW, 0, 1);
    recorder.frame(NOW + 1, 0, LOGIN);
    recorder.disconnected(NOW + 9, 0, "reset by \"peer\"\n", NOW + 2);
    recorder.connected(NOW + 10, 0, 2);
    recorder.connected(NOW + 11, 1, 1);
    recorder.disconnected(NOW + 12, 0, "no trigger needs the stream", NOW + 12);
    recorder.finish();
    let expected = [
        "0 connected 1",
        "0 frame",
        "0 disconnected: reset by \"peer\"\n",
        "0 connected 2",
        "1 connected 1",
        "0 disconnected: no trigger needs the stream",
        "1 disconnected: the recording has ended",
    ];
    assert_eq!(summary(&path), expected);
    let text = fs::read_to_string(&path).unwrap();
    let lost =
        format!(r#"{{"at_ms":{},"link":0,"disconnected":"reset by \"peer\"\n","heard_ms":{}}}"#, NOW + 9, NOW + 2);
    assert!(text.contains(&lost), "{text}");
    assert!(text.starts_with(&format!("{{\"at_ms\":{NOW},\"link\":0,\"connected\":1}}\n")), "{text}");
}

#[test]
fn frames_that_do_not_fit_are_counted_and_changes_of_links_have_a_reserve() {
    let shared = Shared::new(Path::new("war"), RETRY_DELAY);
    let large = "x".repeat(BUFFER_SIZE / 4);
    for at_ms in 0..10 {
        shared.push(at_ms, 0, Kind::Frame, &large);
    }
    shared.push(10, 0, Kind::Disconnected(9), "reset");
    let mut lines = Lines::default();
    let (is_closed, lost) = shared.next_lines(&mut lines, Instant::now());
    assert!(!is_closed);
    let lost = lost.unwrap();
    assert_eq!((lines.headers.len(), lost.frames, lost.since_ms, lost.until_ms), (4, 7, 3, 9));
}

#[test]
fn writes_to_a_full_disk_are_retried_and_lost_frames_are_reported() {
    for name in ["war", "war.zst"].into_iter().filter(|name| cfg!(feature = "compression") || !name.contains('.')) {
        let disk = FakeDisk::default();
        disk.set_free(1_000);
        let shared = Shared::new(Path::new(name), Duration::from_millis(1));
        let frame = LOGIN.replace("}}", &format!(r#","note":"{}"}}}}"#, "x".repeat(1_000)));
        let (mut taken, mut lost) = (0, 0);
        let log = thread::scope(|scope| {
            let _guard = CloseOnDrop(&shared);
            let writer = scope.spawn(|| logged(|| shared.write(disk.file(name))));
            // More than the thread and the buffer hold.
            until(|| {
                for _ in 0..100 {
                    shared.push(NOW, 0, Kind::Frame, &frame);
                    taken += 1;
                }
                lost = shared.lock().lost.map_or(0, |lost| lost.frames);
                lost > 0 && disk.content().len() >= 100
            });
            disk.set_free(usize::MAX);
            until(|| shared.lock().lost.is_none());
            shared.push(NOW, 0, Kind::Frame, &frame);
            shared.close(NOW);
            writer.join().unwrap()
        });
        for expected in [
            "cannot write the recording `war",
            "can be written again",
            "could not be written in time",
            "frames in total",
        ] {
            assert_eq!(log.matches(expected).count(), 1, "{expected}: {log}");
        }
        let directory = Directory::new(&format!("full-{name}"));
        let path = directory.path(name);
        fs::write(&path, disk.content()).unwrap();
        let lines = summary(&path);
        assert_eq!(lines.iter().filter(|line| *line == "0 frame").count() as u64, taken - lost + 1, "{name}");
        assert_eq!(lines.iter().filter(|line| **line == format!("{lost} lost")).count(), 1, "{name}");
    }
}

#[test]
fn a_disk_that_stays_full_does_not_block_the_end_and_missing_frames_are_reported() {
    let disk = FakeDisk::default();
    let shared = Shared::new(Path::new("war"), Duration::from_hours(1));
    for _ in 0..100 {
        shared.push(NOW, 0, Kind::Frame, LOGIN);
    }
    let log = thread::scope(|scope| {
        let _guard = CloseOnDrop(&shared);
        let writer = scope.spawn(|| logged(|| shared.write(disk.file("war"))));
        until(|| shared.lock().lines.headers.is_empty());
        shared.push(NOW, 0, Kind::Frame, LOGIN);
        shared.close(NOW);
        writer.join().unwrap()
    });
    assert!(log.contains("cannot finish the recording `war`: "), "{log}");
    assert!(log.contains("; up to 101 frames are missing"), "{log}");
}

#[test]
fn a_rotating_recording_continues_when_its_directory_is_back() {
    let directory = Directory::new("rotating");
    let inner = directory.path("inner");
    fs::create_dir(&inner).unwrap();
    let file = RecordingFile::open(&inner.join("war.ndjson"), Some(Rotation::Size(1)), NOW).unwrap();
    fs::remove_dir_all(&inner).unwrap();
    let shared = Shared::new(Path::new("war"), Duration::from_millis(1));
    let log = thread::scope(|scope| {
        let _guard = CloseOnDrop(&shared);
        let writer = scope.spawn(|| logged(|| shared.write(file)));
        for _ in 0..2 {
            shared.push(NOW, 0, Kind::Frame, LOGIN);
            until(|| shared.lock().lines.headers.is_empty());
        }
        fs::create_dir(&inner).unwrap();
        shared.close(NOW);
        writer.join().unwrap()
    });
    assert!(log.contains("can be written again"), "{log}");
    let files: Vec<_> = fs::read_dir(&inner).unwrap().collect();
    assert_eq!(files.len(), 1);
    assert_eq!(summary(&files[0].as_ref().unwrap().path()), ["0 frame"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_neither_fails_nor_blocks_the_program() {
    let recorder = Recorder::create(Path::new("/dev/full"), None).unwrap();
    for _ in 0..10_000 {
        recorder.frame(NOW, 0, LOGIN);
    }
    recorder.finish();
}
