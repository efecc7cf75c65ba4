//! Alerts, and the continent locks that follow.

use auraxis_core::id::{MetagameEventState, OutfitId};

use super::{
    super::{
        front::Alert,
        ground,
        report::{self, Control, Effect},
        schedule::Due,
        state::State,
    },
    kind::Scene,
};

/// The duration of an alert, in milliseconds. In the game it is up to 90 minutes, which is too long for a test.
const DURATION: (u64, u64) = (90_000, 150_000);

impl State {
    pub(super) fn alert_scene(&mut self, front: usize) {
        let state = &mut self.fronts[front];
        if state.alert.is_some() {
            return;
        }
        state.instance += 1;
        let event = ground::meltdown(state.zone, state.leader());
        let alert = Alert { instance: state.instance, event };
        state.alert = Some(alert);
        let (world, zone, shares) = (state.world, state.zone, state.shares());
        self.tell(self.now, report::alert(world, zone, alert.instance, event, MetagameEventState::STARTED, shares));
        let end = self.now + self.dice.between(DURATION.0, DURATION.1);
        self.schedule.put(end, Due::Scene(Scene::AlertEnd(front)));
    }

    pub(super) fn alert_end_scene(&mut self, front: usize) {
        let state = &mut self.fronts[front];
        let Some(alert) = state.alert.take() else { return };
        let (world, zone, winner, shares) = (state.world, state.zone, state.leader(), state.shares());
        let now = self.now;
        let end = report::alert(world, zone, alert.instance, alert.event, MetagameEventState::ENDED, shares);
        self.tell(now, end);
        let population = self.population(front);
        for facility in ground::facilities().filter(|facility| facility.zone == zone) {
            let Some(&(from, since)) = self.fronts[front].holders.get(&facility.id) else { continue };
            let outfit = OutfitId(0);
            let control =
                Control { facility: facility.id, from, to: winner, outfit, held_seconds: (now - since) / 1_000 };
            let effect = Effect::Hold { front, facility: facility.id, faction: winner };
            self.tell(now, report::control(world, zone, control).causing(effect));
        }
        self.tell(now, report::lock(world, zone, winner, population).causing(Effect::Lock { front }));
    }
}
