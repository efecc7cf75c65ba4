//! Deaths, destroyed vehicles, and the experience that is gained for them.

use auraxis_core::id::{FacilityId, VehicleId};

use super::super::{
    event::{self, Attack},
    experience, facility,
    item::{self, ItemKind},
    soldier::{Class, Soldier},
    state::State,
};

impl State {
    pub(super) fn kill_scene(&mut self) {
        let world_index = self.random_world();
        if let Some((killer, victim)) = self.opponents(world_index) {
            self.kill(killer, victim, self.now);
        }
    }

    pub(super) fn mutual_kill_scene(&mut self) {
        let world_index = self.random_world();
        let Some((one, other)) = self.opponents(world_index) else { return };
        if self.roster.soldiers[one].team != self.roster.soldiers[other].team {
            let later = self.now + self.rng.between(0, 3_900);
            self.kill(one, other, self.now);
            self.kill(other, one, later);
        }
    }

    /// Returns the indices of a killer and a victim, usually enemies.
    fn opponents(&mut self, world_index: usize) -> Option<(usize, usize)> {
        let now = self.now;
        let victim = self.roster.find(&mut self.rng, world_index, |soldier| soldier.is_alive(now))?;
        let is_friendly_fire = self.rng.chance(2);
        let target = &self.roster.soldiers[victim];
        let (zone, team) = (target.zone, target.team);
        let fits = |soldier: &Soldier| {
            soldier.index != victim
                && soldier.is_alive(now)
                && soldier.zone == zone
                && (soldier.team == team) == is_friendly_fire
        };
        Some((self.roster.find(&mut self.rng, world_index, fits)?, victim))
    }

    fn kill(&mut self, killer: usize, victim: usize, at: u64) {
        let attacker = self.roster.soldiers[killer].clone();
        let attack = self.attack(&attacker);
        let target = self.roster.soldiers[victim].clone();
        self.emit(at, event::death(&target, Some(&attacker), attack));
        self.roster.soldiers[victim].dead_until = at + 8_000;
        if attacker.team != target.team {
            self.reward_kill(&attacker, &target, attack, at);
        }
        if self.rng.chance(38) {
            self.revive(&target, at);
        }
    }

    fn attack(&mut self, attacker: &Soldier) -> Attack {
        let kind = self.rng.pick_weighted(&[(82, ItemKind::Gun), (10, ItemKind::Explosive), (8, ItemKind::Mounted)]);
        let weapon = self.rng.pick(&item::available(kind, attacker.team)).id;
        let fire_mode = u32::try_from(self.rng.between(1, 4)).unwrap_or(1) + weapon * 10;
        let vehicle =
            if kind == ItemKind::Mounted { self.rng.pick(&item::tank_and_fighter(attacker.team)).0 } else { 0 };
        if vehicle > 0 && self.rng.chance(20) {
            // A roadkill has no weapon.
            return Attack { vehicle, ..Attack::default() };
        }
        Attack { weapon, fire_mode, vehicle, is_headshot: kind == ItemKind::Gun && self.rng.chance(34) }
    }

    fn reward_kill(&mut self, attacker: &Soldier, victim: &Soldier, attack: Attack, at: u64) {
        self.reward(attacker, 1, victim.id.0, at);
        if attack.is_headshot {
            self.reward(attacker, 37, victim.id.0, at);
        }
        if attack.weapon == 0 {
            self.reward(attacker, 26, victim.id.0, at);
        }
        if victim.class == Class::Max {
            self.reward(attacker, 29, victim.id.0, at);
        }
        for (chance, kind) in [(7, 8), (3, 10), (6, 11), (18, 15), (18, 16), (8, 278), (7, 335)] {
            if self.rng.chance(chance) {
                self.reward(attacker, kind, victim.id.0, at);
            }
        }
        for _ in 0..self.rng.pick_weighted(&[(45, 0), (35, 1), (14, 2), (6, 3)]) {
            if let Some(ally) = self.ally(attacker, None) {
                let kind = self.rng.pick_weighted(&[(85, 2), (15, 36)]);
                self.reward(&ally, kind, victim.id.0, at);
            }
        }
    }

    /// Schedules a medic's revive of the victim, and heals.
    fn revive(&mut self, victim: &Soldier, at: u64) {
        let Some(medic) = self.ally(victim, Some(Class::Medic)) else { return };
        let (revive, heal) = self.rng.pick_weighted(&[(60, (7, 4)), (40, (53, 51))]);
        let mut at = at + self.rng.between(2_000, 7_000);
        self.roster.soldiers[victim.index].dead_until = at;
        self.reward(&medic, revive, victim.id.0, at);
        for _ in 0..self.rng.between(1, 3) {
            at += self.rng.between(1_000, 1_800);
            self.reward(&medic, heal, victim.id.0, at);
        }
    }

    /// Returns another character of the same team on the same continent, of this class if given.
    pub(super) fn ally(&mut self, soldier: &Soldier, class: Option<Class>) -> Option<Soldier> {
        let world_index = self.roster.world_index(soldier.world)?;
        let now = self.now;
        let fits = |other: &Soldier| {
            other.index != soldier.index
                && other.team == soldier.team
                && other.zone == soldier.zone
                && other.is_alive(now)
                && class.is_none_or(|class| class == other.class)
        };
        self.roster.find(&mut self.rng, world_index, fits).map(|index| self.roster.soldiers[index].clone())
    }

    /// Schedules a gain of experience, with a random boost.
    pub(super) fn reward(&mut self, soldier: &Soldier, kind: u32, other: u64, at: u64) {
        let boost = self.rng.pick_weighted(&[(50, 100), (20, 125), (20, 150), (10, 200)]);
        // An assist is rewarded in part.
        let part = if kind == 2 { self.rng.between(20, 100) } else { 100 };
        let amount = (experience::base_amount(kind) * boost * part / 10_000).max(1);
        self.emit(at, event::experience(soldier, kind, amount, other));
    }

    pub(super) fn accident_scene(&mut self) {
        let (world_index, now) = (self.random_world(), self.now);
        let Some(index) = self.roster.find(&mut self.rng, world_index, |soldier| soldier.is_alive(now)) else { return };
        let victim = self.roster.soldiers[index].clone();
        let draft = if self.rng.chance(55) {
            event::death(&victim, None, Attack::default())
        } else {
            let weapon = self.rng.pick(&item::available(ItemKind::Explosive, victim.team)).id;
            event::death(&victim, Some(&victim), Attack { weapon, ..Attack::default() })
        };
        self.emit(now, draft);
        self.roster.soldiers[index].dead_until = now + 8_000;
    }

    pub(super) fn vehicle_destroy_scene(&mut self) {
        let world_index = self.random_world();
        let Some((attacker, owner)) = self.opponents(world_index) else { return };
        let (attacker, owner) = (self.roster.soldiers[attacker].clone(), self.roster.soldiers[owner].clone());
        let kind = self.rng.pick_weighted(&[(50, ItemKind::Explosive), (50, ItemKind::Mounted)]);
        let weapon = self.rng.pick(&item::available(kind, attacker.team)).id;
        let vehicle =
            if kind == ItemKind::Mounted { self.rng.pick(&item::tank_and_fighter(attacker.team)).0 } else { 0 };
        let attack = Attack { weapon, vehicle, ..Attack::default() };
        let target = if self.rng.chance(18) {
            self.rng.pick(&item::tank_and_fighter(owner.team))
        } else {
            self.rng.pick_weighted(item::DESTROYED_VEHICLES)
        };
        let other = self.npc_id();
        if self.rng.chance(8) {
            let turret = self.base_turret(&attacker);
            self.emit(self.now, event::vehicle_destroy(&attacker, None, VehicleId(100), turret, attack));
            return;
        }
        // Deployables often no longer have an owner.
        let owner = (target != VehicleId::SPITFIRE || self.rng.chance(40)).then_some(owner);
        self.emit(self.now, event::vehicle_destroy(&attacker, owner.as_ref(), target, None, attack));
        if let Some(kind) = experience::for_destroying(target) {
            self.reward(&attacker, kind, other, self.now);
        }
        if let Some(victim) = owner.filter(|_| target != VehicleId::SPITFIRE && self.rng.chance(25)) {
            self.kill(attacker.index, victim.index, self.now);
        }
    }

    fn base_turret(&mut self, near: &Soldier) -> Option<FacilityId> {
        let here: Vec<_> = facility::facilities().filter(|facility| facility.zone == near.zone).collect();
        (!here.is_empty()).then(|| self.rng.pick(&here).id)
    }

    /// Returns the id of a vehicle or deployable: about 11 digits, and even.
    pub(super) fn npc_id(&mut self) -> u64 {
        self.rng.between(8_600_000_000, 49_000_000_000) * 2
    }
}
