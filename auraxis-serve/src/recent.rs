//! What the stream has delivered recently: rates, gaps and drops.
//!
//! A tap on the stream's thread counts. Everything is bounded: rates by time and by worlds, gaps and triggers by number.

use std::{
    collections::{BTreeMap, VecDeque},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use auraxis_core::{
    delivery::Delivery,
    event::{Event, signal::Gap},
    id::WorldId,
    time::Timestamp,
};
use auraxis_runtime::{Client, Tap};
use serde::Serialize;

/// The number of seconds whose rates are kept: enough for a plot.
const SECONDS: usize = 300;

/// The number of worlds with rates of their own, because a source can make up any number of them.
const MAX_WORLDS: usize = 64;

/// The number of gaps that are kept.
const MAX_GAPS: usize = 100;

/// The number of triggers whose drops are kept.
const MAX_TRIGGERS: usize = 100;

/// How long a trigger counts as dropping events after it has. Probes must not miss it.
const DROP_MEMORY: Duration = Duration::from_mins(1);

/// What the stream has delivered recently.
#[derive(Clone, Debug)]
pub(crate) struct Recent(Arc<Mutex<Log>>);

#[derive(Debug)]
struct Log {
    rates: Series,
    gaps: VecDeque<Gap>,
    drops: VecDeque<Drops>,
}

/// Counts per second.
#[derive(Debug)]
struct Series {
    start: Instant,
    /// The number of the second that is being counted, since the start.
    second: u64,
    current: Counts,
    /// The seconds before it, the oldest first.
    history: VecDeque<Counts>,
}

/// Counted events.
#[derive(Debug, Default)]
struct Counts {
    total: u64,
    /// Few, so a scan is the fastest.
    worlds: Vec<(WorldId, u64)>,
}

#[derive(Debug)]
struct Drops {
    trigger: Arc<str>,
    at: Instant,
    events: u64,
}

struct Counter {
    log: Arc<Mutex<Log>>,
    counts: Counts,
}

/// Events per second, the oldest first.
#[derive(Debug, Serialize)]
pub(crate) struct Rates {
    interval_seconds: u32,
    /// The end of the last interval.
    until: i64,
    total: Vec<u64>,
    worlds: BTreeMap<WorldId, Vec<u64>>,
}

impl Recent {
    pub(crate) fn new(client: &Client) -> Self {
        let log = Log { rates: Series::new(Instant::now()), gaps: VecDeque::new(), drops: VecDeque::new() };
        let log = Arc::new(Mutex::new(log));
        if let Err(error) = client.tap(Counter { log: Arc::clone(&log), counts: Counts::default() }) {
            tracing::warn!("rates and gaps are not served: {error}");
        }
        Self(log)
    }

    pub(crate) fn rates(&self) -> Rates {
        lock(&self.0).rates.advance(Instant::now()).rates(Timestamp::now())
    }

    /// Returns the last gaps, the newest first.
    pub(crate) fn gaps(&self) -> Vec<Gap> {
        lock(&self.0).gaps.iter().rev().cloned().collect()
    }

    /// Returns the triggers that are dropping events, with the number of events.
    pub(crate) fn drops(&self) -> Vec<(Arc<str>, u64)> {
        let mut log = lock(&self.0);
        log.drops.retain(|drops| drops.at.elapsed() < DROP_MEMORY);
        log.drops.iter().map(|drops| (Arc::clone(&drops.trigger), drops.events)).collect()
    }
}

impl Tap for Counter {
    fn event(&mut self, event: &Event, _: Option<&str>, _: &Delivery) {
        match event {
            Event::Gap(gap) => lock(&self.log).record_gap(gap),
            Event::Overflow(overflow) => lock(&self.log).record_drops(&overflow.trigger, overflow.dropped),
            event if event.kind().is_from_game() => self.counts.add(event.world_id()),
            _ => {}
        }
    }

    fn flush(&mut self) {
        if self.counts.total > 0 {
            lock(&self.log).rates.advance(Instant::now()).current.take_from(&mut self.counts);
        }
    }

    fn needs_text(&self) -> bool {
        false
    }
}

impl Log {
    fn record_gap(&mut self, gap: &Gap) {
        match self.gaps.iter_mut().find(|known| known.id == gap.id) {
            Some(known) => known.clone_from(gap),
            None => push(&mut self.gaps, gap.clone(), MAX_GAPS),
        }
    }

    fn record_drops(&mut self, trigger: &Arc<str>, events: u64) {
        let at = Instant::now();
        match self.drops.iter_mut().find(|known| known.trigger == *trigger) {
            Some(known) if known.at.elapsed() < DROP_MEMORY => (known.at, known.events) = (at, known.events + events),
            Some(known) => (known.at, known.events) = (at, events),
            None => push(&mut self.drops, Drops { trigger: Arc::clone(trigger), at, events }, MAX_TRIGGERS),
        }
    }
}

impl Series {
    fn new(start: Instant) -> Self {
        Self { start, second: 0, current: Counts::default(), history: VecDeque::new() }
    }

    /// Finishes the seconds that have passed.
    fn advance(&mut self, now: Instant) -> &mut Self {
        let second = now.saturating_duration_since(self.start).as_secs();
        let passed = usize::try_from(second.saturating_sub(self.second)).unwrap_or(usize::MAX);
        self.second = self.second.max(second);
        for _ in 0..passed.min(SECONDS + 1) {
            push(&mut self.history, mem::take(&mut self.current), SECONDS);
        }
        self
    }

    fn rates(&self, until: Timestamp) -> Rates {
        let mut worlds = BTreeMap::<WorldId, Vec<u64>>::new();
        for (second, counts) in self.history.iter().enumerate() {
            for &(world, count) in &counts.worlds {
                worlds.entry(world).or_insert_with(|| vec![0; self.history.len()])[second] = count;
            }
        }
        Rates {
            interval_seconds: 1,
            until: until.0,
            total: self.history.iter().map(|counts| counts.total).collect(),
            worlds: worlds.into_iter().take(MAX_WORLDS).collect(),
        }
    }
}

impl Counts {
    fn add(&mut self, world: Option<WorldId>) {
        self.total += 1;
        if let Some(world) = world {
            self.add_world(world, 1);
        }
    }

    fn add_world(&mut self, world: WorldId, count: u64) {
        if let Some((_, known)) = self.worlds.iter_mut().find(|(known, _)| *known == world) {
            *known += count;
        } else if self.worlds.len() < MAX_WORLDS {
            self.worlds.push((world, count));
        }
    }

    /// Adds other counts, and clears them.
    fn take_from(&mut self, other: &mut Self) {
        self.total += mem::take(&mut other.total);
        for (world, count) in other.worlds.drain(..) {
            self.add_world(world, count);
        }
    }
}

/// Appends to a queue of bounded length.
fn push<T>(queue: &mut VecDeque<T>, item: T, length: usize) {
    if queue.len() == length {
        queue.pop_front();
    }
    queue.push_back(item);
}

fn lock(log: &Mutex<Log>) -> MutexGuard<'_, Log> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use auraxis_core::event::{KindSet, signal::GapCause};

    use super::*;

    #[test]
    fn seconds_without_events_are_zero_and_old_ones_are_forgotten() {
        let start = Instant::now();
        let mut series = Series::new(start);
        let after = |seconds| start + Duration::from_secs(seconds);
        let mut count = |second, world| {
            let mut counts = Counts::default();
            counts.add(Some(WorldId(world)));
            counts.add(None);
            series.advance(after(second)).current.take_from(&mut counts);
        };
        count(0, 1);
        count(2, 10);
        count(2, 10);
        let rates = series.advance(after(4)).rates(Timestamp(7));
        assert_eq!((rates.until, &rates.total[..]), (7, &[2, 0, 4, 0][..]));
        assert_eq!(
            rates.worlds.into_iter().collect::<Vec<_>>(),
            [(WorldId(1), vec![1, 0, 0, 0]), (WorldId(10), vec![0, 0, 2, 0])]
        );
        let rates = series.advance(after(1_000_000)).rates(Timestamp(7));
        assert_eq!((rates.total.len(), rates.worlds.len()), (SECONDS, 0));
    }

    #[test]
    fn worlds_are_bounded() {
        let mut counts = Counts::default();
        (0..1_000).for_each(|world| counts.add(Some(WorldId(world))));
        assert_eq!((counts.total, counts.worlds.len()), (1_000, MAX_WORLDS));
    }

    #[test]
    fn a_gap_is_replaced_when_it_is_closed_and_drops_add_up() {
        let mut log = Log { rates: Series::new(Instant::now()), gaps: VecDeque::new(), drops: VecDeque::new() };
        let gap = |id, to| {
            let missing = ([WorldId(1)].into_iter().collect(), KindSet::ALL);
            Gap::new(Timestamp(0), id, missing, (Timestamp(0), to), GapCause::Silence, None)
        };
        log.record_gap(&gap(1, None));
        log.record_gap(&gap(1, Some(Timestamp(5))));
        assert_eq!(log.gaps, [gap(1, Some(Timestamp(5)))]);
        (0..500).for_each(|id| log.record_gap(&gap(id, None)));
        assert_eq!((log.gaps.len(), log.gaps.back().map(|gap| gap.id)), (MAX_GAPS, Some(499)));
        log.record_drops(&"slow".into(), 3);
        log.record_drops(&"slow".into(), 4);
        assert_eq!(Recent(Arc::new(Mutex::new(log))).drops(), [("slow".into(), 7)]);
    }
}
