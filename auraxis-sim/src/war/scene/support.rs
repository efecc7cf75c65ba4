//! Heals, repairs, resupplies and everything else that gives experience.

use super::super::{
    soldier::{Class, Soldier},
    state::State,
};

/// A way to support others.
#[derive(Clone, Copy)]
enum Round {
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
        let round = self.dice.weigh(&[
            (24, Round::Heal),
            (20, Round::RepairVehicle),
            (4, Round::RepairMax),
            (14, Round::Resupply),
            (8, Round::Shield),
            (8, Round::Spot),
            (9, Round::Spawns),
            (7, Round::Objective),
            (3, Round::Transport),
            (3, Round::Cortium),
        ]);
        let class = match round {
            Round::Heal | Round::Shield => Some(Class::Medic),
            Round::RepairVehicle | Round::RepairMax | Round::Resupply => Some(Class::Engineer),
            Round::Spot => Some(Class::Infiltrator),
            _ => None,
        };
        let (front, now) = (self.somewhere(), self.now);
        let fits = |soldier: &Soldier| soldier.is_up(now) && class.is_none_or(|class| class == soldier.class);
        let Some(index) = self.roster.find(&mut self.dice, front, fits) else { return };
        let soldier = self.roster.soldiers[index].clone();
        self.make_round(&soldier, round);
    }

    fn make_round(&mut self, who: &Soldier, round: Round) {
        let squad = self.dice.percent(35);
        let pick = |alone: u32, in_squad: u32| if squad { in_squad } else { alone };
        match round {
            Round::Heal => self.help_ally(who, pick(4, 51), 3),
            Round::Shield => self.help_ally(who, pick(438, 439), 2),
            Round::Resupply => self.help_ally(who, pick(34, 55), 2),
            Round::RepairMax => self.help_ally(who, pick(6, 142), 3),
            Round::RepairVehicle => {
                let vehicle = self.npc();
                self.repeat(who, pick(99, 140), vehicle, 4);
            }
            Round::Spot => {
                let enemy = |other: &Soldier| other.team != who.team && other.zone == who.zone;
                let front = self.roster.front_of(who.world).unwrap_or_default();
                if let Some(enemy) = self.roster.find(&mut self.dice, front, enemy) {
                    let enemy = self.roster.soldiers[enemy].id.0;
                    self.reward(who, pick(293, 294), enemy, self.now);
                }
            }
            Round::Spawns => {
                let kind = self.dice.weigh(&[(60, 233), (15, 201), (25, 56)]);
                let ally = self.ally(who, None).map_or(0, |ally| ally.id.0);
                // For a squad spawn the game names the earner itself.
                let other = if kind == 56 { who.id.0 } else { ally };
                self.reward(who, kind, other, self.now);
            }
            Round::Objective => {
                let kind = self.dice.weigh(&[(40, 556), (40, 557), (20, 272)]);
                self.reward(who, kind, 0, self.now);
            }
            Round::Transport => self.help_ally(who, 30, 1),
            Round::Cortium => {
                self.repeat(who, 674, 0, 3);
                self.reward(who, 675, 0, self.now + 6_500);
            }
        }
    }

    fn help_ally(&mut self, who: &Soldier, kind: u32, most: u64) {
        if let Some(ally) = self.ally(who, None) {
            self.repeat(who, kind, ally.id.0, most);
        }
    }

    /// The same gain several times, more than a second apart.
    fn repeat(&mut self, who: &Soldier, kind: u32, other: u64, most: u64) {
        let mut at = self.now;
        for _ in 0..self.dice.between(1, most) {
            self.reward(who, kind, other, at);
            at += self.dice.between(1_050, 1_900);
        }
    }
}
