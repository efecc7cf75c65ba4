//! Plays scenes and schedules them again.

use super::{
    super::{schedule::Task, state::State},
    kind::Scene,
};

/// Each scene, when it is first played, and its average interval, in milliseconds.
const INTERVALS: &[(Scene, u64, u64)] = &[
    (Scene::Kill, 700, 272),
    (Scene::MutualKill, 1_300, 3_500),
    (Scene::Accident, 2_000, 2_600),
    (Scene::VehicleDestroy, 1_000, 620),
    (Scene::Support, 650, 72),
    (Scene::Login, 1_200, 1_500),
    (Scene::Logout, 30_000, 2_100),
    (Scene::NewCharacter, 900, 13_000),
    (Scene::RankUp, 1_500, 4_400),
    (Scene::Item, 800, 950),
    (Scene::Skill, 1_700, 2_700),
    (Scene::Ribbon, 1_100, 1_400),
    (Scene::Fish, 3_000, 6_000),
    (Scene::Capture, 6_000, 13_000),
];

/// Plays a scene and schedules it again.
pub(crate) fn play(war: &mut State, scene: Scene) {
    match scene {
        Scene::Kill => war.kill_scene(),
        Scene::MutualKill => war.mutual_kill_scene(),
        Scene::Accident => war.accident_scene(),
        Scene::VehicleDestroy => war.vehicle_destroy_scene(),
        Scene::Support => war.support_scene(),
        Scene::Login => war.login_scene(),
        Scene::Logout => war.logout_scene(),
        Scene::NewCharacter => war.new_character_scene(),
        Scene::RankUp => war.rank_up_scene(),
        Scene::Item => war.item_scene(),
        Scene::Skill => war.skill_scene(),
        Scene::Ribbon => war.ribbon_scene(),
        Scene::Fish => war.fish_scene(),
        Scene::Capture => war.capture_scene(),
        Scene::Alert(world_index) => war.alert_scene(world_index),
        Scene::AlertEnd(world_index) => war.alert_end_scene(world_index),
    }
    let mean = match scene {
        Scene::Alert(world_index) => Some(war.worlds[world_index].alerts.1),
        _ => INTERVALS.iter().find(|(other, ..)| *other == scene).map(|(.., mean)| *mean),
    };
    if let Some(mean) = mean {
        let again = war.now + war.rng.around(mean).max(1);
        war.schedule.insert(again, Task::Scene(scene));
    }
}

/// Schedules the logins of the first second, and all scenes.
pub(crate) fn open(war: &mut State) {
    for (world_index, world) in war.worlds.iter().enumerate() {
        for _ in 0..world.first_logins {
            let at = war.rng.between(0, 1_000);
            war.log_in_someone(world_index, at);
        }
    }
    for &(scene, first, _) in INTERVALS {
        war.schedule.insert(first, Task::Scene(scene));
    }
    for (world_index, world) in war.worlds.iter().enumerate() {
        war.schedule.insert(world.alerts.0, Task::Scene(Scene::Alert(world_index)));
    }
}
