//! Deaths, destroyed vehicles, and the experience for both.

use auraxis_core::id::{FacilityId, VehicleId};

use super::super::{
    arms::{self, Sort},
    experience, ground,
    report::{self, Means},
    soldier::{Class, Soldier},
    state::State,
};

impl State {
    pub(super) fn kill_scene(&mut self) {
        let front = self.somewhere();
        if let Some((killer, victim)) = self.opponents(front) {
            self.kill(killer, victim, self.now);
        }
    }

    pub(super) fn mutual_kill_scene(&mut self) {
        let front = self.somewhere();
        let Some((one, other)) = self.opponents(front) else { return };
        if self.roster.soldiers[one].team != self.roster.soldiers[other].team {
            let later = self.now + self.dice.between(0, 3_900);
            self.kill(one, other, self.now);
            self.kill(other, one, later);
        }
    }

    /// Two characters who meet, usually enemies.
    fn opponents(&mut self, front: usize) -> Option<(usize, usize)> {
        let now = self.now;
        let victim = self.roster.find(&mut self.dice, front, |soldier| soldier.is_up(now))?;
        let by_friend = self.dice.percent(2);
        let met = &self.roster.soldiers[victim];
        let (zone, team) = (met.zone, met.team);
        let fits = |soldier: &Soldier| {
            soldier.index != victim && soldier.is_up(now) && soldier.zone == zone && (soldier.team == team) == by_friend
        };
        Some((self.roster.find(&mut self.dice, front, fits)?, victim))
    }

    fn kill(&mut self, killer: usize, victim: usize, at: u64) {
        let attacker = self.roster.soldiers[killer].clone();
        let means = self.means(&attacker);
        let target = self.roster.soldiers[victim].clone();
        self.tell(at, report::death(&target, Some(&attacker), means));
        self.roster.soldiers[victim].down_until = at + 8_000;
        if attacker.team != target.team {
            self.reward_kill(&attacker, &target, means, at);
        }
        if self.dice.percent(38) {
            self.revive(&target, at);
        }
    }

    fn means(&mut self, attacker: &Soldier) -> Means {
        let sort = self.dice.weigh(&[(82, Sort::Gun), (10, Sort::Explosive), (8, Sort::Mounted)]);
        let weapon = self.dice.pick(&arms::items(sort, attacker.team)).id;
        let fire_mode = u32::try_from(self.dice.between(1, 4)).unwrap_or(1) + weapon * 10;
        let vehicle = if sort == Sort::Mounted { self.dice.pick(&arms::vehicles(attacker.team)).0 } else { 0 };
        if vehicle > 0 && self.dice.percent(20) {
            // A road kill has no weapon.
            return Means { vehicle, ..Means::default() };
        }
        Means { weapon, fire_mode, vehicle, is_headshot: sort == Sort::Gun && self.dice.percent(34) }
    }

    fn reward_kill(&mut self, attacker: &Soldier, victim: &Soldier, means: Means, at: u64) {
        self.reward(attacker, 1, victim.id.0, at);
        if means.is_headshot {
            self.reward(attacker, 37, victim.id.0, at);
        }
        if means.weapon == 0 {
            self.reward(attacker, 26, victim.id.0, at);
        }
        if victim.class == Class::Max {
            self.reward(attacker, 29, victim.id.0, at);
        }
        for (chance, kind) in [(7, 8), (3, 10), (6, 11), (18, 15), (18, 16), (8, 278), (7, 335)] {
            if self.dice.percent(chance) {
                self.reward(attacker, kind, victim.id.0, at);
            }
        }
        for _ in 0..self.dice.weigh(&[(45, 0), (35, 1), (14, 2), (6, 3)]) {
            if let Some(ally) = self.ally(attacker, None) {
                let kind = self.dice.weigh(&[(85, 2), (15, 36)]);
                self.reward(&ally, kind, victim.id.0, at);
            }
        }
    }

    /// A medic revives the victim, and heals it.
    fn revive(&mut self, victim: &Soldier, at: u64) {
        let Some(medic) = self.ally(victim, Some(Class::Medic)) else { return };
        let (revive, heal) = self.dice.weigh(&[(60, (7, 4)), (40, (53, 51))]);
        let mut at = at + self.dice.between(2_000, 7_000);
        self.roster.soldiers[victim.index].down_until = at;
        self.reward(&medic, revive, victim.id.0, at);
        for _ in 0..self.dice.between(1, 3) {
            at += self.dice.between(1_000, 1_800);
            self.reward(&medic, heal, victim.id.0, at);
        }
    }

    /// Another character of the same team nearby, of this class if one is given.
    pub(super) fn ally(&mut self, soldier: &Soldier, class: Option<Class>) -> Option<Soldier> {
        let front = self.roster.front_of(soldier.world)?;
        let now = self.now;
        let fits = |other: &Soldier| {
            other.index != soldier.index
                && other.team == soldier.team
                && other.zone == soldier.zone
                && other.is_up(now)
                && class.is_none_or(|class| class == other.class)
        };
        self.roster.find(&mut self.dice, front, fits).map(|index| self.roster.soldiers[index].clone())
    }

    /// Schedules a gain of experience, with or without boosts.
    pub(super) fn reward(&mut self, who: &Soldier, kind: u32, other: u64, at: u64) {
        let boost = self.dice.weigh(&[(50, 100), (20, 125), (20, 150), (10, 200)]);
        // An assist gains a share.
        let part = if kind == 2 { self.dice.between(20, 100) } else { 100 };
        let amount = (experience::worth(kind) * boost * part / 10_000).max(1);
        self.tell(at, report::experience(who, kind, amount, other));
    }

    pub(super) fn mishap_scene(&mut self) {
        let (front, now) = (self.somewhere(), self.now);
        let Some(index) = self.roster.find(&mut self.dice, front, |soldier| soldier.is_up(now)) else { return };
        let victim = self.roster.soldiers[index].clone();
        let draft = if self.dice.percent(55) {
            report::death(&victim, None, Means::default())
        } else {
            let weapon = self.dice.pick(&arms::items(Sort::Explosive, victim.team)).id;
            report::death(&victim, Some(&victim), Means { weapon, ..Means::default() })
        };
        self.tell(now, draft);
        self.roster.soldiers[index].down_until = now + 8_000;
    }

    pub(super) fn wreck_scene(&mut self) {
        let front = self.somewhere();
        let Some((attacker, owner)) = self.opponents(front) else { return };
        let (attacker, owner) = (self.roster.soldiers[attacker].clone(), self.roster.soldiers[owner].clone());
        let sort = self.dice.weigh(&[(50, Sort::Explosive), (50, Sort::Mounted)]);
        let weapon = self.dice.pick(&arms::items(sort, attacker.team)).id;
        let vehicle = if sort == Sort::Mounted { self.dice.pick(&arms::vehicles(attacker.team)).0 } else { 0 };
        let means = Means { weapon, vehicle, ..Means::default() };
        let target = if self.dice.percent(18) {
            self.dice.pick(&arms::vehicles(owner.team))
        } else {
            self.dice.weigh(arms::TARGETS)
        };
        let other = self.npc();
        if self.dice.percent(8) {
            let turret = self.base_turret(&attacker);
            self.tell(self.now, report::vehicle_destroy(&attacker, None, VehicleId(100), turret, means));
            return;
        }
        // Deployables often have no owner any more.
        let owner = (target != VehicleId::SPITFIRE || self.dice.percent(40)).then_some(owner);
        self.tell(self.now, report::vehicle_destroy(&attacker, owner.as_ref(), target, None, means));
        if let Some(kind) = experience::of_destroying(target) {
            self.reward(&attacker, kind, other, self.now);
        }
        if let Some(victim) = owner.filter(|_| target != VehicleId::SPITFIRE && self.dice.percent(25)) {
            self.kill(attacker.index, victim.index, self.now);
        }
    }

    fn base_turret(&mut self, near: &Soldier) -> Option<FacilityId> {
        let here: Vec<_> = ground::facilities().filter(|facility| facility.zone == near.zone).collect();
        (!here.is_empty()).then(|| self.dice.pick(&here).id)
    }

    /// The id of a vehicle or deployable: about 11 digits, and even.
    pub(super) fn npc(&mut self) -> u64 {
        self.dice.between(8_600_000_000, 49_000_000_000) * 2
    }
}
