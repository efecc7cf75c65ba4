//! Logins and logouts.

use super::super::{
    event,
    soldier::{Class, Presence, Soldier},
    state::State,
};

/// The share of characters that are online at the evening peak, in percent.
const PEAK: u64 = 60;

impl State {
    /// Schedules the login of a random character that is offline, unless the world is full.
    pub(super) fn log_in_someone(&mut self, world_index: usize, at: u64) {
        let world = self.worlds[world_index].id;
        let all = self.roster.soldiers.len();
        for _ in 0..200 {
            let index = self.rng.index(all);
            let soldier = &self.roster.soldiers[index];
            if soldier.world == world && soldier.presence == Presence::Offline {
                if (self.roster.online(world_index).len() as u64) < self.capacity(world_index) {
                    self.schedule_login(world_index, index, at);
                }
                return;
            }
        }
    }

    /// Returns the maximum number of players on this world at this time of day.
    fn capacity(&self, world_index: usize) -> u64 {
        let world = &self.worlds[world_index];
        world.population as u64 * PEAK * self.population_percent(world) / 10_000
    }

    fn schedule_login(&mut self, world_index: usize, index: usize, at: u64) {
        let zone = self.spawn_zone(world_index);
        let class = self.rng.pick_weighted(Class::POPULARITY);
        let soldier = &mut self.roster.soldiers[index];
        soldier.presence = Presence::LoggingIn;
        soldier.zone = zone;
        soldier.class = class;
        let login = event::login(soldier);
        self.emit(at, login);
    }

    pub(super) fn login_scene(&mut self) {
        let world_index = self.random_world();
        self.log_in_someone(world_index, self.now);
    }

    pub(super) fn logout_scene(&mut self) {
        let now = self.now;
        // After the evening peak, logouts must exceed logins.
        let is_crowded =
            |world_index: &usize| self.roster.online(*world_index).len() as u64 > self.capacity(*world_index);
        let crowded = (0..self.worlds.len()).find(is_crowded);
        let world_index = crowded.unwrap_or_else(|| self.random_world());
        let is_free = |soldier: &Soldier| soldier.busy_until < now;
        let Some(index) = self.roster.find(&mut self.rng, world_index, is_free) else { return };
        let logout = event::logout(&self.roster.soldiers[index]);
        self.emit(now, logout);
        if self.rng.chance(15) {
            // Dropped if another scene logs the character in first.
            let again = now + self.rng.between(4_000, 20_000);
            let login = event::login(&self.roster.soldiers[index]);
            self.emit(again, login);
        }
    }

    pub(super) fn new_character_scene(&mut self) {
        let (world_index, now) = (self.random_world(), self.now);
        let visible_from = now + self.rng.between(150_000, 420_000);
        let Some(index) = self.roster.add_new(&mut self.rng, self.worlds[world_index].id, now, visible_from) else {
            return;
        };
        self.schedule_login(world_index, index, now);
        let mut at = now;
        for rank in 2..=u32::try_from(self.rng.between(2, 5)).unwrap_or(2) {
            at += self.rng.between(1_500, 4_000) * u64::from(rank);
            let rank_up = event::rank_up(&self.roster.soldiers[index], rank);
            self.emit(at, rank_up);
        }
    }
}
