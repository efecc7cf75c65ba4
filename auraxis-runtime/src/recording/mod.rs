//! Recordings: what came over the stream, one line each, and how it is played again.
//!
//! `recorder` takes frames where the stream is read, and a thread of its own writes them; `tape` is the file, or the
//! row of files, that it writes to. `reader` gets lines out of a file, `links` finds where a run broke off
//! without a word, `tempo` makes the time that passes meanwhile, and `replay` says what is replayed and how fast. `line` is the format
//! of a line, `text` its encoding, and `format` how files are compressed. `settings` is what a builder is told of all
//! that. Without the feature `replay`, `absent` stands in for this module.

mod format;
mod line;
mod links;
mod reader;
mod recorder;
mod replay;
mod settings;
mod tape;
mod tempo;
mod text;

pub(crate) use self::{
    line::Record,
    links::Links,
    reader::{Batch as Lines, Entry, Reader},
    recorder::Recorder,
    replay::Replay,
    settings::Settings,
    tempo::Tempo,
};
pub use self::{
    replay::{Replayed, Speed},
    tape::Rotation,
};

#[cfg(test)]
pub(crate) mod tests {
    use std::{cell::RefCell, env, fs, io, path::PathBuf, process, sync::Once};

    pub(super) const LOGIN: &str =
        r#"{"payload":{"character_id":"1","event_name":"PlayerLogin","timestamp":"7","world_id":"1"}}"#;

    /// A directory that goes with the test.
    pub(super) struct Directory(PathBuf);

    impl Directory {
        /// `name` is unique among the tests.
        pub(super) fn new(name: &str) -> Self {
            let path = env::temp_dir().join(format!("auraxis-{}-{name}", process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        pub(super) fn path(&self, name: &str) -> PathBuf {
            self.0.join(name)
        }

        /// The names of the files in it, sorted.
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

    /// Adds to the log of this thread.
    struct Logger;

    impl io::Write for Logger {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            LOG.with_borrow_mut(|log| log.write(bytes))
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is logged on this thread meanwhile.
    pub(crate) fn logged(run: impl FnOnce()) -> String {
        static LOGGING: Once = Once::new();

        LOGGING.call_once(|| tracing_subscriber::fmt().with_ansi(false).with_writer(|| Logger).init());
        LOG.take();
        run();
        String::from_utf8(LOG.take()).unwrap()
    }
}
