//! Ranks, ribbons, skills, items, fish.

use auraxis_core::id::ZoneId;

use super::super::{
    arms::{self, Sort},
    report,
    soldier::Soldier,
    state::State,
};

/// The highest rank there is.
const HIGHEST: u32 = 120;

/// The range of ribbon ids.
const RIBBONS: (u64, u64) = (90_001, 90_140);

impl State {
    /// A random character that is online and for whom the condition holds.
    fn anybody(&mut self, fits: impl Fn(&Soldier) -> bool) -> Option<Soldier> {
        let front = self.somewhere();
        self.roster.find(&mut self.dice, front, fits).map(|index| self.roster.soldiers[index].clone())
    }

    pub(super) fn promotion_scene(&mut self) {
        let (now, start) = (self.now, self.start);
        // The ranks of recruits are scheduled.
        let fits = |soldier: &Soldier| soldier.rank < HIGHEST && soldier.created < start;
        if let Some(soldier) = self.anybody(fits) {
            self.tell(now, report::rank_up(&soldier, soldier.rank + 1));
            let reward = self.dice.pick(&arms::items(Sort::Supply, soldier.team)).id;
            self.tell(now + 200, report::item(&soldier, reward, 1, "GiveRewardBundle:Ding"));
        }
    }

    pub(super) fn ribbon_scene(&mut self) {
        let Some(soldier) = self.anybody(|_| true) else { return };
        let ribbon = u32::try_from(self.dice.between(RIBBONS.0, RIBBONS.1)).unwrap_or_default();
        self.tell(self.now, report::achievement(&soldier, ribbon));
        self.reward(&soldier, 291, 0, self.now);
    }

    pub(super) fn skill_scene(&mut self) {
        let Some(soldier) = self.anybody(|_| true) else { return };
        let skill = self.dice.between(1, 12_000);
        self.tell(self.now, report::skill(&soldier, skill));
        if self.dice.percent(50) {
            let item = self.dice.pick(&arms::items(Sort::Gun, soldier.team)).id;
            self.tell(self.now, report::item(&soldier, item, 1, "SkillGrantItemLine"));
        }
    }

    pub(super) fn item_scene(&mut self) {
        let Some(soldier) = self.anybody(|_| true) else { return };
        let context = self.dice.weigh(&[
            (50, "GenericTerminalTransaction"),
            (15, "SkillGrantItem"),
            (12, "GiveRewardBundle:Mission"),
            (10, "GiveRewardBundle:Achievement"),
            (8, "CaptureTheFlag.TakeFlag"),
            (5, "GiveRewardBundle:Directive"),
        ]);
        let item = self.dice.pick(&arms::items(Sort::Supply, soldier.team)).id;
        let count = self.dice.weigh(&[(80, 1), (15, 5), (5, 250)]);
        self.tell(self.now, report::item(&soldier, item, count, context));
    }

    pub(super) fn fish_scene(&mut self) {
        let Some(soldier) = self.anybody(|soldier| soldier.zone == ZoneId::OSHUR) else { return };
        let fish = self.dice.between(1, 20);
        self.tell(self.now, report::fish(&soldier, fish));
    }
}
