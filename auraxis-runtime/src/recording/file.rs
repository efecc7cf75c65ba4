//! The file, or the row of files, that a recording is written to.
//!
//! Lines are encoded in memory, and stay there until the file has taken them. So a disk that fails in the middle of a
//! line can be tried again: the file goes on where it broke off.

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

/// When a recording goes on in another file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rotation {
    /// When a file has so many bytes, compressed as they are, or a little more.
    Size(u64),
    /// When a file has been written to for so long.
    Time(Duration),
}

pub(super) struct RecordingFile {
    /// As it was asked for.
    path: PathBuf,
    rotation: Option<Rotation>,
    format: Format,
    /// The file that is written to.
    pub(super) current: PathBuf,
    /// That file. Locked for as long as it is open.
    file: Box<dyn Write + Send>,
    encoder: Box<dyn Encode>,
    /// How many bytes this has added to the file.
    written: u64,
    opened: Instant,
    ended: bool,
}

impl RecordingFile {
    /// Begins a recording, or goes on with the one that is in the file. With rotation, each file is a new one.
    pub(super) fn open(path: &Path, rotation: Option<Rotation>, now_ms: u64) -> io::Result<Self> {
        check(path)?;
        let format = Format::of_path(path);
        // Before any file is made.
        let mut encoder = format.encoder()?;
        let (current, file) = if rotation.is_some() {
            create_numbered(path, now_ms)?
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
        Self { path, rotation, format, current, file, encoder, written: 0, opened: Instant::now(), ended: false }
    }

    /// Goes on to another file if it is time. May be tried again after an error.
    pub(super) fn rotate(&mut self, now_ms: u64) -> io::Result<()> {
        let is_time = match self.rotation {
            None => false,
            Some(Rotation::Size(bytes)) => self.written >= bytes,
            Some(Rotation::Time(time)) => self.opened.elapsed() >= time,
        };
        if is_time {
            self.end()?;
            self.save()?;
            *self = Self::open(&self.path, self.rotation, now_ms)?;
        }
        Ok(())
    }

    /// Takes whole lines.
    pub(super) fn take(&mut self, lines: &[u8]) -> io::Result<()> {
        self.encoder.write_all(lines)
    }

    /// Lets all lines so far be read from what is saved next.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.encoder.flush()
    }

    /// Ends the file. No line may be taken after this.
    pub(super) fn end(&mut self) -> io::Result<()> {
        if !self.ended {
            self.encoder.finish()?;
            self.encoder.encoded().extend_from_slice(self.format.end_mark());
            self.ended = true;
        }
        Ok(())
    }

    /// Hands what has been encoded to the system. May be tried again after an error.
    pub(super) fn save(&mut self) -> io::Result<()> {
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

/// Finds what is wrong with a path, for what the system's word for it would not help.
fn check(path: &Path) -> io::Result<()> {
    let refused = |kind, message: String| Err(io::Error::new(kind, message));
    if path.as_os_str() == "-" {
        let message = "standard output is for what handlers print; name a file, such as `war.ndjson`";
        return refused(io::ErrorKind::InvalidInput, message.to_owned());
    }
    if path.is_dir() {
        let message = "it is a directory; name a file in it, such as `war.ndjson`";
        return refused(io::ErrorKind::IsADirectory, message.to_owned());
    }
    if path.file_name().is_none() {
        return refused(io::ErrorKind::InvalidInput, "it names no file; write one, such as `war.ndjson`".to_owned());
    }
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() && matches!(parent.try_exists(), Ok(false)) => {
            refused(io::ErrorKind::NotFound, format!("there is no directory `{}`; create it first", parent.display()))
        }
        _ => Ok(()),
    }
}

/// Opens a file to add lines of this format to it, and returns what has to go before them.
fn open_or_create(path: &Path, format: Format) -> io::Result<(File, &'static [u8])> {
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        // A pipe or a device: it has no content, and may be shared.
        return Ok((OpenOptions::new().append(true).open(path)?, b""));
    }
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    lock(&file)?;
    if file.metadata()?.len() == 0 {
        return Ok((file, b""));
    }
    let (found, start) = Format::detect(&file)?;
    match (format, found) {
        (Format::Plain, Format::Plain) if !text::is_utf8(&start) => {
            let message = "it is text in UTF-16 or UTF-32; convert it to UTF-8, or name another file";
            Err(io::Error::new(io::ErrorKind::InvalidInput, message))
        }
        (Format::Plain, Format::Plain) => {
            // A crash or a full disk has left half a line.
            let is_whole = ends_with(&mut file, b"\n")?;
            Ok((file, if is_whole { b"" } else { b"\n" }))
        }
        (Format::Plain, _) => {
            let message = format!("it is {found}, against its name; rename it, or name another file");
            Err(io::Error::new(io::ErrorKind::InvalidInput, message))
        }
        _ if ends_with(&mut file, format.end_mark())? => Ok((file, b"")),
        _ => set_aside(path, &file).map(|file| (file, &b""[..])),
    }
}

fn ends_with(file: &mut File, end: &[u8]) -> io::Result<bool> {
    let mut found = vec![0; end.len()];
    let Some(start) = file.metadata()?.len().checked_sub(end.len() as u64) else { return Ok(false) };
    file.seek(SeekFrom::Start(start))?;
    file.read_exact(&mut found)?;
    Ok(found == end)
}

/// Moves a compressed file away to which nothing can be appended, for nobody could read on behind a torn end, and
/// begins another in its place.
fn set_aside(path: &Path, torn: &File) -> io::Result<File> {
    let modified = torn.metadata()?.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let written_ms = modified.and_then(|time| u64::try_from(time.as_millis()).ok()).unwrap_or_default();
    let cannot = |error: io::Error| {
        let message = format!("it does not end as a recording that was ended in order, and cannot be renamed: {error}");
        io::Error::new(error.kind(), message)
    };
    let (aside, reserved) = create_numbered(path, written_ms).map_err(cannot)?;
    drop(reserved);
    if let Err(error) = fs::rename(path, &aside) {
        let _ = fs::remove_file(&aside);
        return Err(cannot(error));
    }
    let file = OpenOptions::new().append(true).read(true).create_new(true).open(path)?;
    lock(&file)?;
    tracing::warn!(
        "the recording {} was not ended in order, so it is now called {} and another begins",
        path.display(),
        aside.display()
    );
    Ok(file)
}

/// Keeps other bots from the file while it is open.
fn lock(file: &File) -> io::Result<()> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            let message = "another bot records to it; give each a file of its own";
            Err(io::Error::new(io::ErrorKind::ResourceBusy, message))
        }
        // Some file systems know no locks.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
    }
}

/// Creates a file whose name has the moment in it: `war.ndjson.zst` becomes `war-20241029T053642123Z.ndjson.zst`. So
/// the names sort as the files follow each other, before the name without a moment, and no earlier recording is
/// written over.
fn create_numbered(path: &Path, mut now_ms: u64) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let (stem, endings) = name.find('.').filter(|&at| at > 0).map_or((&*name, ""), |at| name.split_at(at));
    loop {
        let seconds = auraxis_core::time::Timestamp(i64::try_from(now_ms / 1_000).unwrap_or(i64::MAX)).to_string();
        let second: String = seconds.chars().filter(char::is_ascii_alphanumeric).collect();
        let moment = format!("{}{:03}Z", second.trim_end_matches('Z'), now_ms % 1_000);
        let path = path.with_file_name(format!("{stem}-{moment}{endings}"));
        match OpenOptions::new().append(true).create_new(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => now_ms += 1,
            opened => {
                let file = opened?;
                lock(&file)?;
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

    /// A disk with room for so many bytes.
    #[derive(Clone, Default)]
    pub(in super::super) struct Disk(Arc<Mutex<(usize, Vec<u8>)>>);

    impl Disk {
        pub(in super::super) fn make_room(&self, bytes: usize) {
            self.0.lock().unwrap().0 = bytes;
        }

        pub(in super::super) fn content(&self) -> Vec<u8> {
            self.0.lock().unwrap().1.clone()
        }

        /// A file that writes to this disk.
        pub(in super::super) fn file(&self, name: &str) -> RecordingFile {
            let encoder = Format::of_path(Path::new(name)).encoder().unwrap();
            RecordingFile::new(Path::new(name), None, name.into(), Box::new(self.clone()), encoder)
        }
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let (room, content) = &mut *self.0.lock().unwrap();
            let count = bytes.len().min(*room);
            if count == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            *room -= count;
            content.extend_from_slice(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn append(path: &Path, lines: &[u8]) -> io::Result<()> {
        let mut file = RecordingFile::open(path, None, 0)?;
        file.take(lines)?;
        file.end()?;
        file.save()
    }

    #[test]
    fn half_a_line_is_ended_before_another_begins() {
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
    fn a_compressed_file_goes_on_if_it_was_ended_in_order_and_is_set_aside_if_not() {
        for ending in ["zst", "gz"] {
            let directory = Directory::new(&format!("torn-{ending}"));
            let path = directory.path("war").with_extension(ending);
            let read =
                |path: &Path| io::read_to_string(super::super::format::decoded(File::open(path).unwrap()).unwrap());
            append(&path, b"one\n").unwrap();
            append(&path, b"two\n").unwrap();
            assert_eq!(read(&path).unwrap(), "one\ntwo\n", "{ending}");
            let whole = fs::read(&path).unwrap();
            let mut aside = Vec::new();
            // However the crash has left it.
            for length in [whole.len() - 1, whole.len() / 2 + 1, 3] {
                fs::write(&path, &whole[..length]).unwrap();
                let log = crate::recording::tests::logged(|| append(&path, b"three\n").unwrap());
                assert!(log.contains("was not ended in order, so it is now called"), "{log}");
                assert_eq!(read(&path).unwrap(), "three\n");
                aside.push(whole[..length].to_vec());
            }
            let names = directory.names();
            assert_eq!(names.len(), 4);
            assert_eq!(names.last().unwrap(), &format!("war.{ending}"), "the newest sorts last");
            let mut kept: Vec<_> = names[..3].iter().map(|name| fs::read(directory.path(name)).unwrap()).collect();
            kept.sort();
            aside.sort();
            assert!(kept == aside, "nothing is lost");
        }
    }

    #[test]
    fn a_file_that_is_something_else_is_refused_and_left_alone() {
        let directory = Directory::new("else");
        let path = directory.path("war.ndjson");
        for (content, expected) in [
            (
                &b"\x28\xB5\x2F\xFD0123"[..],
                "it is compressed with zstd, against its name; rename it, or name another file",
            ),
            (b"\x1F\x8B\x080123", "it is compressed with gzip, against its name; rename it, or name another file"),
            (b"\xFF\xFE{\0", "it is text in UTF-16 or UTF-32; convert it to UTF-8, or name another file"),
            (b"{\0\"\0", "it is text in UTF-16 or UTF-32; convert it to UTF-8, or name another file"),
            (b"PK\x03\x0401", "it is a zip archive, against its name; rename it, or name another file"),
        ] {
            fs::write(&path, content).unwrap();
            assert_eq!(append(&path, b"new\n").unwrap_err().to_string(), expected);
            assert_eq!(fs::read(&path).unwrap(), content);
        }
    }

    #[test]
    fn a_disk_that_was_full_goes_on_where_it_broke_off() {
        for name in if cfg!(feature = "compression") { &["war", "war.zst", "war.gz"][..] } else { &["war"] } {
            let disk = Disk::default();
            let mut file = disk.file(name);
            let line = |n: u32| format!("line {n} {}\n", "é".repeat(100)).into_bytes();
            for n in 0..100 {
                disk.make_room(17);
                file.take(&line(n)).unwrap();
                file.flush().unwrap();
                let _ = file.save();
            }
            file.end().unwrap();
            assert_eq!(file.save().unwrap_err().kind(), io::ErrorKind::StorageFull);
            disk.make_room(usize::MAX);
            file.save().unwrap();
            let mut read = Vec::new();
            let content = io::Cursor::new(disk.content());
            super::super::format::decoded(content).unwrap().read_to_end(&mut read).unwrap();
            assert!(read == (0..100).flat_map(line).collect::<Vec<_>>(), "{name}");
        }
    }
}
