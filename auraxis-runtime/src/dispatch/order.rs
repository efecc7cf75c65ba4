//! How a trigger wants its runs ordered and bounded.

use std::{
    fmt,
    hash::{BuildHasher, Hash},
    time::Duration,
};

use rustc_hash::FxBuildHasher;

/// What happens to an event when the lane of a trigger is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OverflowPolicy {
    /// The stream waits, and with it every other trigger. For programs that would rather be late than miss an event.
    ///
    /// What handlers [dispatch](crate::Client::dispatch) themselves goes on meanwhile. A handler that dispatches an
    /// event to its own trigger while that is full gets an error, because it would wait for itself.
    Block,
    /// The event that has waited longest is dropped.
    #[default]
    DropOldest,
    /// The event that has just come is dropped.
    DropNewest,
}

/// How a trigger wants its runs ordered and bounded.
pub(crate) struct Order<E> {
    /// How many runs may be under way.
    pub(crate) concurrency: usize,
    /// How many events may wait.
    pub(crate) queue: usize,
    pub(crate) overflow: OverflowPolicy,
    /// Events with equal numbers run one after another. Numbers are hashes: should two keys share one, they only wait
    /// for each other.
    pub(crate) key: Option<Key<E>>,
    pub(crate) timeout: Option<Duration>,
}

pub(crate) type Key<E> = Box<dyn Fn(&E) -> u64 + Send + Sync>;

pub(crate) fn key<E, K: Hash>(key: impl Fn(&E) -> K + Send + Sync + 'static) -> Key<E> {
    Box::new(move |event| FxBuildHasher.hash_one(key(event)))
}

impl<E> Default for Order<E> {
    /// 1,024 runs, each a boxed future and a task of about 1 KB, and 16,384 events of about 100 bytes: a handler that
    /// never returns costs some 3 MB.
    fn default() -> Self {
        Self { concurrency: 1_024, queue: 16_384, overflow: OverflowPolicy::default(), key: None, timeout: None }
    }
}

impl<E> fmt::Display for Order<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.concurrency, &self.key) {
            (1, None) => f.write_str("one at a time")?,
            (n, None) => write!(f, "at most {n} at once")?,
            (n, Some(_)) => write!(f, "in order for each key, at most {n} keys at once")?,
        }
        write!(f, ", {} may wait, then ", self.queue)?;
        f.write_str(match self.overflow {
            OverflowPolicy::Block => "the stream waits",
            OverflowPolicy::DropOldest => "the oldest is dropped",
            OverflowPolicy::DropNewest => "the newest is dropped",
        })?;
        match self.timeout {
            Some(timeout) => write!(f, ", each at most {timeout:?}"),
            None => Ok(()),
        }
    }
}
