//! The health of a link.

use super::{
    cell::Cell,
    counter::Counter,
    coverage::{Coverage, Expected},
    evidence::{DECAY_MS, Evidence},
    expectations::Expectations,
    silence::{Blame, Change, REPORT_EVIDENCE, Silence},
    slots::{self, CELLS, CLASSES, Free, MAX_WORLDS, SHARED, Slots},
    traffic::{TrafficClass, TrafficClasses},
    world::{LIVE_WORLDS, World},
    world_health::{ClassHealth, WorldHealth, WorldState},
};
use crate::id::WorldId;

/// If more time passes between two checks, the loop stood still.
const MAX_STEP_MS: u64 = 3000;

/// Checks that follow the previous one sooner are skipped.
const MIN_STEP_MS: u64 = 250;

/// Links differ in delay: an event that another link received this soon after the last one proves nothing.
const LINK_DELAY_MS: u64 = 2000;

/// Learns what a link delivers, and detects silence. See the [module](super).
///
/// A new `Health` learns from everything that arrives, until [`expect`](Self::expect) is called. It has a fixed size. It is
/// kept when the link reconnects, so what it has learned is kept too.
///
/// ```
/// use auraxis_core::{id::WorldId, stream::health::{Change, Health, TrafficClass}};
///
/// let mut health = Health::new();
/// for second in 0..600 {
///     health.event(WorldId::OSPREY, TrafficClass::Experience, second * 1000);
///     assert!(health.check(second * 1000 + 500).is_empty());
/// }
/// let silence = (600..).find_map(|second| match health.check(second * 1000 + 500).pop() {
///     Some(Change::Silent(silence)) => Some((silence, second)),
///     _ => None,
/// });
/// let (silence, second) = silence.unwrap();
/// assert_eq!(silence.since_ms, 599_000);
/// assert!(second < 610);
/// ```
#[derive(Clone, Debug)]
pub struct Health {
    counters: Box<[Counter; CELLS]>,
    slots: Slots,
    /// By slot.
    worlds: Vec<World>,
    /// By slot and class.
    cells: Vec<Cell>,
    /// What to expect of worlds without a slot.
    any_world: [Option<Coverage>; CLASSES],
    classes: [Evidence; CLASSES],
    link: Evidence,
    started_ms: u64,
    checked_ms: Option<u64>,
    /// Whether what to expect has changed since the last check.
    has_changed: bool,
    /// Time since the last check that was not spent listening.
    away_ms: u64,
}

impl Default for Health {
    fn default() -> Self {
        Self::new()
    }
}

impl Health {
    /// Creates the health of a link that has not delivered anything.
    #[must_use]
    pub fn new() -> Self {
        Self {
            counters: Box::new([Counter::EMPTY; CELLS]),
            slots: Slots::new(),
            worlds: vec![World::new(None); MAX_WORLDS + 1],
            cells: vec![Cell::new(Some(Coverage::Part)); CELLS],
            any_world: [Some(Coverage::Part); CLASSES],
            classes: Default::default(),
            link: Evidence::default(),
            started_ms: 0,
            checked_ms: None,
            has_changed: false,
            away_ms: 0,
        }
    }

    /// Counts an event that was received at `now_ms`.
    #[inline]
    pub fn event(&mut self, world: WorldId, class: TrafficClass, now_ms: u64) {
        let slot = self.slot(world);
        self.counters[slots::cell(slot, class)].count(now_ms);
    }

    /// Sets what the link subscribes to. Nothing else can be silent.
    ///
    /// What has been learned is kept for a class whose [`Coverage`] stays the same, or changes to another number of
    /// characters. Other classes are learned again.
    pub fn expect(&mut self, expected: impl IntoIterator<Item = Expected>) {
        let mut of_worlds = Vec::new();
        self.any_world = [None; CLASSES];
        for Expected { world, class, coverage } in expected {
            match world {
                Some(world) => of_worlds.push((self.slot(world), class, coverage)),
                None => self.any_world[class as usize] = Some(coverage),
            }
        }
        if self.any_world.contains(&Some(Coverage::Whole)) {
            // They are expected before they have delivered anything.
            for world in LIVE_WORLDS {
                self.slot(world);
            }
        }
        let mut coverages: Vec<_> = self.any_world.into_iter().cycle().take(CELLS).collect();
        for (slot, class, coverage) in of_worlds {
            coverages[slots::cell(slot, class)] = Some(coverage);
        }
        let now_ms = self.checked_ms.unwrap_or(0);
        for (cell, coverage) in self.cells.iter_mut().zip(coverages) {
            // A reconnection repeats what is expected, and must not weaken the evidence of a silence.
            self.has_changed |= cell.coverage != coverage;
            cell.expect(coverage, now_ms);
        }
    }

    /// Forgets the rates, after a change of the subscription that [`expect`](Self::expect) does not contain, such as
    /// other experience ids.
    pub fn relearn(&mut self) {
        self.cells.iter_mut().for_each(Cell::relearn);
        self.has_changed = true;
    }

    /// Excludes time from every silence, because the link was closed or the loop stood still.
    ///
    /// Call it before the next [`check`](Self::check). It is not needed for a loop that stood still between two checks:
    /// at most 3 s of that time count.
    pub fn not_listening(&mut self, ms: u64) {
        self.away_ms = self.away_ms.saturating_add(ms);
    }

    /// Records whether a world is announced as online. Repeated announcements have no effect.
    ///
    /// A world that is down is not silent. When it is up again, its rates are learned again, and it can stay empty for 10
    /// minutes. A world that continues to deliver is not down, even if it is announced as down.
    pub fn set_online(&mut self, world: WorldId, online: bool) {
        let slot = self.slot(world);
        if slot == SHARED || self.worlds[slot].is_announced_online() == online {
            return;
        }
        if self.worlds[slot].set_online(online) {
            let now_ms = self.checked_ms.unwrap_or(0);
            self.cells[slots::cells(slot)].iter_mut().for_each(|cell| cell.restart(now_ms));
        }
        self.has_changed = true;
    }

    /// Evaluates the time since the last check, and returns what has changed. Call it once per second.
    ///
    /// A silence is returned when it reaches a [`Level`](super::Level), and when it ends. A check within 250 ms of the
    /// previous one returns nothing.
    pub fn check(&mut self, now_ms: u64) -> Vec<Change> {
        let Some(checked_ms) = self.checked_ms else {
            (self.started_ms, self.checked_ms, self.away_ms) = (now_ms, Some(now_ms), 0);
            return Vec::new();
        };
        let elapsed = now_ms.saturating_sub(checked_ms);
        if elapsed < MIN_STEP_MS {
            return Vec::new();
        }
        self.checked_ms = Some(now_ms);
        let listened = elapsed.saturating_sub(self.away_ms).min(MAX_STEP_MS);
        self.away_ms = self.away_ms.saturating_sub(elapsed);
        #[expect(clippy::cast_precision_loss, reason = "at most 3 s")]
        self.advance(listened as f64)
    }

    /// Returns the silences that have been reported and have not ended.
    pub fn silences(&self) -> impl Iterator<Item = Silence> {
        let worlds = self.worlds.iter().map(|world| &world.evidence);
        let cells = self.cells.iter().map(|cell| &cell.evidence);
        std::iter::once(&self.link).chain(&self.classes).chain(worlds).chain(cells).filter_map(Evidence::silence)
    }

    /// Returns the time after which a silence of the whole link would be reported, as learned so far; `None` if it never
    /// would be. It would be acted upon within three times that time.
    #[must_use]
    pub fn reports_after_ms(&self) -> Option<u64> {
        let decayed = 1.0 - REPORT_EVIDENCE / (self.link.growth * DECAY_MS / 1000.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, and hours at most")]
        (decayed > 0.0).then(|| (-decayed.ln() * DECAY_MS).ceil() as u64)
    }

    /// Returns when the last event of any of these classes arrived, from this world or, if `None`, from any world.
    #[must_use]
    pub fn last_event(&self, world: Option<WorldId>, classes: TrafficClasses) -> Option<u64> {
        let slots = match world {
            Some(world) => {
                let slot = self.slots.get(world).ok()?;
                slot..slot + 1
            }
            None => 0..MAX_WORLDS + 1,
        };
        slots
            .flat_map(|slot| classes.iter().map(move |class| slots::cell(slot, class)))
            .filter_map(|at| self.counters[at].last_ms())
            .max()
    }

    /// Returns the health of the worlds that have delivered or are expected to.
    #[must_use]
    pub fn worlds(&self) -> Vec<WorldHealth> {
        let known = (0..=MAX_WORLDS).filter(|&slot| {
            slot < self.slots.used() || self.counters[slots::cells(slot)].iter().any(|counter| counter.events > 0)
        });
        known.map(|slot| self.world_health(slot)).collect()
    }

    fn world_health(&self, slot: usize) -> WorldHealth {
        let world = &self.worlds[slot];
        let classes = TrafficClass::ALL.map(|class| {
            let at = slots::cell(slot, class);
            let (counter, cell) = (&self.counters[at], &self.cells[at]);
            ClassHealth {
                class,
                events: counter.events,
                per_second: cell.rate.events(),
                last_event_ms: counter.last_ms(),
                silent: cell.evidence.level(),
            }
        });
        let last_event_ms = classes.iter().filter_map(|class| class.last_event_ms).max();
        let is_subscribed = |class: &TrafficClass| {
            *class != TrafficClass::World && self.cells[slots::cell(slot, *class)].coverage.is_some()
        };
        let is_expected = world.is_watched() && TrafficClass::ALL.iter().any(is_subscribed);
        let state = match world.evidence.level().max(self.link.level().filter(|_| is_expected)) {
            _ if world.is_down() => WorldState::Down,
            Some(level) => WorldState::Silent(level),
            None if !is_expected => WorldState::Unwatched,
            None if last_event_ms.is_none() => WorldState::Waiting,
            None => WorldState::Delivering,
        };
        WorldHealth { world: world.id, state, last_event_ms, classes }
    }

    /// Returns the slot of a world, which is the shared one if all others are in use.
    #[inline]
    fn slot(&mut self, world: WorldId) -> usize {
        match self.slots.get(world) {
            Ok(slot) => slot,
            Err(free) => self.add(world, free),
        }
    }

    #[cold]
    fn add(&mut self, world: WorldId, free: Free) -> usize {
        let Some(slot) = self.slots.add(world, free) else { return SHARED };
        self.worlds[slot].id = Some(world);
        for (cell, coverage) in self.cells[slots::cells(slot)].iter_mut().zip(self.any_world) {
            cell.coverage = coverage;
        }
        slot
    }

    fn advance(&mut self, passed_ms: f64) -> Vec<Change> {
        let slots: Vec<usize> = (0..self.slots.used()).chain([SHARED]).collect();
        for &slot in &slots {
            self.learn(slot, passed_ms);
        }
        let Self { worlds, cells, counters, started_ms, .. } = self;
        let expectations = Expectations::new(&slots, worlds, cells, &**counters, *started_ms);
        if std::mem::take(&mut self.has_changed) {
            self.limit(&slots, &expectations);
        }
        self.find_changes(&slots, &expectations, passed_ms)
    }

    /// Learns from what was counted for a world since the last check.
    fn learn(&mut self, slot: usize, passed_ms: f64) {
        let world = &mut self.worlds[slot];
        let (is_down, is_watched) = (world.is_down(), world.is_watched());
        let is_silent = self.link.is_reported() || world.evidence.is_reported();
        let mut most = 0.0f64;
        for (class, at) in slots::cells(slot).enumerate() {
            let cell = &mut self.cells[at];
            let (events, seconds) = cell.read(&self.counters[at]);
            most = most.max(seconds);
            let is_silent = is_silent || cell.evidence.is_reported() || self.classes[class].is_reported();
            if !is_down && !is_silent && passed_ms > 0.0 {
                cell.learn((events, seconds), passed_ms, is_watched);
            }
        }
        if world.advance(most, passed_ms) {
            self.cells[slots::cells(slot)].iter_mut().for_each(Cell::relearn);
        }
    }

    /// Expects no more than this anywhere, after a change of the subscription.
    fn limit(&mut self, slots: &[usize], expectations: &Expectations) {
        self.link.limit(&expectations.link);
        for (evidence, expectation) in self.classes.iter_mut().zip(&expectations.classes) {
            evidence.limit(expectation);
        }
        for &slot in slots {
            self.worlds[slot].evidence.limit(&expectations.worlds[slot]);
            for at in slots::cells(slot) {
                self.cells[at].evidence.limit(&expectations.cells[at]);
            }
        }
    }

    /// Compares what has arrived with what was expected, the widest scope first.
    fn find_changes(&mut self, slots: &[usize], expectations: &Expectations, passed_ms: f64) -> Vec<Change> {
        let mut changes = Vec::new();
        changes.extend(self.link.check(&expectations.link, None, false, passed_ms));
        let is_silent = self.link.is_reported();
        for (evidence, expectation) in self.classes.iter_mut().zip(&expectations.classes) {
            changes.extend(evidence.check(expectation, None, is_silent, passed_ms));
        }
        for &slot in slots {
            let world = &mut self.worlds[slot];
            changes.extend(world.evidence.check(&expectations.worlds[slot], world.id, is_silent, passed_ms));
            let is_silent = is_silent || world.evidence.is_reported();
            for (class, at) in slots::cells(slot).enumerate() {
                let is_covered = is_silent || self.classes[class].is_reported();
                let evidence = &mut self.cells[at].evidence;
                changes.extend(evidence.check(&expectations.cells[at], world.id, is_covered, passed_ms));
            }
        }
        changes
    }
}

impl Silence {
    /// Returns what causes the silence: the link, if any of the other links delivers what is missing.
    pub fn blame<'a>(&self, siblings: impl IntoIterator<Item = &'a Health>) -> Blame {
        let after = self.since_ms.saturating_add(LINK_DELAY_MS);
        let delivers = |sibling: &Health| sibling.last_event(self.world, self.classes).is_some_and(|last| last > after);
        if siblings.into_iter().any(delivers) { Blame::Link } else { Blame::Unknown }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_small() {
        let size = size_of::<Health>()
            + CELLS * (size_of::<Cell>() + size_of::<Counter>())
            + (MAX_WORLDS + 1) * size_of::<World>();
        assert!(size <= 64 * 1024, "{size}");
    }
}
