//! Concurrency, queue and order of a trigger's runs.

use std::{
    fmt,
    hash::{BuildHasher, Hash},
    time::Duration,
};

use auraxis_core::delivery::Delivered;
use rustc_hash::FxBuildHasher;

use super::batch::BatchLimits;

/// What happens to a new event when the queue of a trigger is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OverflowPolicy {
    /// The stream waits until the queue has room, so every other trigger waits too. For programs that prefer late
    /// events to missed ones.
    ///
    /// Events that handlers [dispatch](crate::Client::dispatch) themselves are still processed. A handler that
    /// dispatches an event to its own trigger while the queue is full gets an error, because it would wait for itself.
    Block,
    /// The oldest queued event is dropped.
    #[default]
    DropOldest,
    /// The new event is dropped.
    DropNewest,
}

/// Concurrency, queue and order of a trigger's runs.
pub(crate) struct Order<E> {
    /// The maximum number of concurrent runs.
    pub(crate) concurrency: usize,
    /// The maximum number of queued events.
    pub(crate) queue: usize,
    pub(crate) overflow: Option<OverflowPolicy>,
    /// Returns the hash of an event's key. Events with equal hashes run one after another, so a collision only costs
    /// concurrency.
    pub(crate) key: Option<Key<E>>,
    pub(crate) cooldown: Option<Cooldown<E>>,
    pub(crate) batch: Option<BatchLimits>,
    pub(crate) timeout: Option<Duration>,
    /// How often a failed run is tried again.
    pub(crate) retries: u32,
    /// Whether events are skipped instead of queued: the turns of a periodic trigger.
    pub(crate) skips_turns: bool,
}

/// The defaults of a client for options that a trigger does not set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Defaults {
    pub(crate) overflow: OverflowPolicy,
    pub(crate) timeout: Option<Duration>,
}

impl Defaults {
    /// The defaults behind a message broker, which delivers again what has not been settled: nothing is dropped, and no
    /// run makes the broker wait forever.
    pub(crate) const BROKER: Self = Self { overflow: OverflowPolicy::Block, timeout: Some(Duration::from_mins(1)) };
}

/// The limits of a lane.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) concurrency: usize,
    /// The maximum number of queued items.
    pub(crate) queue: usize,
    /// The maximum number of events in batches that do not run yet.
    pub(crate) max_events: usize,
    pub(crate) overflow: OverflowPolicy,
    pub(crate) is_keyed: bool,
}

/// At most one run in a given time, for each key.
pub(crate) struct Cooldown<E> {
    pub(crate) length: Duration,
    pub(crate) per: Option<Key<E>>,
}

pub(crate) type Key<E> = Box<dyn Fn(&E) -> u64 + Send + Sync>;

pub(crate) fn key<E, K: Hash>(key: impl Fn(&E) -> K + Send + Sync + 'static) -> Key<E> {
    Box::new(move |event| FxBuildHasher.hash_one(key(event)))
}

/// The same key for events with their deliveries.
pub(crate) fn delivered<E: 'static>(key: Key<E>) -> Key<Delivered<E>> {
    Box::new(move |event: &Delivered<E>| key(event))
}

impl<E> Order<E> {
    /// Sets what the trigger has not set.
    pub(crate) fn set_defaults(&mut self, defaults: Defaults) {
        // Skipped turns are not queued, and come again.
        if !self.skips_turns {
            self.overflow.get_or_insert(defaults.overflow);
            self.timeout = self.timeout.or(defaults.timeout);
        }
    }

    /// Returns the limits of a lane. Batches wait as a whole, so their queue is shorter; but with a key, many are nearly
    /// empty, and their events are limited instead.
    pub(crate) fn limits(&self) -> Limits {
        let Self { concurrency, queue: max_events, .. } = *self;
        let overflow = self.overflow.unwrap_or_default();
        let queue = match self.batch {
            Some(batch) if self.key.is_none() => max_events.div_ceil(batch.events.max(1)),
            _ => max_events,
        };
        Limits { concurrency, queue, max_events, overflow, is_keyed: self.key.is_some() }
    }
}

impl<E: 'static> Order<E> {
    /// The same for events with their deliveries.
    pub(crate) fn delivered(self) -> Order<Delivered<E>> {
        let Self { concurrency, queue, overflow, key, cooldown, batch, timeout, retries, skips_turns } = self;
        let key = key.map(delivered);
        let cooldown = cooldown.map(|Cooldown { length, per }| Cooldown { length, per: per.map(delivered) });
        Order { concurrency, queue, overflow, key, cooldown, batch, timeout, retries, skips_turns }
    }
}

impl<E> Default for Order<E> {
    /// Allows 1,024 runs, each a boxed future and a task of about 1 KB, and 16,384 queued events of about 100 bytes: a
    /// handler that never returns costs about 3 MB.
    fn default() -> Self {
        Self {
            concurrency: 1_024,
            queue: 16_384,
            overflow: None,
            key: None,
            cooldown: None,
            batch: None,
            timeout: None,
            retries: 0,
            skips_turns: false,
        }
    }
}

impl<E> fmt::Display for Order<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.concurrency, &self.key) {
            (1, None) => f.write_str("one run at a time")?,
            (n, None) => write!(f, "at most {n} concurrent runs")?,
            (n, Some(_)) => write!(f, "one run at a time for each key, at most {n} concurrent keys")?,
        }
        if self.skips_turns {
            f.write_str(", further turns are skipped")?;
        } else {
            write!(f, ", queue of {}, when full ", self.queue)?;
            f.write_str(match self.overflow.unwrap_or_default() {
                OverflowPolicy::Block => "the stream waits",
                OverflowPolicy::DropOldest => "the oldest event is dropped",
                OverflowPolicy::DropNewest => "the newest event is dropped",
            })?;
        }
        if let Some(BatchLimits { events, within }) = self.batch {
            write!(f, ", batches of up to {events} events within {within:?}")?;
            f.write_str(if self.key.is_some() { " for each key" } else { "" })?;
        }
        if let Some(Cooldown { length, per }) = &self.cooldown {
            write!(f, ", cooldown {length:?}{}", if per.is_some() { " for each `per`" } else { "" })?;
        }
        if let Some(timeout) = self.timeout {
            write!(f, ", timeout {timeout:?}")?;
        }
        match self.retries {
            0 => Ok(()),
            1 => f.write_str(", 1 retry"),
            retries => write!(f, ", {retries} retries"),
        }
    }
}
