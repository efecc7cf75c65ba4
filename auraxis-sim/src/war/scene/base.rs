//! Captures and defences of facilities.

use auraxis_core::id::{FactionId, OutfitId, ZoneId};

use super::super::{
    front::EMPIRES,
    ground,
    report::{self, Control, Effect},
    soldier::Soldier,
    state::State,
};

impl State {
    pub(super) fn base_scene(&mut self) {
        let front = self.somewhere();
        let zone = if self.dice.percent(12) { ZoneId::OSHUR } else { self.fronts[front].zone };
        let here: Vec<_> = ground::facilities().filter(|facility| facility.zone == zone).collect();
        let facility = self.dice.pick(&here);
        let Some(&(holder, since)) = self.fronts[front].holders.get(&facility.id) else { return };
        let others: Vec<_> = EMPIRES.into_iter().filter(|empire| *empire != holder).collect();
        let is_capture = self.dice.percent(70);
        let winner = if is_capture { self.dice.pick(&others) } else { holder };

        let world = self.fronts[front].world;
        let crowd = self.crowd(front, zone, winner);
        let outfit = crowd.first().map_or(OutfitId(0), |first| self.roster.outfit_id(first));
        // A facility that was never captured has been held since before the start.
        let held_seconds = (self.now - since) / 1_000 + if since == 0 { 900 } else { 0 };
        let control = Control { facility: facility.id, from: holder, to: winner, outfit, held_seconds };
        let draft = report::control(world, zone, control);
        let effect = Effect::Hold { front, facility: facility.id, faction: winner };
        self.tell(self.now, if is_capture { draft.causing(effect) } else { draft });
        for soldier in crowd {
            let at = self.now + self.dice.between(0, 900);
            let outfit = self.roster.outfit_id(&soldier);
            self.tell(at, report::part_in(&soldier, is_capture, facility.id, outfit));
            self.reward(&soldier, if is_capture { 557 } else { 556 }, 0, at);
        }
    }

    /// Some characters of the winning side who are there.
    fn crowd(&mut self, front: usize, zone: ZoneId, team: FactionId) -> Vec<Soldier> {
        let most = usize::try_from(self.dice.between(3, 14)).unwrap_or(3);
        let there = |index: &&usize| {
            let soldier = &self.roster.soldiers[**index];
            soldier.team == team && soldier.zone == zone
        };
        let online = self.roster.online(front);
        let skipped = if online.is_empty() { 0 } else { self.dice.position(online.len()) };
        let (before, after) = self.roster.online(front).split_at(skipped);
        let all = after.iter().chain(before);
        all.filter(there).take(most).map(|&index| self.roster.soldiers[index].clone()).collect()
    }
}
