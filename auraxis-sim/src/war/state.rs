//! The state of the war, and the effects that change it.

use auraxis_core::{
    environment::Environment,
    id::{FactionId, ZoneId},
    time::Timestamp,
};

use super::{
    event::{Draft, Effect},
    facility::facilities,
    population,
    rng::Rng,
    roster::Roster,
    schedule::{Schedule, Task},
    world_state::{self, WorldState},
    worlds::{self, World},
};

/// The state that scenes read and change.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) environment: Environment,
    pub(crate) worlds: &'static [World],
    pub(crate) start: Timestamp,
    /// How far the time of day is ahead of the clock, in seconds.
    time_of_day_ahead: i64,
    /// Milliseconds since the start.
    pub(crate) now: u64,
    pub(crate) rng: Rng,
    pub(crate) roster: Roster,
    /// One per world, in the order of `worlds`.
    pub(crate) world_states: Vec<WorldState>,
    pub(crate) schedule: Schedule,
}

impl State {
    /// Creates a war that starts at `start`. Its time of day is that of `start`, or the beginning of `hour`, in UTC.
    pub(crate) fn new(environment: Environment, seed: u64, start: Timestamp, hour: Option<u8>) -> Self {
        let worlds = worlds::of(environment);
        let mut rng = Rng::new(seed);
        let mut roster = Roster::new(&mut rng, worlds, start);
        let world_states: Vec<_> = worlds.iter().map(|world| WorldState::new(&mut rng, world.id)).collect();
        for soldier in &mut roster.soldiers {
            if let Some(world_index) = worlds.iter().position(|world| world.id == soldier.world) {
                soldier.zone = world_states[world_index].zone;
            }
        }
        let time_of_day_ahead = hour.map_or(0, |hour| i64::from(hour) * 3_600 - start.0.rem_euclid(86_400));
        let schedule = Schedule::default();
        Self { environment, worlds, start, time_of_day_ahead, now: 0, rng, roster, world_states, schedule }
    }

    /// Returns the time of the last event.
    pub(crate) fn clock(&self) -> Timestamp {
        let seconds = i64::try_from(self.now / 1_000).unwrap_or(i64::MAX);
        Timestamp(self.start.0.saturating_add(seconds))
    }

    /// Returns the number of players on this world now, in percent of the evening peak.
    pub(crate) fn population_percent(&self, world: &World) -> u64 {
        population::percent(world, Timestamp(self.clock().0.saturating_add(self.time_of_day_ahead)))
    }

    /// Schedules an event.
    pub(crate) fn emit(&mut self, at: u64, draft: Draft) {
        for index in draft.participants.into_iter().flatten() {
            let soldier = &mut self.roster.soldiers[index];
            soldier.busy_until = soldier.busy_until.max(at);
        }
        let draft = if self.environment == Environment::Pc { draft } else { draft.for_ps4() };
        self.schedule.insert(at, Task::Event(Box::new(draft)));
    }

    /// Returns the index of a random world, weighted by its share of players at this time of day.
    pub(crate) fn random_world(&mut self) -> usize {
        let weight =
            |(world_index, world): (usize, &World)| (world.share * self.population_percent(world), world_index);
        let weighted: Vec<_> = self.worlds.iter().enumerate().map(weight).collect();
        self.rng.pick_weighted(&weighted)
    }

    /// Returns whether all participants are online, or offline if the event is a login.
    pub(crate) fn is_possible(&self, draft: &Draft) -> bool {
        let is_login = matches!(draft.effect, Some(Effect::LogIn(_)));
        draft.participants.into_iter().flatten().all(|index| self.roster.soldiers[index].is_online() != is_login)
    }

    pub(crate) fn apply(&mut self, effect: Effect) {
        let now = self.clock();
        match effect {
            Effect::LogIn(index) => self.roster.log_in(index, now),
            Effect::LogOut(index) => self.roster.log_out(index, now),
            Effect::RankUp(index, rank) => self.roster.soldiers[index].rank = rank,
            Effect::Capture { world_index, facility, faction } => {
                self.world_states[world_index].holders.insert(facility, (faction, self.now));
            }
            Effect::LockContinent { world_index } => self.open_next_continent(world_index),
        }
    }

    fn open_next_continent(&mut self, world_index: usize) {
        let (old, new) = (self.world_states[world_index].zone, self.world_states[world_index].next_zone());
        let world = self.world_states[world_index].world;
        self.world_states[world_index].zone = new;
        for soldier in &mut self.roster.soldiers {
            if soldier.world == world && soldier.zone == old {
                soldier.zone = new;
            }
        }
        for facility in facilities().filter(|facility| facility.zone == new) {
            let holder = self.rng.pick(&world_state::EMPIRES);
            self.world_states[world_index].holders.insert(facility.id, (holder, self.now));
        }
    }

    /// Returns a random continent for a character that logs in.
    pub(crate) fn spawn_zone(&mut self, world_index: usize) -> ZoneId {
        if self.rng.chance(14) { ZoneId::OSHUR } else { self.world_states[world_index].zone }
    }

    /// Returns the share of each empire among the players on this world, in percent.
    pub(crate) fn population(&self, world_index: usize) -> [u64; 3] {
        let online = self.roster.online(world_index);
        let count =
            |team: FactionId| online.iter().filter(|&&index| self.roster.soldiers[index].team == team).count() as u64;
        world_state::EMPIRES.map(|team| count(team) * 100 / (online.len() as u64).max(1))
    }
}
