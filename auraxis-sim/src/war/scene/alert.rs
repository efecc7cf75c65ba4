//! Alerts, and the continent locks that follow.

use auraxis_core::id::{MetagameEventState, OutfitId};

use super::{
    super::{
        event::{self, Control, Effect},
        facility,
        schedule::Task,
        state::State,
        world_state::Alert,
    },
    kind::Scene,
};

/// The range of an alert's duration, in milliseconds. The up to 90 minutes of the game are too long for tests.
const DURATION: (u64, u64) = (90_000, 150_000);

impl State {
    pub(super) fn alert_scene(&mut self, world_index: usize) {
        let state = &mut self.world_states[world_index];
        if state.alert.is_some() {
            return;
        }
        state.instance += 1;
        let event = facility::alert_event(state.zone, state.leader());
        let alert = Alert { instance: state.instance, event };
        state.alert = Some(alert);
        let (world, zone, shares) = (state.world, state.zone, state.shares());
        self.emit(self.now, event::alert(world, zone, alert.instance, event, MetagameEventState::STARTED, shares));
        let end = self.now + self.rng.between(DURATION.0, DURATION.1);
        self.schedule.insert(end, Task::Scene(Scene::AlertEnd(world_index)));
    }

    pub(super) fn alert_end_scene(&mut self, world_index: usize) {
        let state = &mut self.world_states[world_index];
        let Some(alert) = state.alert.take() else { return };
        let (world, zone, winner, shares) = (state.world, state.zone, state.leader(), state.shares());
        let now = self.now;
        let end = event::alert(world, zone, alert.instance, alert.event, MetagameEventState::ENDED, shares);
        self.emit(now, end);
        let population = self.population(world_index);
        for facility in facility::facilities().filter(|facility| facility.zone == zone) {
            let Some(&(from, since)) = self.world_states[world_index].holders.get(&facility.id) else { continue };
            let outfit = OutfitId(0);
            let control =
                Control { facility: facility.id, from, to: winner, outfit, held_seconds: (now - since) / 1_000 };
            let effect = Effect::Capture { world_index, facility: facility.id, faction: winner };
            self.emit(now, event::control(world, zone, control).with_effect(effect));
        }
        self.emit(now, event::lock(world, zone, winner, population).with_effect(Effect::LockContinent { world_index }));
    }
}
