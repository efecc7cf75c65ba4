//! Recordings of the stream, with one frame per line, and their replay.
//!
//! Writing: `recorder` buffers frames where the stream is read, and a dedicated thread writes them to the file, or the
//! series of files, in `file`. Reading: `reader` reads lines from a file, `links` detects where a run was interrupted,
//! `clock` controls the time of the replay, and `replay` has its settings. Both use `line`, the format of a line, and
//! `format`, the compression of files; `text` decodes UTF-16. `settings` has the settings of the builder. Without the
//! feature `replay`, this module is replaced by `absent`.

mod clock;
mod file;
mod format;
mod line;
mod links;
mod reader;
mod recorder;
mod replay;
mod settings;
mod text;

pub(crate) use self::{
    clock::ReplayClock,
    line::Record,
    links::Links,
    reader::{Batch as Lines, Entry, Reader},
    recorder::Recorder,
    replay::Replay,
    settings::Settings,
};
pub use self::{
    file::Rotation,
    replay::{ReplayProgress, Speed},
};

#[cfg(test)]
pub(crate) mod tests {
    use std::{cell::RefCell, env, fs, io, path::PathBuf, process, sync::Once};

    pub(super) const LOGIN: &str =
        r#"{"payload":{"character_id":"1","event_name":"PlayerLogin","timestamp":"7","world_id":"1"}}"#;

    /// A directory that is deleted after the test.
    pub(super) struct Directory(PathBuf);

    impl Directory {
        /// Creates a directory. `name` must be unique among the tests.
        pub(super) fn new(name: &str) -> Self {
            let path = env::temp_dir().join(format!("auraxis-{}-{name}", process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        pub(super) fn path(&self, name: &str) -> PathBuf {
            self.0.join(name)
        }

        /// Returns the names of its files, sorted.
        pub(super) fn names(&self) -> Vec<String> {
            let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
            let mut names: Vec<_> = fs::read_dir(&self.0).unwrap().map(name).collect();
            names.sort();
            names
        }
    }

    impl Drop for Directory {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    thread_local! {
        static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }

    /// Appends to the log of this thread.
    struct Logger;

    impl io::Write for Logger {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            LOG.with_borrow_mut(|log| log.write(bytes))
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Returns what this thread logs during `run`.
    pub(crate) fn logged(run: impl FnOnce()) -> String {
        static LOGGING: Once = Once::new();

        LOGGING.call_once(|| tracing_subscriber::fmt().with_ansi(false).with_writer(|| Logger).init());
        LOG.take();
        run();
        String::from_utf8(LOG.take()).unwrap()
    }
}
