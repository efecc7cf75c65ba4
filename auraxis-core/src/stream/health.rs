//! Health: finds silence in what one link delivers.
//!
//! A dead stream looks like a quiet evening, and pings, heartbeats and an open socket prove nothing: only data does.
//! [`Health`] counts the events of one link per world and [`TrafficClass`], learns how many to expect, and reports a
//! [`Silence`] when it has become implausible. It reads no clock: [`event`](Health::event) counts, and
//! [`check`](Health::check), called once a second, does the rest.
//!
//! # Evidence
//! Evidence is the expected number of *independent* arrivals that did not arrive. A silence is reported from
//! [`REPORT_EVIDENCE`] on and acted upon from [`ACT_EVIDENCE`] on. The rate of arrivals is learned and discounted:
//! - **Bursts.** Seconds with events are counted, not events: a kill is a dozen events in one second. Bursts of several
//!   seconds show as dispersion of 20-second windows, and the rate is divided by it.
//! - **Population.** The mean of the last 20 arrivals (at least 30 s, at most 15 minutes) follows a falling evening.
//!   What counts is its recent minimum, which rises with a time constant of 1 hour: a lull may come again, and a lively
//!   minute of a quiet night raises no expectations. The expectation also decays with 1 hour during a silence.
//! - **Chance.** An arrival counts a third on the link, a quarter on a world, and a fifth in a class on a world. A busy
//!   world has 100,000 pauses a night, and *e*⁻⁷ of them are as long as 7 arrivals. Hardly any night has one of 21, and
//!   21 are still 8 where fights shrink by 60 %, as when a continent locks.
//! - **Few players.** They log out together. A rate of 0.05 per second, the work of one or two players, counts half. A
//!   rate below one second with events per minute never raises an alarm. Arrivals of a subscription to n characters
//!   count by n/(n + 500) in addition.
//! - **Stalls.** Evidence grows by at most 1.4 per second, as a retransmission takes seconds too: nothing is reported
//!   before 5 s or acted upon before 15 s.
//!
//! Rates are not learned from a silence that is reported, and a world that is probably silent itself is no longer
//! expected to break the silence of its link.
//!
//! # Scopes
//! One cause gives one verdict, in this order: all worlds and classes of the link, with the evidence of all worlds added
//! up; one class on all worlds; one world; one class on one world. A wider silence covers the narrower ones, which are
//! not reported while it lasts.
//!
//! # What raises no alarm
//! World events (captures, alerts, continent locks) are rare and come in bursts; they prove life, nothing more. Jaeger
//! and the test server are played by appointment. A world that is [announced down](Health::set_online) is not silent,
//! unless it goes on delivering. Time [not spent listening](Health::not_listening) is not silence.
//!
//! # Before anything is learned
//! Osprey, Wainwright and `SolTech` are expected to deliver within minutes of a start if a class is subscribed
//! [whole](Coverage::Whole): without any experience the world is reported after 5 minutes, without any death after 20.
//! The whole link is also acted upon; one world is not before it was heard once. For other worlds and subscriptions
//! nothing is assumed.

use std::fmt;

pub use super::silence::{ACT_EVIDENCE, Blame, Change, Level, REPORT_EVIDENCE, Silence, TrafficClass, TrafficClasses};
use super::{
    quiet::{DECAY_MS, Quiet, Sum},
    rate::Rate,
};
use crate::id::WorldId;

/// The number of worlds a [`Health`] tells apart. All further worlds share one entry, which raises no alarm.
pub const MAX_WORLDS: usize = 31;

/// What one arrival counts: on the whole link, on one of several worlds, and in one of several classes there. The more
/// pauses are judged, the longer one of them is by chance.
const LINK_CERTAINTY: f64 = 1.0 / 3.0;
const WORLD_CERTAINTY: f64 = 1.0 / 4.0;
const CLASS_CERTAINTY: f64 = 1.0 / 5.0;

/// Arrivals per second that a few players cause who know each other.
const FEW_CHARACTERS: f64 = 1.0;

/// Subscriptions to fewer characters are discounted by more than half.
const CROWD: f64 = 500.0;

/// Growth of evidence per second where nothing has been heard of experience or attacks yet.
const EXPERIENCE_PRIOR: f64 = REPORT_EVIDENCE / 300.0;
const ATTACK_PRIOR: f64 = REPORT_EVIDENCE / 1200.0;

/// A prior ends with so many seconds with events, or so much time.
const PRIOR_SECONDS: f64 = 20.0;
const PRIOR_MS: f64 = 3_600_000.0;

/// How long a world that came up again may stay empty.
const GRACE_MS: f64 = 600_000.0;

/// Seconds with events that refute an announcement that the world is down.
const REFUTING_SECONDS: f64 = 30.0;

/// More time between two checks means that the loop stood still.
const MAX_STEP_MS: u64 = 3000;

/// Checks that follow the previous one sooner are left out.
const MIN_STEP_MS: u64 = 250;

/// Links differ in delay: an event that a sibling received so soon after the last one proves nothing.
const LINK_DELAY_MS: u64 = 2000;

/// Worlds with players at any time of day.
const LIVE_WORLDS: [WorldId; 3] = [WorldId::OSPREY, WorldId::WAINWRIGHT, WorldId::SOLTECH];

/// Worlds that are played by appointment.
const PRIVATE_WORLDS: [WorldId; 2] = [WorldId::JAEGER, WorldId::TEST];

const CLASSES: usize = TrafficClass::ALL.len();
const SHARED: usize = MAX_WORLDS;
const CELLS: usize = (MAX_WORLDS + 1) * CLASSES;

/// How much of a class a link subscribes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// Every event of the class, of all characters. For [`TrafficClass::Attack`], at least every `Death`.
    Whole,
    /// Some kinds or experience ids, of all characters.
    Part,
    /// The events of this number of characters.
    Characters(u32),
}

/// What a link subscribes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The world; `None` for all worlds, known or not. An entry for the world itself overrides it.
    pub world: Option<WorldId>,
    /// The class.
    pub class: TrafficClass,
    /// How much of it.
    pub coverage: Coverage,
}

impl Silence {
    /// Finds out whose fault it is: the link's, if another link delivers what is missing.
    pub fn blame<'a>(&self, siblings: impl IntoIterator<Item = &'a Health>) -> Blame {
        let after = self.since_ms.saturating_add(LINK_DELAY_MS);
        let delivers = |sibling: &Health| sibling.last_event(self.world, self.classes).is_some_and(|last| last > after);
        if siblings.into_iter().any(delivers) { Blame::Link } else { Blame::Unknown }
    }
}

/// What is known of a world, for people.
#[derive(Clone, Debug, PartialEq)]
pub struct WorldHealth {
    /// The world; `None` for all those beyond [`MAX_WORLDS`].
    pub world: Option<WorldId>,
    /// Its state.
    pub state: WorldState,
    /// When the last event arrived.
    pub last_event_ms: Option<u64>,
    /// The classes, in the order of [`TrafficClass::ALL`].
    pub classes: [ClassHealth; CLASSES],
}

/// What is known of a class on a world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassHealth {
    /// The class.
    pub class: TrafficClass,
    /// The number of events so far.
    pub events: u64,
    /// Events per second, over the last minutes.
    pub per_second: f64,
    /// When the last event arrived.
    pub last_event_ms: Option<u64>,
    /// Whether it is silent.
    pub silent: Option<Level>,
}

/// Whether a world delivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WorldState {
    /// Its silence is not judged: nothing of it is subscribed, or it is played by appointment.
    Unwatched,
    /// Nothing has arrived yet.
    Waiting,
    /// It delivers.
    Delivering,
    /// It is silent, or the whole link is.
    Silent(Level),
    /// It is announced down.
    Down,
}

impl fmt::Display for WorldState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unwatched => "unwatched",
            Self::Waiting => "waiting",
            Self::Delivering => "delivering",
            Self::Silent(_) => "silent",
            Self::Down => "down",
        })
    }
}

/// What [`Health::event`] writes.
#[derive(Clone, Copy, Debug)]
struct Counter {
    events: u64,
    last_ms: u64,
    /// Distinct seconds with events.
    seconds: u32,
    second: u32,
}

impl Counter {
    const EMPTY: Self = Self { events: 0, last_ms: 0, seconds: 0, second: u32::MAX };

    fn last(&self) -> Option<u64> {
        (self.events > 0).then_some(self.last_ms)
    }
}

/// A class on a world.
#[derive(Clone, Debug)]
struct Cell {
    coverage: Option<Coverage>,
    rate: Rate,
    /// The counter's values at the last check.
    events: u64,
    seconds: u32,
    heard: bool,
    /// Events before this time are of another life of the world, or were not subscribed.
    since_ms: u64,
    listened_ms: f64,
    quiet: Quiet,
}

impl Cell {
    fn new(coverage: Option<Coverage>) -> Self {
        Self {
            coverage,
            rate: Rate::new(),
            events: 0,
            seconds: 0,
            heard: false,
            since_ms: 0,
            listened_ms: 0.0,
            quiet: Quiet::default(),
        }
    }

    /// Forgets the rate.
    fn relearn(&mut self) {
        (self.rate, self.listened_ms) = (Rate::new(), 0.0);
    }

    /// Starts anew: what arrived before `now_ms` says nothing any more.
    fn restart(&mut self, now_ms: u64) {
        self.relearn();
        self.since_ms = now_ms;
    }

    /// The share of arrivals that counts, as few players cause them.
    fn crowd(&self) -> f64 {
        match self.coverage {
            None => 0.0,
            Some(Coverage::Whole | Coverage::Part) => 1.0,
            Some(Coverage::Characters(count)) => {
                let (count, arrivals) = (f64::from(count), self.rate.arrivals_in_a_lull());
                count / (count + CROWD) * arrivals / (arrivals + FEW_CHARACTERS)
            }
        }
    }
}

#[derive(Clone, Debug)]
struct World {
    id: Option<WorldId>,
    down: bool,
    /// Seconds with events since it was announced down.
    refuting: f64,
    grace_ms: f64,
    quiet: Quiet,
}

impl World {
    fn new(id: Option<WorldId>) -> Self {
        Self { id, down: false, refuting: 0.0, grace_ms: 0.0, quiet: Quiet::default() }
    }

    fn is_down(&self) -> bool {
        self.down && self.refuting < REFUTING_SECONDS
    }

    fn is_watched(&self) -> bool {
        !self.is_down() && self.id.is_some_and(|id| !PRIVATE_WORLDS.contains(&id))
    }
}

/// Slots of worlds: an open hash table, half full at most.
#[derive(Clone, Debug)]
struct Slots {
    /// The world, and its slot.
    table: [(u32, u8); 2 * (MAX_WORLDS + 1)],
    used: usize,
}

impl Slots {
    const FREE: u8 = u8::MAX;

    #[inline]
    fn get(&self, world: WorldId) -> Result<usize, usize> {
        let mut at = world.0 as usize % self.table.len();
        loop {
            let (id, slot) = self.table[at];
            if slot == Self::FREE {
                return Err(at);
            }
            if id == world.0 {
                return Ok(usize::from(slot));
            }
            at = (at + 1) % self.table.len();
        }
    }
}

/// Finds silence in what one link delivers. See the [module](self).
///
/// A new one learns from what arrives, until it is told what to [expect](Self::expect). It survives reconnects of its
/// link, so that what it has learned survives too. Its size is fixed.
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
    /// By slot; the last one is shared.
    worlds: Vec<World>,
    /// By slot and class.
    cells: Vec<Cell>,
    /// What to expect of worlds that are not known yet.
    any_world: [Option<Coverage>; CLASSES],
    classes: [Quiet; CLASSES],
    link: Quiet,
    started_ms: u64,
    checked_ms: Option<u64>,
    /// What there is to expect has changed since the last check.
    changed: bool,
    /// Time since the last check that was not spent listening.
    away_ms: u64,
}

impl Default for Health {
    fn default() -> Self {
        Self::new()
    }
}

impl Health {
    /// A link of which nothing is known.
    #[must_use]
    pub fn new() -> Self {
        let any_world = [Some(Coverage::Part); CLASSES];
        Self {
            counters: Box::new([Counter::EMPTY; CELLS]),
            slots: Slots { table: [(0, Slots::FREE); 2 * (MAX_WORLDS + 1)], used: 0 },
            worlds: vec![World::new(None); MAX_WORLDS + 1],
            cells: vec![Cell::new(Some(Coverage::Part)); CELLS],
            any_world,
            classes: Default::default(),
            link: Quiet::default(),
            started_ms: 0,
            checked_ms: None,
            changed: false,
            away_ms: 0,
        }
    }

    /// Counts an event that was received at `now_ms`.
    #[inline]
    pub fn event(&mut self, world: WorldId, class: TrafficClass, now_ms: u64) {
        let slot = match self.slots.get(world) {
            Ok(slot) => slot,
            Err(free) => self.add(world, free),
        };
        let counter = &mut self.counters[slot * CLASSES + class as usize];
        counter.events += 1;
        counter.last_ms = now_ms;
        #[expect(clippy::cast_possible_truncation, reason = "only compared with the previous one")]
        let second = (now_ms / 1000) as u32;
        if counter.second != second {
            counter.second = second;
            counter.seconds = counter.seconds.wrapping_add(1);
        }
    }

    /// Sets what the link subscribes to. Only that can be silent.
    ///
    /// What is expected as before stays learned. A class that is expected anew, or to another [`Coverage`] than
    /// another number of characters, is learned from the start.
    pub fn expect(&mut self, expected: impl IntoIterator<Item = Expected>) {
        let mut own = Vec::new();
        self.any_world = [None; CLASSES];
        for Expected { world, class, coverage } in expected {
            match world {
                Some(world) => own.push((self.slot(world), class, coverage)),
                None => self.any_world[class as usize] = Some(coverage),
            }
        }
        if self.any_world.contains(&Some(Coverage::Whole)) {
            // They are expected before they are heard.
            for world in LIVE_WORLDS {
                self.slot(world);
            }
        }
        let mut coverages: Vec<_> = self.any_world.into_iter().cycle().take(CELLS).collect();
        for (slot, class, coverage) in own {
            coverages[slot * CLASSES + class as usize] = Some(coverage);
        }
        let now_ms = self.checked_ms.unwrap_or(0);
        for (cell, coverage) in self.cells.iter_mut().zip(coverages) {
            match (cell.coverage, coverage) {
                (Some(Coverage::Characters(_)), Some(Coverage::Characters(_))) => {}
                (before, after) if before == after => {}
                (None, _) => cell.restart(now_ms),
                _ => cell.relearn(),
            }
            cell.coverage = coverage;
        }
        self.changed = true;
    }

    /// Forgets the rates, after a change of the subscription that [`expect`](Self::expect) cannot see, such as other
    /// experience ids.
    pub fn relearn(&mut self) {
        self.cells.iter_mut().for_each(Cell::relearn);
        self.changed = true;
    }

    /// Excludes time from every silence, because the link was closed or the loop stood still.
    ///
    /// Call it before the [`check`](Self::check) that follows. A loop that stood still for more than 3 s between two
    /// checks need not: only 3 s count then.
    pub fn not_listening(&mut self, ms: u64) {
        self.away_ms = self.away_ms.saturating_add(ms);
    }

    /// Records whether a world is announced as online. Repeating it changes nothing.
    ///
    /// A world that is down is not silent. When it comes up again, its rates are learned anew, and it may stay empty for
    /// 10 minutes. A world that goes on delivering is not down, whatever is announced.
    pub fn set_online(&mut self, world: WorldId, online: bool) {
        let slot = self.slot(world);
        if slot == SHARED || self.worlds[slot].down != online {
            return;
        }
        let now_ms = self.checked_ms.unwrap_or(0);
        let world = &mut self.worlds[slot];
        let was_down = world.is_down();
        (world.down, world.refuting) = (!online, 0.0);
        if online && was_down {
            world.grace_ms = GRACE_MS;
            self.cells[slot * CLASSES..][..CLASSES].iter_mut().for_each(|cell| cell.restart(now_ms));
        }
        self.changed = true;
    }

    /// Judges the time since the last check and returns what has changed. Call it once a second.
    ///
    /// Each silence is returned when it reaches a [`Level`] and when it ends. Checks within 250 ms of the previous one
    /// return nothing.
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
        self.judge(float(listened))
    }

    /// The silences that are reported and have not ended.
    pub fn silences(&self) -> impl Iterator<Item = Silence> {
        let worlds = self.worlds.iter().map(|world| &world.quiet);
        let cells = self.cells.iter().map(|cell| &cell.quiet);
        std::iter::once(&self.link).chain(&self.classes).chain(worlds).chain(cells).filter_map(Quiet::now)
    }

    /// The time after which a silence of the whole link would be reported, as learned so far; `None` if it never would.
    /// It would be acted upon within three times as long.
    #[must_use]
    pub fn reports_after_ms(&self) -> Option<u64> {
        let decayed = 1.0 - REPORT_EVIDENCE / (self.link.growth * DECAY_MS / 1000.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, and hours at most")]
        (decayed > 0.0).then(|| (-decayed.ln() * DECAY_MS).ceil() as u64)
    }

    /// When the last event of one of the classes arrived; `None` for the world means any world.
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
            .flat_map(|slot| classes.iter().map(move |class| slot * CLASSES + class as usize))
            .filter_map(|at| self.counters[at].last())
            .max()
    }

    /// The worlds that were heard or are expected, for people.
    #[must_use]
    pub fn worlds(&self) -> Vec<WorldHealth> {
        let known = (0..=MAX_WORLDS).filter(|slot| {
            let classes = *slot * CLASSES..(slot + 1) * CLASSES;
            *slot < self.slots.used || self.counters[classes].iter().any(|counter| counter.events > 0)
        });
        known.map(|slot| self.world_health(slot)).collect()
    }

    fn world_health(&self, slot: usize) -> WorldHealth {
        let world = &self.worlds[slot];
        let classes = TrafficClass::ALL.map(|class| {
            let (counter, cell) =
                (self.counters[slot * CLASSES + class as usize], &self.cells[slot * CLASSES + class as usize]);
            let silent = cell.quiet.reported.map(|silence| silence.level);
            let per_second = cell.rate.events();
            ClassHealth { class, events: counter.events, per_second, last_event_ms: counter.last(), silent }
        });
        let last_event_ms = classes.iter().filter_map(|class| class.last_event_ms).max();
        let cells = &self.cells[slot * CLASSES..][..CLASSES];
        let expected = world.is_watched()
            && TrafficClass::ALL
                .iter()
                .zip(cells)
                .any(|(class, cell)| *class != TrafficClass::World && cell.coverage.is_some());
        let silences = world.quiet.reported.into_iter().chain(self.link.reported.filter(|_| expected));
        let silent = silences.map(|silence| silence.level).max();
        let state = match silent {
            _ if world.is_down() => WorldState::Down,
            Some(level) => WorldState::Silent(level),
            None if !expected => WorldState::Unwatched,
            None if last_event_ms.is_none() => WorldState::Waiting,
            None => WorldState::Delivering,
        };
        WorldHealth { world: world.id, state, last_event_ms, classes }
    }

    fn slot(&mut self, world: WorldId) -> usize {
        match self.slots.get(world) {
            Ok(slot) => slot,
            Err(free) => self.add(world, free),
        }
    }

    #[cold]
    fn add(&mut self, world: WorldId, free: usize) -> usize {
        let slot = self.slots.used;
        if slot == MAX_WORLDS {
            return SHARED;
        }
        #[expect(clippy::cast_possible_truncation, reason = "there are fewer than 255 slots")]
        let number = slot as u8;
        self.slots.table[free] = (world.0, number);
        self.slots.used += 1;
        self.worlds[slot].id = Some(world);
        for (cell, coverage) in self.cells[slot * CLASSES..][..CLASSES].iter_mut().zip(self.any_world) {
            cell.coverage = coverage;
        }
        slot
    }

    fn judge(&mut self, passed_ms: f64) -> Vec<Change> {
        let wide = Sum { certainty: LINK_CERTAINTY, ..Sum::default() };
        let mut link = wide;
        let mut classes = [wide; CLASSES];
        let mut worlds = [Sum::default(); MAX_WORLDS + 1];
        let mut cells = [Sum::default(); CELLS];
        let slots: Vec<usize> = (0..self.slots.used).chain([SHARED]).collect();
        for &slot in &slots {
            self.observe(slot, passed_ms);
            let mut world = Sum { certainty: WORLD_CERTAINTY, ..Sum::default() };
            for class in TrafficClass::ALL {
                let cell = self.sum(slot, class);
                world.join(&cell);
                cells[slot * CLASSES + class as usize] = cell;
            }
            if world.learned {
                world.prior = 0.0;
            }
            let suspect = self.worlds[slot].quiet.is_suspect() && !world.heard;
            link.add(&if suspect { world.without_rate() } else { world });
            for (class, sum) in classes.iter_mut().enumerate() {
                let at = slot * CLASSES + class;
                sum.total += cells[at].mean;
                sum.suspect += if suspect { cells[at].mean } else { 0.0 };
                let suspect = suspect || self.cells[at].quiet.is_suspect() && !cells[at].heard;
                sum.add(&if suspect { cells[at].without_rate() } else { cells[at] });
            }
            worlds[slot] = world;
        }

        for (quiet, sum) in self.classes.iter_mut().zip(&mut classes) {
            // Of one world, it is the silence of a class on that world.
            if sum.parts < 2 {
                (sum.lull, sum.mean, sum.squares) = (0.0, 0.0, 0.0);
            }
            sum.prior = 0.0;
            if self.changed {
                quiet.limit(sum);
            }
        }
        if self.changed {
            self.changed = false;
            self.link.limit(&link);
            for &slot in &slots {
                let world = &mut self.worlds[slot];
                world.quiet.limit(&worlds[slot]);
                let range = slot * CLASSES..(slot + 1) * CLASSES;
                for (cell, sum) in self.cells[range.clone()].iter_mut().zip(&cells[range]) {
                    cell.quiet.limit(sum);
                }
            }
        }

        let mut changes = Vec::new();
        changes.extend(self.link.check(&link, None, false, passed_ms));
        let silent = self.link.is_reported();
        for (quiet, sum) in self.classes.iter_mut().zip(&classes) {
            changes.extend(quiet.check(sum, None, silent, passed_ms));
        }
        for slot in slots {
            let world = &mut self.worlds[slot];
            changes.extend(world.quiet.check(&worlds[slot], world.id, silent, passed_ms));
            let silent = silent || world.quiet.is_reported();
            for class in 0..CLASSES {
                let at = slot * CLASSES + class;
                let covered = silent || self.classes[class].is_reported();
                changes.extend(self.cells[at].quiet.check(&cells[at], world.id, covered, passed_ms));
            }
        }
        changes
    }

    /// Takes in what was counted for a world since the last check.
    fn observe(&mut self, slot: usize, passed_ms: f64) {
        let world = &mut self.worlds[slot];
        let (down, watched) = (world.is_down(), world.is_watched());
        let silent = self.link.is_reported() || world.quiet.is_reported();
        world.grace_ms -= passed_ms;
        let mut most = 0.0f64;
        for at in slot * CLASSES..(slot + 1) * CLASSES {
            let (counter, cell) = (&self.counters[at], &mut self.cells[at]);
            let events = float(counter.events - cell.events);
            let seconds = f64::from(counter.seconds.wrapping_sub(cell.seconds));
            (cell.events, cell.seconds, cell.heard) = (counter.events, counter.seconds, events > 0.0);
            most = most.max(seconds);
            // A silence is nothing to learn from.
            let silent = silent || cell.quiet.is_reported() || self.classes[at % CLASSES].is_reported();
            if !down && !silent && passed_ms > 0.0 {
                cell.rate.observe(events, seconds, passed_ms);
                if watched {
                    cell.listened_ms += passed_ms;
                }
            }
        }
        if world.down {
            world.refuting += most;
            if down && !world.is_down() {
                self.cells[slot * CLASSES..][..CLASSES].iter_mut().for_each(Cell::relearn);
            }
        }
    }

    fn sum(&self, slot: usize, class: TrafficClass) -> Sum {
        let at = slot * CLASSES + class as usize;
        let (world, cell, counter) = (&self.worlds[slot], &self.cells[at], &self.counters[at]);
        let watched = world.is_watched() && cell.coverage.is_some() && class != TrafficClass::World;
        let last_ms = counter.last().filter(|last| *last >= cell.since_ms);
        if !watched {
            return Sum { heard: cell.heard, last_ms, ..Sum::default() };
        }
        let learned = cell.rate.seconds() >= PRIOR_SECONDS;
        let young = cell.listened_ms < PRIOR_MS && !learned;
        let whole = cell.coverage == Some(Coverage::Whole);
        let live = world.id.is_some_and(|id| LIVE_WORLDS.contains(&id));
        let prior = match class {
            _ if !(young && whole && live && world.grace_ms <= 0.0) => 0.0,
            TrafficClass::Experience => EXPERIENCE_PRIOR,
            TrafficClass::Attack => ATTACK_PRIOR,
            _ => 0.0,
        };
        let classes = TrafficClasses(class.bit());
        let (lull, mean) = (cell.crowd() * cell.rate.arrivals_in_a_lull(), cell.crowd() * cell.rate.arrivals());
        let (squares, events) = (mean * mean, cell.rate.events());
        let start_ms = cell.since_ms.max(self.started_ms);
        Sum {
            watched,
            heard: cell.heard,
            certainty: CLASS_CERTAINTY,
            lull,
            mean,
            squares,
            prior,
            events,
            classes,
            last_ms,
            start_ms,
            learned,
            parts: 1,
            ..Sum::default()
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "rates need no 53 bits")]
fn float(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worlds_with_the_same_place_in_the_table_are_told_apart() {
        let mut health = Health::new();
        let worlds = [1, 65, 129, 40, 1000, 0, u32::MAX].map(WorldId);
        let slots = worlds.map(|world| health.slot(world));
        assert_eq!(slots, [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(worlds.map(|world| health.slot(world)), slots);
        assert_eq!(health.slots.get(WorldId(193)), Err(4));
    }

    #[test]
    fn it_is_small() {
        let size = size_of::<Health>()
            + CELLS * (size_of::<Cell>() + size_of::<Counter>())
            + (MAX_WORLDS + 1) * size_of::<World>();
        assert!(size <= 64 * 1024, "{size}");
    }
}
