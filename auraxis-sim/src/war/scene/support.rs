//! Heals, repairs, resupplies and other support actions that give experience.

use super::super::{
    soldier::{Class, Soldier},
    state::State,
};

/// A support action.
#[derive(Clone, Copy)]
enum Support {
    Heal,
    RepairVehicle,
    RepairMax,
    Resupply,
    Shield,
    Spot,
    Spawns,
    Objective,
    Transport,
    Cortium,
}

impl State {
    pub(super) fn support_scene(&mut self) {
        let support = self.rng.pick_weighted(&[
            (24, Support::Heal),
            (20, Support::RepairVehicle),
            (4, Support::RepairMax),
            (14, Support::Resupply),
            (8, Support::Shield),
            (8, Support::Spot),
            (9, Support::Spawns),
            (7, Support::Objective),
            (3, Support::Transport),
            (3, Support::Cortium),
        ]);
        let class = match support {
            Support::Heal | Support::Shield => Some(Class::Medic),
            Support::RepairVehicle | Support::RepairMax | Support::Resupply => Some(Class::Engineer),
            Support::Spot => Some(Class::Infiltrator),
            _ => None,
        };
        let (world_index, now) = (self.random_world(), self.now);
        let fits = |soldier: &Soldier| soldier.is_alive(now) && class.is_none_or(|class| class == soldier.class);
        let Some(index) = self.roster.find(&mut self.rng, world_index, fits) else { return };
        let soldier = self.roster.soldiers[index].clone();
        self.perform(&soldier, support);
    }

    fn perform(&mut self, soldier: &Soldier, support: Support) {
        let squad = self.rng.chance(35);
        let pick = |alone: u32, in_squad: u32| if squad { in_squad } else { alone };
        match support {
            Support::Heal => self.help_ally(soldier, pick(4, 51), 3),
            Support::Shield => self.help_ally(soldier, pick(438, 439), 2),
            Support::Resupply => self.help_ally(soldier, pick(34, 55), 2),
            Support::RepairMax => self.help_ally(soldier, pick(6, 142), 3),
            Support::RepairVehicle => {
                let vehicle = self.npc_id();
                self.repeat(soldier, pick(99, 140), vehicle, 4);
            }
            Support::Spot => {
                let enemy = |other: &Soldier| other.team != soldier.team && other.zone == soldier.zone;
                let world_index = self.roster.world_index(soldier.world).unwrap_or_default();
                if let Some(enemy) = self.roster.find(&mut self.rng, world_index, enemy) {
                    let enemy = self.roster.soldiers[enemy].id.0;
                    self.reward(soldier, pick(293, 294), enemy, self.now);
                }
            }
            Support::Spawns => {
                let kind = self.rng.pick_weighted(&[(60, 233), (15, 201), (25, 56)]);
                let ally = self.ally(soldier, None).map_or(0, |ally| ally.id.0);
                // For a squad spawn, the game sets `other_id` to the character that gains the experience.
                let other = if kind == 56 { soldier.id.0 } else { ally };
                self.reward(soldier, kind, other, self.now);
            }
            Support::Objective => {
                let kind = self.rng.pick_weighted(&[(40, 556), (40, 557), (20, 272)]);
                self.reward(soldier, kind, 0, self.now);
            }
            Support::Transport => self.help_ally(soldier, 30, 1),
            Support::Cortium => {
                self.repeat(soldier, 674, 0, 3);
                self.reward(soldier, 675, 0, self.now + 6_500);
            }
        }
    }

    fn help_ally(&mut self, soldier: &Soldier, kind: u32, most: u64) {
        if let Some(ally) = self.ally(soldier, None) {
            self.repeat(soldier, kind, ally.id.0, most);
        }
    }

    /// Schedules the same gain several times, more than a second apart.
    fn repeat(&mut self, soldier: &Soldier, kind: u32, other: u64, most: u64) {
        let mut at = self.now;
        for _ in 0..self.rng.between(1, most) {
            self.reward(soldier, kind, other, at);
            at += self.rng.between(1_050, 1_900);
        }
    }
}
