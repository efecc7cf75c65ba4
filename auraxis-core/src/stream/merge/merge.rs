//! Merges connections that carry the same events, and removes duplicates.

use super::index::{Index, MAX_POSITIONS};

/// How long an event is remembered after its last arrival. Redundant connections are at most seconds apart, except while
/// the service is in trouble: then minutes have been observed.
const LIFETIME_MS: i64 = 120_000;

/// The number of events that each of the two generations remembers. 115,000 events in two minutes are three times the rate
/// of a full evening on all worlds. Both generations of this size take 9 MB.
const CAPACITY: usize = 114_688;

/// The number of connections that are distinguished for one event. Older ones are forgotten first.
const CONNECTIONS: usize = 4;

/// Distinguishes new events from duplicates.
///
/// The service sends some frames twice, and two links with the same subscription receive every event twice. Equal
/// payloads are not always one event, though: timestamps are whole seconds, so two equal gains of experience within a
/// second are two events with equal payloads, *twins*. Arrivals are therefore counted per connection: two arrivals over
/// one connection can be twins; one arrival over each of two connections is one event.
///
/// A frame that the server doubles on the only connection looks like twins if its kind can have them. It is delivered and
/// counted as ambiguous, because losing a real event is worse.
#[derive(Debug, Default)]
pub struct Merge {
    index: Index,
    /// Events that arrived recently, and events that arrived earlier, until they arrive again.
    generations: [Generation; 2],
    /// Which generation is the recent one.
    current: usize,
    capacity: Option<usize>,
    stats: MergeStats,
}

/// Events in the order of their arrival, with their fingerprints. While most events are new, memory is written in order, and
/// only the small index at random: that takes half the time of a hash table with the entries in it.
#[derive(Debug, Default)]
struct Generation {
    entries: Vec<(u64, Entry)>,
    /// The number of entries that were taken out.
    taken: usize,
    since_ms: i64,
    last_ms: i64,
}

/// How often an event has arrived. Small, because the cost of an arrival is that of memory.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// The lower bits of the time of the last arrival.
    last_ms: u32,
    /// The lower bits of the connections' numbers.
    connections: [u16; CONNECTIONS],
    /// The number of arrivals over each connection.
    counts: [u8; CONNECTIONS],
    /// 0 if it was taken out of its generation.
    delivered: u8,
}

/// The result of an arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A new event: deliver it.
    New,
    /// A second event with an equal payload, or a doubled frame, which looks the same: deliver it.
    Twin,
    /// An event that has been delivered before: drop it.
    Duplicate,
}

/// Counts of a [`Merge`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MergeStats {
    /// The number of arrivals that were dropped as duplicates.
    pub duplicates: u64,
    /// The number of deliveries that are either twins or doubled frames.
    pub ambiguous: u64,
    /// The number of events that were forgotten early, because too many arrived. Their duplicates are delivered.
    pub evicted: u64,
}

impl Merge {
    /// Creates a `Merge` that remembers at most twice `capacity` events, instead of twice 114,688. `capacity` is at most
    /// 131,071.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { capacity: Some(capacity.min(MAX_POSITIONS)), ..Self::default() }
    }

    /// Loads from memory what [`arrive`](Self::arrive) needs for this fingerprint. If several events have arrived, calling
    /// this for all of them first is faster, because `arrive` waits for memory, and this method does not.
    #[inline]
    pub fn prefetch(&self, fingerprint: u64) {
        self.index.prefetch(fingerprint);
    }

    /// Records the arrival of an event with this [fingerprint](crate::event::Event::fingerprint) over a connection, at
    /// `now_ms` of a monotonic clock.
    ///
    /// Connections are numbered in the order in which they were established, across all links. Numbers are not reused.
    pub fn arrive(&mut self, fingerprint: u64, can_have_twins: bool, connection: u32, now_ms: i64) -> Verdict {
        self.rotate(now_ms);
        let known = match self.find(fingerprint, self.current) {
            Some(at) => Some(at),
            None => self.take(fingerprint).map(|entry| self.insert(fingerprint, entry)),
        };
        let Some(at) = known else {
            self.insert(fingerprint, Entry::first(connection, now_ms));
            return Verdict::New;
        };
        let entry = &mut self.generations[self.current].entries[at].1;
        if !entry.is_alive(now_ms) {
            *entry = Entry::first(connection, now_ms);
            return Verdict::New;
        }
        let verdict = entry.arrive(connection, can_have_twins, now_ms);
        self.stats.count(verdict);
        verdict
    }

    /// Returns whether an event with this fingerprint has arrived over a connection.
    #[must_use]
    pub fn has_arrived(&self, fingerprint: u64, connection: u32) -> bool {
        let found = self.find(fingerprint, self.current);
        found.is_some_and(|at| self.generations[self.current].entries[at].1.slot(connection).is_some())
    }

    /// Returns the counts since the start.
    #[must_use]
    pub const fn stats(&self) -> MergeStats {
        self.stats
    }

    /// Returns the number of events that are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.generations.iter().map(|generation| generation.entries.len() - generation.taken).sum()
    }

    /// Returns whether no event is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets a whole generation, which is cheaper than a queue of deadlines: that would cost a second lookup per event.
    fn rotate(&mut self, now_ms: i64) {
        let Self { generations: [first, second], current, .. } = self;
        let (current, previous) = if *current == 0 { (first, second) } else { (second, first) };
        let last_ms = current.last_ms;
        current.last_ms = last_ms.max(now_ms);
        let is_full = current.entries.len() >= self.capacity.unwrap_or(CAPACITY);
        let is_old = now_ms.saturating_sub(current.since_ms) > LIFETIME_MS;
        if !is_full && !is_old {
            return;
        }
        let is_paused = now_ms.saturating_sub(last_ms) > LIFETIME_MS;
        if !is_paused && now_ms.saturating_sub(previous.last_ms) < LIFETIME_MS {
            // Entries that have arrived again are in the current generation.
            let is_evicted = |entry: &Entry| entry.delivered > 0 && entry.is_alive(now_ms);
            let evicted = previous.entries.iter().filter(|(_, entry)| is_evicted(entry));
            self.stats.evicted += evicted.count() as u64;
        }
        if is_paused {
            // Entries store only the lower bits of their times, so they must not outlive a long pause.
            self.clear(self.current);
        }
        self.current = 1 - self.current;
        self.clear(self.current);
        let current = &mut self.generations[self.current];
        (current.since_ms, current.last_ms) = (now_ms, now_ms);
    }

    fn clear(&mut self, generation: usize) {
        self.index.clear(generation);
        self.generations[generation].entries.clear();
        self.generations[generation].taken = 0;
    }

    /// Returns the position of an event in a generation. Entries are indexed by their fingerprints, which are hashes
    /// themselves.
    fn find(&self, fingerprint: u64, generation: usize) -> Option<usize> {
        let entries = &self.generations[generation].entries;
        let is_it = |at: usize| entries.get(at).is_some_and(|(known, _)| *known == fingerprint);
        self.index.find(fingerprint, generation, is_it)
    }

    /// Adds an event to the current generation, and returns its position.
    fn insert(&mut self, fingerprint: u64, entry: Entry) -> usize {
        let entries = &mut self.generations[self.current].entries;
        let at = entries.len();
        entries.push((fingerprint, entry));
        if self.index.fits(at + 1) {
            self.index.insert(fingerprint, self.current, at);
        } else {
            self.grow(2 * (at + 1));
        }
        at
    }

    /// Makes space for this many events in each generation.
    #[cold]
    fn grow(&mut self, events: usize) {
        self.index.reset(events);
        for (number, generation) in self.generations.iter().enumerate() {
            for (at, (fingerprint, _)) in generation.entries.iter().enumerate() {
                self.index.insert(*fingerprint, number, at);
            }
        }
    }

    /// Takes an event out of the previous generation.
    fn take(&mut self, fingerprint: u64) -> Option<Entry> {
        let previous = 1 - self.current;
        let at = self.find(fingerprint, previous)?;
        let generation = &mut self.generations[previous];
        let entry = &mut generation.entries[at].1;
        let taken = *entry;
        entry.delivered = 0;
        generation.taken += 1;
        Some(taken)
    }
}

impl Entry {
    const fn first(connection: u32, now_ms: i64) -> Self {
        let mut entry =
            Self { last_ms: low(now_ms), connections: [0; CONNECTIONS], counts: [0; CONNECTIONS], delivered: 1 };
        (entry.connections[0], entry.counts[0]) = (low_number(connection), 1);
        entry
    }

    /// Returns the time since the last arrival; negative if the clock has stepped back.
    const fn age_ms(&self, now_ms: i64) -> i32 {
        low(now_ms).wrapping_sub(self.last_ms).cast_signed()
    }

    const fn is_alive(&self, now_ms: i64) -> bool {
        self.age_ms(now_ms) as i64 <= LIFETIME_MS
    }

    fn arrive(&mut self, connection: u32, can_have_twins: bool, now_ms: i64) -> Verdict {
        if self.age_ms(now_ms) > 0 {
            self.last_ms = low(now_ms);
        }
        let count = self.count(connection);
        if can_have_twins && count > self.delivered {
            self.delivered = count;
            return Verdict::Twin;
        }
        Verdict::Duplicate
    }

    /// Returns the slot of a connection that the event has arrived over.
    fn slot(&self, connection: u32) -> Option<usize> {
        (0..CONNECTIONS).find(|&at| self.counts[at] > 0 && self.connections[at] == low_number(connection))
    }

    /// Counts an arrival over the connection. Returns the number of arrivals over it.
    fn count(&mut self, connection: u32) -> u8 {
        let known = self.slot(connection);
        let connection = low_number(connection);
        let at = known.unwrap_or_else(|| {
            // An empty slot, or that of the oldest connection.
            let age = |at: &usize| match self.counts[*at] {
                0 => u32::MAX,
                _ => u32::from(connection.wrapping_sub(self.connections[*at])),
            };
            let at = (0..CONNECTIONS).max_by_key(age).unwrap_or(0);
            (self.connections[at], self.counts[at]) = (connection, 0);
            at
        });
        self.counts[at] = self.counts[at].saturating_add(1);
        self.counts[at]
    }
}

/// Returns the lower bits of a connection's number.
#[expect(clippy::cast_possible_truncation, reason = "65,536 connections are not made within the life of an entry")]
const fn low_number(connection: u32) -> u16 {
    connection as u16
}

/// Returns the lower bits of a time.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "only differences of minutes are used")]
const fn low(ms: i64) -> u32 {
    ms as u32
}

impl MergeStats {
    fn count(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::New => {}
            Verdict::Twin => self.ambiguous += 1,
            Verdict::Duplicate => self.duplicates += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Verdict::*, *};

    fn arrive(merge: &mut Merge, twins: bool, arrivals: &[(u32, i64)]) -> Vec<Verdict> {
        arrivals.iter().map(|&(connection, at)| merge.arrive(7, twins, connection, at)).collect()
    }

    #[test]
    fn an_event_is_delivered_once_over_one_or_two_connections() {
        assert_eq!(arrive(&mut Merge::default(), false, &[(1, 0), (1, 5), (2, 6)]), [New, Duplicate, Duplicate]);
    }

    #[test]
    fn twins_are_delivered_as_often_as_one_connection_sends_them() {
        let merge = &mut Merge::default();
        assert_eq!(
            arrive(merge, true, &[(1, 0), (2, 1), (2, 2), (1, 3), (1, 4)]),
            [New, Duplicate, Twin, Duplicate, Twin]
        );
        assert_eq!(merge.stats(), MergeStats { duplicates: 2, ambiguous: 2, evicted: 0 });
    }

    #[test]
    fn each_connection_is_counted_separately() {
        let merge = &mut Merge::default();
        assert_eq!(
            arrive(merge, true, &[(1, 0), (1, 0), (2, 1), (2, 1), (2, 1)]),
            [New, Twin, Duplicate, Duplicate, Twin]
        );
        // More connections than are distinguished: the oldest is forgotten, and its arrivals are counted again.
        assert_eq!(arrive(merge, true, &[(3, 2), (4, 2), (5, 2), (1, 2)]), [Duplicate; 4]);
    }

    #[test]
    fn an_event_is_forgotten_120_s_after_its_last_arrival() {
        let merge = &mut Merge::default();
        let arrivals = [(1, 0), (2, 120_000), (2, 240_000), (2, 360_001)];
        assert_eq!(arrive(merge, false, &arrivals), [New, Duplicate, Duplicate, New]);
        assert_eq!(merge.stats().evicted, 0);
    }

    #[test]
    fn an_event_is_forgotten_after_any_pause() {
        // Entries store 32 bits of their time.
        for pause in [1 << 31, 1 << 32, (1 << 32) + 5, 1 << 33] {
            let merge = &mut Merge::default();
            assert_eq!(arrive(merge, false, &[(1, 0), (1, 100_000), (2, 100_000 + pause)]), [New, Duplicate, New]);
            assert_eq!((merge.len(), merge.stats().evicted), (1, 0));
        }
    }

    #[test]
    fn memory_is_bounded_and_early_evictions_are_counted() {
        let merge = &mut Merge::with_capacity(100);
        for fingerprint in 0..1_000 {
            assert_eq!(merge.arrive(fingerprint, false, 1, 0), New);
            assert!(merge.len() <= 200);
        }
        assert_eq!(merge.stats().evicted, 800);
        assert_eq!(merge.arrive(999, false, 2, 1), Duplicate);
        assert_eq!(merge.arrive(0, false, 2, 1), New);
    }

    #[test]
    fn a_clock_that_steps_back_forgets_nothing() {
        assert_eq!(
            arrive(&mut Merge::default(), false, &[(1, 500_000), (2, 1_000), (3, 500_001)]),
            [New, Duplicate, Duplicate]
        );
    }
}
