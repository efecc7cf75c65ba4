//! Everything that the stream delivers, for those who read it over HTTP.
//!
//! A tap clones each event into a ring, once per turn of the stream, and each reader has a position in it. So an event is
//! stored once, and encoded at most once and not by the stream, however many readers there are. The ring is also the history
//! with which readers resume. It is filled from the first reader on, until [`LINGER`] after the last one has left; outside of
//! that, an event costs one atomic load.
//!
//! A channel (`tokio::sync::broadcast`) would bound batches, not events, and could not resume; and a ring of numbered events
//! makes what a slow reader has lost a subtraction.

use std::{
    collections::VecDeque,
    mem,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use auraxis_core::{
    delivery::Delivery,
    event::{Event, EventKind, Extra},
    message,
};
use auraxis_runtime::{Client, Tap};
use tokio::sync::watch;

/// The maximum number of events in the ring: about 16 seconds of everything on the busiest evening.
const MAX_EVENTS: usize = 8_192;

/// The maximum size of the events in the ring, in bytes.
const MAX_BYTES: usize = 8 << 20;

/// The time that events stay in the ring. A reader that was away for longer starts anew.
const MAX_AGE: Duration = Duration::from_mins(5);

/// The time that the ring is filled after the last reader has left.
const LINGER: Duration = Duration::from_mins(5);

/// The maximum number of events in a batch. A slow reader keeps one batch in memory.
const MAX_BATCH: usize = 64;

/// A batch of more bytes than this is full.
const MAX_BATCH_BYTES: usize = 48 << 10;

/// The maximum number of events per [`BUDGET_PERIOD`], which is a hundred times as many as the game sends. More, as in a
/// replay at full speed, would slow the triggers down for readers that could not keep up anyway; they are counted as lost.
const BUDGET: u32 = 5_000;

const BUDGET_PERIOD: Duration = Duration::from_millis(100);

/// The assumed length of the frame of an event whose fields are all known, which is shorter.
const FRAME_LENGTH: usize = 768;

/// The memory of parsed fields that no struct has, relative to the length of the frame.
const PARSED: usize = 4;

const BEFORE_PAYLOAD: &str = r#"{"payload":"#;

const AFTER_PAYLOAD: &str = r#","service":"event","type":"serviceMessage"}"#;

/// An event, and its frame in the protocol of the event stream.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) event: Event,
    frame: OnceLock<Box<str>>,
}

impl Served {
    /// Returns it with its size in memory, once it is encoded.
    fn new(event: Event) -> (Self, usize) {
        let served = Self { event, frame: OnceLock::new() };
        let length = match served.event.extra() {
            Some(extra) if Extra::is_empty(extra) => FRAME_LENGTH,
            // Of any size, and rare.
            _ => served.frame().len() * PARSED,
        };
        (served, size_of::<Self>() + length)
    }

    /// Returns the frame. The first caller encodes it.
    pub(crate) fn frame(&self) -> &str {
        self.frame.get_or_init(|| message::encode(&self.event).unwrap_or_default().into_boxed_str())
    }

    /// Returns the payload of the frame.
    pub(crate) fn payload(&self) -> &str {
        let frame = self.frame();
        frame.strip_prefix(BEFORE_PAYLOAD).and_then(|rest| rest.strip_suffix(AFTER_PAYLOAD)).unwrap_or(frame)
    }
}

/// Events in the order in which they were delivered.
#[derive(Clone, Debug)]
struct Batch {
    /// The number of the first event. Those of the others follow.
    first: u64,
    events: Arc<[Served]>,
    bytes: usize,
    at: Instant,
}

impl Batch {
    /// Returns the number after that of the last event.
    fn end(&self) -> u64 {
        self.first + self.events.len() as u64
    }
}

/// Passes events to readers.
#[derive(Clone, Debug)]
pub(crate) struct Hub(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Tells the ids of this process from those of an earlier one.
    start: u64,
    is_active: AtomicBool,
    /// Changed only with the ring locked.
    readers: AtomicUsize,
    ring: Mutex<Ring>,
    /// Changes when events are added.
    news: watch::Receiver<()>,
}

#[derive(Debug)]
struct Ring {
    batches: VecDeque<Batch>,
    events: usize,
    bytes: usize,
    /// The number of the next event. Skipped events are counted.
    next: u64,
    /// The number of the first event since the ring is being filled.
    since: u64,
    /// When the last reader left.
    left_at: Instant,
}

impl Hub {
    pub(crate) fn new(client: &Client) -> Self {
        let (hub, tap) = Self::with_tap();
        if let Err(error) = client.tap(tap) {
            tracing::warn!("events are not served: {error}");
        }
        hub
    }

    fn with_tap() -> (Self, HubTap) {
        let (sender, news) = watch::channel(());
        let now = Instant::now();
        let ring = Ring { batches: VecDeque::new(), events: 0, bytes: 0, next: 1, since: 1, left_at: now };
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let shared = Arc::new(Shared {
            start: u64::try_from(since_epoch.as_micros()).unwrap_or_default(),
            is_active: AtomicBool::new(false),
            readers: AtomicUsize::new(0),
            ring: Mutex::new(ring),
            news,
        });
        let budget = Budget { left: BUDGET, refilled_at: now, is_checked: false };
        let tap =
            HubTap { shared: Arc::clone(&shared), news: sender, budget, skipped: 0, events: Vec::new(), bytes: 0 };
        (Self(shared), tap)
    }

    /// Starts to read with the next event.
    pub(crate) fn read(&self) -> Reader {
        let shared = &self.0;
        let mut ring = shared.lock();
        if !shared.is_active.load(Ordering::Relaxed) {
            // What was delivered meanwhile has no number: an event before this one cannot be resumed after.
            ring.next += 1;
            ring.since = ring.next;
            shared.is_active.store(true, Ordering::Relaxed);
        }
        shared.readers.fetch_add(1, Ordering::Relaxed);
        Reader { shared: Arc::clone(shared), news: shared.news.clone(), next: ring.next }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ring {
    /// Adds events. Returns those that have to be dropped, without the lock.
    fn push(&mut self, batch: Batch) -> Vec<Batch> {
        let oldest = batch.at.checked_sub(MAX_AGE);
        self.next = batch.end();
        self.events += batch.events.len();
        self.bytes += batch.bytes;
        self.batches.push_back(batch);
        let mut dropped = Vec::new();
        while let Some(first) = self.batches.front()
            && (self.events > MAX_EVENTS || self.bytes > MAX_BYTES || oldest.is_some_and(|oldest| first.at < oldest))
        {
            self.events -= first.events.len();
            self.bytes -= first.bytes;
            dropped.extend(self.batches.pop_front());
        }
        dropped
    }
}

/// A reader of everything that is delivered.
#[derive(Debug)]
pub(crate) struct Reader {
    shared: Arc<Shared>,
    news: watch::Receiver<()>,
    /// The number of the next event to read.
    next: u64,
}

/// What a reader has received.
#[derive(Debug)]
pub(crate) struct Received {
    /// The number of events before these that the reader has lost.
    pub(crate) lost: u64,
    batch: Batch,
    skip: usize,
}

impl Received {
    /// Returns the number of the first event.
    pub(crate) fn first(&self) -> u64 {
        self.batch.first + self.skip as u64
    }

    /// Returns an iterator over the events and their numbers.
    pub(crate) fn events(&self) -> impl Iterator<Item = (u64, &Served)> {
        (self.batch.first..).zip(&*self.batch.events).skip(self.skip)
    }
}

impl Reader {
    /// Continues after the event with this [id](Self::id). Returns false if that is unknown, for example because it is of an
    /// earlier process: then the whole history is read.
    pub(crate) fn resume_after(&mut self, id: &str) -> bool {
        let number = id.split_once('-').and_then(|(start, number)| {
            let is_own = u64::from_str_radix(start, 16) == Ok(self.shared.start);
            number.parse::<u64>().ok().filter(|_| is_own)
        });
        let ring = self.shared.lock();
        let known = number.filter(|number| (ring.since - 1..ring.next).contains(number));
        self.next = known.map_or_else(|| ring.batches.front().map_or(ring.next, |batch| batch.first), |last| last + 1);
        known.is_some()
    }

    /// Returns the id of the event with this number.
    pub(crate) fn id(&self, number: u64) -> String {
        format!("{:x}-{number}", self.shared.start)
    }

    /// Returns the number of the last event that was read, or before the first one that will be.
    pub(crate) fn position(&self) -> u64 {
        self.next - 1
    }

    /// Returns the next events; `None` when the stream has ended. Cancel safe.
    pub(crate) async fn next(&mut self) -> Option<Received> {
        loop {
            self.news.mark_unchanged();
            if let Some(received) = self.take() {
                return Some(received);
            }
            self.news.changed().await.ok()?;
        }
    }

    fn take(&mut self) -> Option<Received> {
        let ring = self.shared.lock();
        let at = ring.batches.partition_point(|batch| batch.end() <= self.next);
        let batch = ring.batches.get(at)?.clone();
        drop(ring);
        let lost = batch.first.saturating_sub(self.next);
        let skip = usize::try_from(self.next.saturating_sub(batch.first)).unwrap_or(usize::MAX);
        self.next = batch.end();
        Some(Received { lost, batch, skip })
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut ring = self.shared.lock();
        self.shared.readers.fetch_sub(1, Ordering::Relaxed);
        ring.left_at = Instant::now();
    }
}

/// Fills the ring.
struct HubTap {
    shared: Arc<Shared>,
    news: watch::Sender<()>,
    budget: Budget,
    /// Events beyond the budget since the last batch.
    skipped: u64,
    events: Vec<Served>,
    bytes: usize,
}

impl Tap for HubTap {
    fn event(&mut self, event: &Event, _: Option<&str>, _: &Delivery) {
        // A custom event never leaves its program.
        if !self.shared.is_active.load(Ordering::Relaxed) || event.kind() == EventKind::Custom {
            return;
        }
        if !self.budget.spend() {
            // What is skipped comes after what was added.
            self.push();
            self.skipped += 1;
            return;
        }
        let (served, bytes) = Served::new(event.clone());
        self.events.push(served);
        self.bytes += bytes;
        if self.events.len() >= MAX_BATCH || self.bytes >= MAX_BATCH_BYTES {
            self.push();
        }
    }

    fn flush(&mut self) {
        if !self.shared.is_active.load(Ordering::Relaxed) {
            return;
        }
        self.budget.is_checked = false;
        self.push();
        if self.shared.readers.load(Ordering::Relaxed) == 0 {
            self.rest();
        }
    }

    fn needs_text(&self) -> bool {
        false
    }
}

impl HubTap {
    /// Passes on what was added.
    fn push(&mut self) {
        if self.events.is_empty() {
            return;
        }
        let (events, bytes, at) = (self.events.drain(..).collect(), mem::take(&mut self.bytes), Instant::now());
        let mut ring = self.shared.lock();
        let first = ring.next + mem::take(&mut self.skipped);
        let dropped = ring.push(Batch { first, events, bytes, at });
        drop(ring);
        self.news.send_replace(());
        drop(dropped);
    }

    /// Stops filling the ring, unless a reader has left recently.
    fn rest(&mut self) {
        let mut ring = self.shared.lock();
        if self.shared.readers.load(Ordering::Relaxed) == 0 && ring.left_at.elapsed() > LINGER {
            self.shared.is_active.store(false, Ordering::Relaxed);
            (ring.events, ring.bytes) = (0, 0);
            let batches = mem::take(&mut ring.batches);
            drop(ring);
            drop(batches);
            self.skipped = 0;
        }
    }
}

/// How many more events can be added.
#[derive(Debug)]
struct Budget {
    left: u32,
    refilled_at: Instant,
    /// Whether the clock was read in this turn of the stream, which would cost as much as the event.
    is_checked: bool,
}

impl Budget {
    fn spend(&mut self) -> bool {
        if self.left == 0 {
            if mem::replace(&mut self.is_checked, true) {
                return false;
            }
            let now = Instant::now();
            if now.duration_since(self.refilled_at) < BUDGET_PERIOD {
                return false;
            }
            (self.left, self.refilled_at) = (BUDGET, now);
        }
        self.left -= 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use auraxis_core::event::{Death, GainExperience, sample::Sample as _};
    use futures_util::FutureExt as _;

    use super::*;

    fn death() -> Event {
        Death::sample().into()
    }

    fn deliver(tap: &mut HubTap, event: &Event) {
        tap.event(event, None, &Delivery::new(SystemTime::now(), auraxis_core::delivery::Origin::Live));
    }

    /// Delivers events in turns of one, without the limit on the rate.
    fn deliver_all(tap: &mut HubTap, event: &Event, count: usize) {
        for _ in 0..count {
            tap.budget.left = BUDGET;
            deliver(tap, event);
            tap.flush();
        }
    }

    /// Reads what is there: the numbers of events, and how many were lost.
    fn read_all(reader: &mut Reader) -> (Vec<u64>, u64) {
        let (mut numbers, mut lost) = (Vec::new(), 0);
        while let Some(Some(received)) = reader.next().now_or_never() {
            lost += received.lost;
            numbers.extend(received.events().map(|(number, _)| number));
        }
        (numbers, lost)
    }

    /// The number of the next event, and how many are kept.
    fn kept(hub: &Hub) -> (u64, usize) {
        let ring = hub.0.lock();
        (ring.next, ring.events)
    }

    #[test]
    fn without_readers_nothing_is_kept() {
        let (hub, mut tap) = Hub::with_tap();
        deliver_all(&mut tap, &death(), 3);
        assert_eq!(kept(&hub), (1, 0));
        let mut reader = hub.read();
        deliver_all(&mut tap, &death(), 2);
        assert_eq!(read_all(&mut reader), (vec![2, 3], 0));
        drop(reader);
        deliver_all(&mut tap, &death(), 1);
        assert_eq!(hub.0.lock().events, 3, "the history is kept for a while");
        hub.0.lock().left_at = Instant::now().checked_sub(LINGER * 2).unwrap();
        tap.flush();
        deliver_all(&mut tap, &death(), 1);
        assert_eq!(kept(&hub), (5, 0));
        // What was delivered meanwhile has no numbers.
        let (mut reader, mut other) = (hub.read(), hub.read());
        assert!(!reader.resume_after(&other.id(4)));
        let position = other.id(other.position());
        assert!(other.resume_after(&position));
    }

    #[test]
    fn readers_resume_and_learn_what_they_have_lost() {
        let (hub, mut tap) = Hub::with_tap();
        let mut reader = hub.read();
        deliver_all(&mut tap, &death(), 5);
        assert_eq!(read_all(&mut reader), ((2..=6).collect(), 0));
        let id = reader.id(3);
        assert!(reader.resume_after(&id));
        assert_eq!(read_all(&mut reader), ((4..=6).collect(), 0));
        for id in ["", "7", "x-1", &format!("{:x}-3", hub.0.start + 1), &reader.id(7), &reader.id(0)] {
            assert!(!reader.resume_after(id), "{id}");
            assert_eq!(read_all(&mut reader), ((2..=6).collect(), 0), "{id}");
        }
        deliver_all(&mut tap, &death(), MAX_EVENTS);
        let last = 6 + MAX_EVENTS as u64;
        assert!(reader.resume_after(&id));
        assert_eq!(read_all(&mut reader), ((7..=last).collect(), 3));
        drop(tap);
        assert!(matches!(reader.next().now_or_never(), Some(None)), "the stream has ended");
    }

    #[test]
    fn memory_is_limited_whatever_the_size_of_events() {
        let (hub, mut tap) = Hub::with_tap();
        let reader = hub.read();
        let text = format!(r#"{{"payload":{{"event_name":"New","x":"{}"}}}}"#, "x".repeat(100_000));
        let Ok(auraxis_core::frame::Frame::Event(large)) = auraxis_core::frame::Frame::parse(&text) else {
            panic!("an event")
        };
        deliver_all(&mut tap, &large, 100);
        let ring = hub.0.lock();
        assert!(ring.bytes <= MAX_BYTES && ring.events < 100 && ring.events > 1, "{} bytes", ring.bytes);
        drop((ring, reader));
        // Of events without unknown fields, the number alone matters.
        for event in [death(), GainExperience::sample().into()] {
            let (served, size) = Served::new(event);
            assert!(served.frame().len() <= FRAME_LENGTH && size * MAX_EVENTS <= MAX_BYTES * 5 / 4, "{size} bytes");
        }
    }

    #[test]
    fn what_is_beyond_the_budget_is_skipped_and_counted() {
        let (hub, mut tap) = Hub::with_tap();
        let mut reader = hub.read();
        tap.budget = Budget { left: 2, refilled_at: Instant::now() + LINGER, is_checked: false };
        for _ in 0..5 {
            deliver(&mut tap, &death());
        }
        tap.flush();
        tap.budget.refilled_at = Instant::now().checked_sub(BUDGET_PERIOD).unwrap();
        deliver(&mut tap, &death());
        tap.flush();
        assert_eq!(read_all(&mut reader), (vec![2, 3, 7], 3));
    }

    #[test]
    fn an_event_is_encoded_once_and_its_payload_is_that_of_the_frame() {
        let (hub, mut tap) = Hub::with_tap();
        let (mut one, mut other) = (hub.read(), hub.read());
        deliver_all(&mut tap, &death(), 1);
        let [one, other] = [&mut one, &mut other].map(|reader| reader.next().now_or_never().flatten().unwrap());
        let (first, second) = (one.events().next().unwrap().1, other.events().next().unwrap().1);
        assert!(std::ptr::eq(first.frame(), second.frame()));
        assert_eq!(first.frame(), death().to_frame());
        assert!(first.payload().starts_with(r#"{"achievement"#) || first.payload().starts_with(r#"{"attacker"#));
        assert!(first.payload().ends_with('}'));
        let payload: Event = serde_json::from_str(first.payload()).unwrap();
        assert_eq!(payload, death());
    }
}
