//! The file, or the series of files, that a recording is written to.
//!
//! Lines are encoded in memory, and stay there until they have been written. So if the disk fails in the middle of a
//! line, the write can be retried and continues at the same byte.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant, UNIX_EPOCH},
};

use super::{
    format::{Encode, Format},
    text,
};

/// When a recording continues in a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rotation {
    /// When a file has reached this size in bytes, after compression. Files may become slightly larger.
    Size(u64),
    /// When a file has been open for this long.
    Time(Duration),
}

pub(super) struct RecordingFile {
    /// The path as configured, which rotation adds a time to.
    path: PathBuf,
    rotation: Option<Rotation>,
    format: Format,
    /// The path of the current file.
    pub(super) current: PathBuf,
    /// The current file, which is locked while it is open.
    file: Box<dyn Write + Send>,
    encoder: Box<dyn Encode>,
    /// How many bytes have been written to the current file.
    written: u64,
    opened: Instant,
    is_finished: bool,
}

impl RecordingFile {
    /// Starts a recording, or continues the one in the file. With rotation, each file is a new one.
    pub(super) fn open(path: &Path, rotation: Option<Rotation>, now_ms: u64) -> io::Result<Self> {
        check_path(path)?;
        let format = Format::of_path(path);
        // Before a file is created, because this may fail.
        let mut encoder = format.encoder()?;
        let (current, file) = if rotation.is_some() {
            create_timestamped(path, now_ms)?
        } else {
            let (file, start) = open_or_create(path, format)?;
            encoder.write_all(start)?;
            (path.to_owned(), file)
        };
        Ok(Self::new(path, rotation, current, Box::new(file), encoder))
    }

    fn new(
        path: &Path,
        rotation: Option<Rotation>,
        current: PathBuf,
        file: Box<dyn Write + Send>,
        encoder: Box<dyn Encode>,
    ) -> Self {
        let (path, format) = (path.to_owned(), Format::of_path(path));
        Self { path, rotation, format, current, file, encoder, written: 0, opened: Instant::now(), is_finished: false }
    }

    /// Continues in another file if the rotation is due. Can be retried after an error.
    pub(super) fn rotate(&mut self, now_ms: u64) -> io::Result<()> {
        let is_due = match self.rotation {
            None => false,
            Some(Rotation::Size(bytes)) => self.written >= bytes,
            Some(Rotation::Time(time)) => self.opened.elapsed() >= time,
        };
        if is_due {
            self.finish()?;
            self.write_encoded()?;
            *self = Self::open(&self.path, self.rotation, now_ms)?;
        }
        Ok(())
    }

    /// Encodes complete lines.
    pub(super) fn encode(&mut self, lines: &[u8]) -> io::Result<()> {
        self.encoder.write_all(lines)
    }

    /// Flushes the encoder, so that all lines so far can be read after the next write.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.encoder.flush()
    }

    /// Finishes the encoding. No lines can be encoded after this.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        if !self.is_finished {
            self.encoder.finish()?;
            self.encoder.encoded().extend_from_slice(self.format.end_mark());
            self.is_finished = true;
        }
        Ok(())
    }

    /// Writes what has been encoded to the file. Can be retried after an error.
    pub(super) fn write_encoded(&mut self) -> io::Result<()> {
        let encoded = self.encoder.encoded();
        let mut done = 0;
        let result = loop {
            if done == encoded.len() {
                break Ok(());
            }
            match self.file.write(&encoded[done..]) {
                Ok(0) => break Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => done += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        encoded.drain(..done);
        self.written += done as u64;
        result
    }
}

/// Checks a path for mistakes for which the error message of the system would not help.
fn check_path(path: &Path) -> io::Result<()> {
    let refused = |kind, message: String| Err(io::Error::new(kind, message));
    if path.as_os_str() == "-" {
        let message = "standard output is reserved for handlers; name a file, such as `war.ndjson`";
        return refused(io::ErrorKind::InvalidInput, message.to_owned());
    }
    if path.is_dir() {
        let message = "it is a directory; name a file in it, such as `war.ndjson`";
        return refused(io::ErrorKind::IsADirectory, message.to_owned());
    }
    if path.file_name().is_none() {
        return refused(io::ErrorKind::InvalidInput, "it has no file name; add one, such as `war.ndjson`".to_owned());
    }
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() && matches!(parent.try_exists(), Ok(false)) => refused(
            io::ErrorKind::NotFound,
            format!("the directory `{}` does not exist; create it first", parent.display()),
        ),
        _ => Ok(()),
    }
}

/// Opens a file to append lines in this format, and returns what has to be written before them.
fn open_or_create(path: &Path, format: Format) -> io::Result<(File, &'static [u8])> {
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        // A pipe or a device has no content, and can be shared.
        return Ok((OpenOptions::new().append(true).open(path)?, b""));
    }
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    lock_exclusive(&file)?;
    if file.metadata()?.len() == 0 {
        return Ok((file, b""));
    }
    let (found, start) = Format::detect(&file)?;
    match (format, found) {
        (Format::Plain, Format::Plain) if !text::is_utf8(&start) => {
            let message = "it is encoded in UTF-16 or UTF-32; convert it to UTF-8 or use another file";
            Err(io::Error::new(io::ErrorKind::InvalidInput, message))
        }
        (Format::Plain, Format::Plain) => {
            // A crash or a full disk may have left an incomplete line.
            let is_whole = ends_with(&mut file, b"\n")?;
            Ok((file, if is_whole { b"" } else { b"\n" }))
        }
        (Format::Plain, _) => {
            let message = format!("it is {found}, but its name says otherwise; rename it or use another file");
            Err(io::Error::new(io::ErrorKind::InvalidInput, message))
        }
        _ if ends_with(&mut file, format.end_mark())? => Ok((file, b"")),
        _ => replace_torn(path, &file).map(|file| (file, &b""[..])),
    }
}

fn ends_with(file: &mut File, end: &[u8]) -> io::Result<bool> {
    let mut found = vec![0; end.len()];
    let Some(start) = file.metadata()?.len().checked_sub(end.len() as u64) else { return Ok(false) };
    file.seek(SeekFrom::Start(start))?;
    file.read_exact(&mut found)?;
    Ok(found == end)
}

/// Renames a compressed file with a torn end, behind which nothing could be read, and creates a new one in its place.
fn replace_torn(path: &Path, torn: &File) -> io::Result<File> {
    let modified = torn.metadata()?.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let written_ms = modified.and_then(|time| u64::try_from(time.as_millis()).ok()).unwrap_or_default();
    let cannot = |error: io::Error| {
        let message = format!("it was not closed properly and cannot be renamed: {error}");
        io::Error::new(error.kind(), message)
    };
    let (new_name, reserved) = create_timestamped(path, written_ms).map_err(cannot)?;
    drop(reserved);
    if let Err(error) = fs::rename(path, &new_name) {
        let _ = fs::remove_file(&new_name);
        return Err(cannot(error));
    }
    let file = OpenOptions::new().append(true).read(true).create_new(true).open(path)?;
    lock_exclusive(&file)?;
    tracing::warn!(
        "the recording `{}` was not closed properly; it was renamed to `{}`, and a new one was started",
        path.display(),
        new_name.display()
    );
    Ok(file)
}

/// Locks the file against other bots while it is open.
fn lock_exclusive(file: &File) -> io::Result<()> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            let message = "another bot is recording to it; use a separate file for each bot";
            Err(io::Error::new(io::ErrorKind::ResourceBusy, message))
        }
        // Some file systems do not support locks.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
    }
}

/// Creates a file with the time in its name: `war.ndjson.zst` becomes `war-20241029T053642123Z.ndjson.zst`. So the
/// names sort by time, and before the name without a time, and no earlier recording is overwritten.
fn create_timestamped(path: &Path, mut now_ms: u64) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let (stem, extensions) = name.find('.').filter(|&at| at > 0).map_or((&*name, ""), |at| name.split_at(at));
    loop {
        let seconds = auraxis_core::time::Timestamp(i64::try_from(now_ms / 1_000).unwrap_or(i64::MAX)).to_string();
        let second: String = seconds.chars().filter(char::is_ascii_alphanumeric).collect();
        let time = format!("{}{:03}Z", second.trim_end_matches('Z'), now_ms % 1_000);
        let path = path.with_file_name(format!("{stem}-{time}{extensions}"));
        match OpenOptions::new().append(true).create_new(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => now_ms += 1,
            opened => {
                let file = opened?;
                lock_exclusive(&file)?;
                return Ok((path, file));
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::recording::tests::Directory;

    /// A disk with a limited number of free bytes.
    #[derive(Clone, Default)]
    pub(in super::super) struct FakeDisk(Arc<Mutex<(usize, Vec<u8>)>>);

    impl FakeDisk {
        pub(in super::super) fn set_free(&self, bytes: usize) {
            self.0.lock().unwrap().0 = bytes;
        }

        pub(in super::super) fn content(&self) -> Vec<u8> {
            self.0.lock().unwrap().1.clone()
        }

        /// Creates a file on this disk.
        pub(in super::super) fn file(&self, name: &str) -> RecordingFile {
            let encoder = Format::of_path(Path::new(name)).encoder().unwrap();
            RecordingFile::new(Path::new(name), None, name.into(), Box::new(self.clone()), encoder)
        }
    }

    impl Write for FakeDisk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let (free, content) = &mut *self.0.lock().unwrap();
            let count = bytes.len().min(*free);
            if count == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            *free -= count;
            content.extend_from_slice(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn append(path: &Path, lines: &[u8]) -> io::Result<()> {
        let mut file = RecordingFile::open(path, None, 0)?;
        file.encode(lines)?;
        file.finish()?;
        file.write_encoded()
    }

    #[test]
    fn an_incomplete_line_is_ended_before_the_next() {
        let directory = Directory::new("half");
        let path = directory.path("war.ndjson");
        for (before, after) in [("", "new\n"), ("whole\n", "whole\nnew\n"), ("half", "half\nnew\n")] {
            fs::write(&path, before).unwrap();
            append(&path, b"new\n").unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), after);
        }
    }

    #[cfg(feature = "compression")]
    #[test]
    fn a_compressed_file_continues_if_it_was_finished_and_is_renamed_otherwise() {
        for ending in ["zst", "gz"] {
            let directory = Directory::new(&format!("torn-{ending}"));
            let path = directory.path("war").with_extension(ending);
            let read =
                |path: &Path| io::read_to_string(super::super::format::decoded(File::open(path).unwrap()).unwrap());
            append(&path, b"one\n").unwrap();
            append(&path, b"two\n").unwrap();
            assert_eq!(read(&path).unwrap(), "one\ntwo\n", "{ending}");
            let whole = fs::read(&path).unwrap();
            let mut torn = Vec::new();
            // Wherever a crash cuts it.
            for length in [whole.len() - 1, whole.len() / 2 + 1, 3] {
                fs::write(&path, &whole[..length]).unwrap();
                let log = crate::recording::tests::logged(|| append(&path, b"three\n").unwrap());
                assert!(log.contains("was not closed properly; it was renamed to"), "{log}");
                assert_eq!(read(&path).unwrap(), "three\n");
                torn.push(whole[..length].to_vec());
            }
            let names = directory.names();
            assert_eq!(names.len(), 4);
            assert_eq!(names.last().unwrap(), &format!("war.{ending}"), "the newest sorts last");
            let mut renamed: Vec<_> = names[..3].iter().map(|name| fs::read(directory.path(name)).unwrap()).collect();
            renamed.sort();
            torn.sort();
            assert!(renamed == torn, "nothing is lost");
        }
    }

    #[test]
    fn a_file_that_is_not_a_recording_is_refused_and_not_changed() {
        let directory = Directory::new("else");
        let path = directory.path("war.ndjson");
        for (content, expected) in [
            (
                &b"\x28\xB5\x2F\xFD0123"[..],
                "it is compressed with zstd, but its name says otherwise; rename it or use another file",
            ),
            (
                b"\x1F\x8B\x080123",
                "it is compressed with gzip, but its name says otherwise; rename it or use another file",
            ),
            (b"\xFF\xFE{\0", "it is encoded in UTF-16 or UTF-32; convert it to UTF-8 or use another file"),
            (b"{\0\"\0", "it is encoded in UTF-16 or UTF-32; convert it to UTF-8 or use another file"),
            (b"PK\x03\x0401", "it is a zip archive, but its name says otherwise; rename it or use another file"),
        ] {
            fs::write(&path, content).unwrap();
            assert_eq!(append(&path, b"new\n").unwrap_err().to_string(), expected);
            assert_eq!(fs::read(&path).unwrap(), content);
        }
    }

    #[test]
    fn a_write_to_a_full_disk_continues_at_the_same_byte() {
        for name in if cfg!(feature = "compression") { &["war", "war.zst", "war.gz"][..] } else { &["war"] } {
            let disk = FakeDisk::default();
            let mut file = disk.file(name);
            let line = |n: u32| format!("line {n} {}\n", "é".repeat(100)).into_bytes();
            for n in 0..100 {
                disk.set_free(17);
                file.encode(&line(n)).unwrap();
                file.flush().unwrap();
                let _ = file.write_encoded();
            }
            file.finish().unwrap();
            assert_eq!(file.write_encoded().unwrap_err().kind(), io::ErrorKind::StorageFull);
            disk.set_free(usize::MAX);
            file.write_encoded().unwrap();
            let mut read = Vec::new();
            let content = io::Cursor::new(disk.content());
            super::super::format::decoded(content).unwrap().read_to_end(&mut read).unwrap();
            assert!(read == (0..100).flat_map(line).collect::<Vec<_>>(), "{name}");
        }
    }
}
