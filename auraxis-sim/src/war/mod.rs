//! The war: a stream of events that is different for each seed, and always the same for one.
//!
//! [`War`] is an iterator and nothing but arithmetic: it has no clock and does not wait. Inside, an agenda holds what
//! is due. *Scenes* come up again and again (a firefight, a medic's round, an alert); each makes up some drafts of
//! events with moments in the near future, and puts them on the agenda. When a draft has its moment, what it changes
//! is applied to the roster and the fronts, and it is told. So whoever asks the roster finds it as of the last event
//! that was told.
//!
//! Nobody acts before its login or after its logout, and no frame is told twice.

mod agenda;
mod arms;
mod dice;
mod front;
mod ground;
mod merits;
mod names;
mod report;
mod roster;
mod scene;
mod soldier;
mod tide;

pub(crate) use arms::ITEMS;
pub(crate) use dice::Dice;
pub(crate) use ground::{TYPES as FACILITY_TYPES, facilities, meltdown};
pub(crate) use merits::MERITS;
pub use report::Report;
pub(crate) use roster::{Outfit, Roster};
pub(crate) use soldier::{Class, Soldier};

use std::{array, collections::BTreeSet, time::Duration};

use auraxis_core::{
    id::{FactionId, ZoneId},
    time::Timestamp,
};

use self::{
    agenda::{Agenda, Deed},
    front::Front,
    report::{Draft, Effect},
    roster::WORLDS,
    tide::tide,
};

/// A war on four worlds, as an endless stream of events.
///
/// ```
/// use auraxis_core::time::Timestamp;
/// use auraxis_sim::War;
///
/// let first = |seed| War::new(seed, Timestamp(1_700_000_000)).take(100).map(|report| report.text).collect::<Vec<_>>();
/// assert_eq!(first(1), first(1));
/// assert_ne!(first(1), first(2));
/// ```
#[derive(Clone, Debug)]
pub struct War {
    start: Timestamp,
    /// Milliseconds since the start.
    now: u64,
    dice: Dice,
    roster: Roster,
    fronts: Vec<Front>,
    agenda: Agenda,
    told: Told,
}

impl War {
    /// So many events a second come up, on the average and in the time of the war.
    pub const PACE: f64 = 50.0;

    /// A war that begins at `start`.
    #[must_use]
    pub fn new(seed: u64, start: Timestamp) -> Self {
        let mut dice = Dice::new(seed);
        let mut roster = Roster::new(&mut dice, start);
        let fronts: Vec<_> = WORLDS.iter().map(|(world, ..)| Front::new(&mut dice, *world)).collect();
        for soldier in &mut roster.soldiers {
            if let Some(front) = roster::front_of(soldier.world) {
                soldier.zone = fronts[front].zone;
            }
        }
        let mut war = Self { start, now: 0, dice, roster, fronts, agenda: Agenda::default(), told: Told::default() };
        war.open();
        war
    }

    /// The moment up to which the war is told.
    #[must_use]
    pub fn clock(&self) -> Timestamp {
        let seconds = i64::try_from(self.now / 1_000).unwrap_or(i64::MAX);
        Timestamp(self.start.0.saturating_add(seconds))
    }

    /// Milliseconds of war up to now.
    pub(crate) fn elapsed(&self) -> u64 {
        self.now
    }

    pub(crate) fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Puts a draft on the agenda.
    fn tell(&mut self, at: u64, draft: Draft) {
        for index in draft.cast.into_iter().flatten() {
            let soldier = &mut self.roster.soldiers[index];
            soldier.busy_until = soldier.busy_until.max(at);
        }
        self.agenda.put(at, Deed::Tell(Box::new(draft)));
    }

    /// A front, the busier at this time of day the likelier.
    fn somewhere(&mut self) -> usize {
        let clock = self.clock();
        let fronts: [(u64, usize); WORLDS.len()] = array::from_fn(|front| {
            let (world, _, share) = WORLDS[front];
            (share * tide(world, clock), front)
        });
        self.dice.weigh(&fronts)
    }

    /// Whether everybody who takes part is there to do so.
    fn is_possible(&self, draft: &Draft) -> bool {
        let is_login = matches!(draft.effect, Some(Effect::LogIn(_)));
        draft.cast.into_iter().flatten().all(|index| self.roster.soldiers[index].is_online() != is_login)
    }

    fn apply(&mut self, effect: Effect) {
        let now = self.clock();
        match effect {
            Effect::LogIn(index) => self.roster.log_in(index, now),
            Effect::LogOut(index) => self.roster.log_out(index, now),
            Effect::Rank(index, rank) => self.roster.soldiers[index].rank = rank,
            Effect::Hold { front, facility, faction } => {
                self.fronts[front].holders.insert(facility, (faction, self.now));
            }
            Effect::Lock { front } => self.move_front(front),
        }
    }

    fn move_front(&mut self, front: usize) {
        let (old, new) = (self.fronts[front].zone, self.fronts[front].next_zone());
        let world = self.fronts[front].world;
        self.fronts[front].zone = new;
        for soldier in &mut self.roster.soldiers {
            if soldier.world == world && soldier.zone == old {
                soldier.zone = new;
            }
        }
        for facility in facilities().filter(|facility| facility.zone == new) {
            let holder = self.dice.pick(&front::EMPIRES);
            self.fronts[front].holders.insert(facility.id, (holder, self.now));
        }
    }

    /// Where somebody who logs in goes.
    fn deployment(&mut self, front: usize) -> ZoneId {
        if self.dice.percent(14) { ZoneId::OSHUR } else { self.fronts[front].zone }
    }

    /// How many of each empire are in the game on this front, in percent.
    fn population(&self, front: usize) -> [u64; 3] {
        let online = self.roster.online(front);
        let count =
            |team: FactionId| online.iter().filter(|&&index| self.roster.soldiers[index].team == team).count() as u64;
        front::EMPIRES.map(|team| count(team) * 100 / (online.len() as u64).max(1))
    }
}

impl War {
    /// When something may happen next, in milliseconds of the war.
    pub(crate) fn due(&self) -> Option<u64> {
        self.agenda.next()
    }

    /// The next event, unless it happens only after `until`, in milliseconds of the war.
    pub(crate) fn next_until(&mut self, until: u64) -> Option<Report> {
        loop {
            let (at, deed) = self.agenda.take(until)?;
            self.now = at;
            match deed {
                Deed::Play(scene) => scene.play(self),
                Deed::Tell(draft) => {
                    if !self.is_possible(&draft) || !self.told.allows(at / 1_000, &draft) {
                        continue;
                    }
                    let effect = draft.effect;
                    let text = draft.render(self.clock());
                    if !self.told.is_new(&text) {
                        continue;
                    }
                    if let Some(effect) = effect {
                        self.apply(effect);
                    }
                    if let Some(report) = Report::read(Duration::from_millis(at), text) {
                        return Some(report);
                    }
                }
            }
        }
    }
}

impl Iterator for War {
    type Item = Report;

    /// The next event. The war never ends.
    fn next(&mut self) -> Option<Report> {
        self.next_until(u64::MAX)
    }
}

/// What was told within this second: the server sends no frame twice, and nobody earns the same twice in a second.
#[derive(Clone, Debug, Default)]
struct Told {
    second: u64,
    texts: BTreeSet<String>,
    ticks: BTreeSet<(usize, String)>,
}

impl Told {
    fn allows(&mut self, second: u64, draft: &Draft) -> bool {
        if self.second != second {
            self.second = second;
            self.texts.clear();
            self.ticks.clear();
        }
        draft.tick().is_none_or(|(who, id)| self.ticks.insert((who, id.to_owned())))
    }

    fn is_new(&mut self, text: &str) -> bool {
        self.texts.insert(text.to_owned())
    }
}
