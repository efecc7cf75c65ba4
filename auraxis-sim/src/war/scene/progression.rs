//! Ranks, ribbons, skills, items and fish.

use auraxis_core::id::ZoneId;

use super::super::{
    event,
    item::{self, ItemKind},
    soldier::Soldier,
    state::State,
};

/// The highest battle rank.
const MAX_RANK: u32 = 120;

/// The range of ribbon ids.
const RIBBONS: (u64, u64) = (90_001, 90_140);

impl State {
    /// Returns a random character that is online and satisfies the condition.
    fn random_soldier(&mut self, fits: impl Fn(&Soldier) -> bool) -> Option<Soldier> {
        let world_index = self.random_world();
        self.roster.find(&mut self.rng, world_index, fits).map(|index| self.roster.soldiers[index].clone())
    }

    pub(super) fn rank_up_scene(&mut self) {
        let (now, start) = (self.now, self.start);
        // New characters have scheduled rank-ups.
        let fits = |soldier: &Soldier| soldier.rank < MAX_RANK && soldier.created < start;
        if let Some(soldier) = self.random_soldier(fits) {
            self.emit(now, event::rank_up(&soldier, soldier.rank + 1));
            let reward = self.rng.pick(&item::available(ItemKind::Supply, soldier.team)).id;
            self.emit(now + 200, event::item(&soldier, reward, 1, "GiveRewardBundle:Ding"));
        }
    }

    pub(super) fn ribbon_scene(&mut self) {
        let Some(soldier) = self.random_soldier(|_| true) else { return };
        let ribbon = u32::try_from(self.rng.between(RIBBONS.0, RIBBONS.1)).unwrap_or_default();
        self.emit(self.now, event::achievement(&soldier, ribbon));
        self.reward(&soldier, 291, 0, self.now);
    }

    pub(super) fn skill_scene(&mut self) {
        let Some(soldier) = self.random_soldier(|_| true) else { return };
        let skill = self.rng.between(1, 12_000);
        self.emit(self.now, event::skill(&soldier, skill));
        if self.rng.chance(50) {
            let item = self.rng.pick(&item::available(ItemKind::Gun, soldier.team)).id;
            self.emit(self.now, event::item(&soldier, item, 1, "SkillGrantItemLine"));
        }
    }

    pub(super) fn item_scene(&mut self) {
        let Some(soldier) = self.random_soldier(|_| true) else { return };
        let context = self.rng.pick_weighted(&[
            (50, "GenericTerminalTransaction"),
            (15, "SkillGrantItem"),
            (12, "GiveRewardBundle:Mission"),
            (10, "GiveRewardBundle:Achievement"),
            (8, "CaptureTheFlag.TakeFlag"),
            (5, "GiveRewardBundle:Directive"),
        ]);
        let item = self.rng.pick(&item::available(ItemKind::Supply, soldier.team)).id;
        let count = self.rng.pick_weighted(&[(80, 1), (15, 5), (5, 250)]);
        self.emit(self.now, event::item(&soldier, item, count, context));
    }

    pub(super) fn fish_scene(&mut self) {
        let Some(soldier) = self.random_soldier(|soldier| soldier.zone == ZoneId::OSHUR) else { return };
        let fish = self.rng.between(1, 20);
        self.emit(self.now, event::fish(&soldier, fish));
    }
}
