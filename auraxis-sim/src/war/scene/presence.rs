//! Logging in and out.

use super::super::{
    population, report,
    soldier::{Class, Presence, Soldier},
    state::State,
};

/// The percentage of characters that are online at the evening's peak.
const FULL: u64 = 60;

impl State {
    /// Schedules a login of somebody who is offline.
    pub(super) fn arrive(&mut self, front: usize, at: u64) {
        let world = self.worlds[front].id;
        let all = self.roster.soldiers.len();
        for _ in 0..200 {
            let index = self.dice.position(all);
            let soldier = &self.roster.soldiers[index];
            if soldier.world == world && soldier.presence == Presence::Offline {
                if (self.roster.online(front).len() as u64) < self.capacity(front) {
                    self.send(front, index, at);
                }
                return;
            }
        }
    }

    /// The largest number of players on this front at this time of day.
    fn capacity(&self, front: usize) -> u64 {
        let world = &self.worlds[front];
        world.population as u64 * FULL * population::percent(world, self.clock()) / 10_000
    }

    fn send(&mut self, front: usize, index: usize, at: u64) {
        let zone = self.deployment(front);
        let class = self.dice.weigh(Class::POPULARITY);
        let soldier = &mut self.roster.soldiers[index];
        soldier.presence = Presence::Arriving;
        soldier.zone = zone;
        soldier.class = class;
        let login = report::login(soldier);
        self.tell(at, login);
    }

    pub(super) fn arrival_scene(&mut self) {
        let front = self.somewhere();
        self.arrive(front, self.now);
    }

    pub(super) fn departure_scene(&mut self) {
        let now = self.now;
        // As the evening ends, more leave than come.
        let is_crowded = |front: &usize| self.roster.online(*front).len() as u64 > self.capacity(*front);
        let crowded = (0..self.worlds.len()).find(is_crowded);
        let front = crowded.unwrap_or_else(|| self.somewhere());
        let is_free = |soldier: &Soldier| soldier.busy_until < now;
        let Some(index) = self.roster.find(&mut self.dice, front, is_free) else { return };
        let logout = report::logout(&self.roster.soldiers[index]);
        self.tell(now, logout);
        if self.dice.percent(15) {
            // Logs in again, unless another scene does it first.
            let back = now + self.dice.between(4_000, 20_000);
            let login = report::login(&self.roster.soldiers[index]);
            self.tell(back, login);
        }
    }

    pub(super) fn recruit_scene(&mut self) {
        let (front, now) = (self.somewhere(), self.now);
        let known_from = now + self.dice.between(150_000, 420_000);
        let Some(index) = self.roster.recruit(&mut self.dice, self.worlds[front].id, now, known_from) else { return };
        self.send(front, index, now);
        let mut at = now;
        for rank in 2..=u32::try_from(self.dice.between(2, 5)).unwrap_or(2) {
            at += self.dice.between(1_500, 4_000) * u64::from(rank);
            let rank_up = report::rank_up(&self.roster.soldiers[index], rank);
            self.tell(at, rank_up);
        }
    }
}
