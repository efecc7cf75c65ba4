//! Captures and defenses of facilities.

use auraxis_core::id::{FactionId, OutfitId, ZoneId};

use super::super::{
    event::{self, Control, Effect},
    facility,
    soldier::Soldier,
    state::State,
    world_state::EMPIRES,
};

impl State {
    pub(super) fn capture_scene(&mut self) {
        let world_index = self.random_world();
        let zone = if self.rng.chance(12) { ZoneId::OSHUR } else { self.world_states[world_index].zone };
        let here: Vec<_> = facility::facilities().filter(|facility| facility.zone == zone).collect();
        let facility = self.rng.pick(&here);
        let Some(&(holder, since)) = self.world_states[world_index].holders.get(&facility.id) else { return };
        let others: Vec<_> = EMPIRES.into_iter().filter(|empire| *empire != holder).collect();
        let is_capture = self.rng.chance(70);
        let winner = if is_capture { self.rng.pick(&others) } else { holder };

        let world = self.world_states[world_index].world;
        let winners = self.winners(world_index, zone, winner);
        let outfit = winners.first().map_or(OutfitId(0), |first| self.roster.outfit_id(first));
        // A facility that was not captured yet has been held since before the start.
        let held_seconds = (self.now - since) / 1_000 + if since == 0 { 900 } else { 0 };
        let control = Control { facility: facility.id, from: holder, to: winner, outfit, held_seconds };
        let draft = event::control(world, zone, control);
        let effect = Effect::Capture { world_index, facility: facility.id, faction: winner };
        self.emit(self.now, if is_capture { draft.with_effect(effect) } else { draft });
        for soldier in winners {
            let at = self.now + self.rng.between(0, 900);
            let outfit = self.roster.outfit_id(&soldier);
            self.emit(at, event::player_facility(&soldier, is_capture, facility.id, outfit));
            self.reward(&soldier, if is_capture { 557 } else { 556 }, 0, at);
        }
    }

    /// Returns some online characters of the winning team on this continent.
    fn winners(&mut self, world_index: usize, zone: ZoneId, team: FactionId) -> Vec<Soldier> {
        let most = usize::try_from(self.rng.between(3, 14)).unwrap_or(3);
        let is_here = |index: &&usize| {
            let soldier = &self.roster.soldiers[**index];
            soldier.team == team && soldier.zone == zone
        };
        let online = self.roster.online(world_index);
        let skipped = if online.is_empty() { 0 } else { self.rng.index(online.len()) };
        let (before, after) = self.roster.online(world_index).split_at(skipped);
        let all = after.iter().chain(before);
        all.filter(is_here).take(most).map(|&index| self.roster.soldiers[index].clone()).collect()
    }
}
