//! The state of the war, and what changes it.

use auraxis_core::{
    environment::Environment,
    id::{FactionId, ZoneId},
    time::Timestamp,
};

use super::{
    dice::Dice,
    front::{self, Front},
    ground::facilities,
    population,
    report::{Draft, Effect},
    roster::Roster,
    schedule::{Due, Schedule},
    worlds::{self, World},
};

/// Everything that scenes look at and change.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) environment: Environment,
    pub(crate) worlds: &'static [World],
    pub(crate) start: Timestamp,
    /// Milliseconds since the start.
    pub(crate) now: u64,
    pub(crate) dice: Dice,
    pub(crate) roster: Roster,
    /// One for each of the worlds.
    pub(crate) fronts: Vec<Front>,
    pub(crate) schedule: Schedule,
}

impl State {
    pub(crate) fn new(environment: Environment, seed: u64, start: Timestamp) -> Self {
        let worlds = worlds::of(environment);
        let mut dice = Dice::new(seed);
        let mut roster = Roster::new(&mut dice, worlds, start);
        let fronts: Vec<_> = worlds.iter().map(|world| Front::new(&mut dice, world.id)).collect();
        for soldier in &mut roster.soldiers {
            if let Some(front) = worlds.iter().position(|world| world.id == soldier.world) {
                soldier.zone = fronts[front].zone;
            }
        }
        Self { environment, worlds, start, now: 0, dice, roster, fronts, schedule: Schedule::default() }
    }

    /// The moment of the last event.
    pub(crate) fn clock(&self) -> Timestamp {
        let seconds = i64::try_from(self.now / 1_000).unwrap_or(i64::MAX);
        Timestamp(self.start.0.saturating_add(seconds))
    }

    /// Schedules an event.
    pub(crate) fn tell(&mut self, at: u64, draft: Draft) {
        for index in draft.cast.into_iter().flatten() {
            let soldier = &mut self.roster.soldiers[index];
            soldier.busy_until = soldier.busy_until.max(at);
        }
        let draft = if self.environment == Environment::Pc { draft } else { draft.for_ps4() };
        self.schedule.put(at, Due::Report(Box::new(draft)));
    }

    /// A random front, by its share of players at this time of day.
    pub(crate) fn somewhere(&mut self) -> usize {
        let clock = self.clock();
        let busy = |(front, world): (usize, &World)| (world.share * population::percent(world, clock), front);
        let fronts: Vec<_> = self.worlds.iter().enumerate().map(busy).collect();
        self.dice.weigh(&fronts)
    }

    /// Whether all participants are online, or for a login, offline.
    pub(crate) fn is_possible(&self, draft: &Draft) -> bool {
        let is_login = matches!(draft.effect, Some(Effect::LogIn(_)));
        draft.cast.into_iter().flatten().all(|index| self.roster.soldiers[index].is_online() != is_login)
    }

    pub(crate) fn apply(&mut self, effect: Effect) {
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

    /// The continent where somebody who logs in appears.
    pub(crate) fn deployment(&mut self, front: usize) -> ZoneId {
        if self.dice.percent(14) { ZoneId::OSHUR } else { self.fronts[front].zone }
    }

    /// The share of each empire among the players on this front, in percent.
    pub(crate) fn population(&self, front: usize) -> [u64; 3] {
        let online = self.roster.online(front);
        let count =
            |team: FactionId| online.iter().filter(|&&index| self.roster.soldiers[index].team == team).count() as u64;
        front::EMPIRES.map(|team| count(team) * 100 / (online.len() as u64).max(1))
    }
}
