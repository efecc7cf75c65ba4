//! Plays scenes, and repeats them.

use super::{
    super::{schedule::Due, state::State},
    kind::Scene,
};

/// Each scene, when it first happens, and the average time until it happens again, in milliseconds.
const BEATS: &[(Scene, u64, u64)] = &[
    (Scene::Kill, 700, 272),
    (Scene::MutualKill, 1_300, 3_500),
    (Scene::Mishap, 2_000, 2_600),
    (Scene::Wreck, 1_000, 620),
    (Scene::Support, 650, 72),
    (Scene::Arrival, 1_200, 1_500),
    (Scene::Departure, 30_000, 2_100),
    (Scene::Recruit, 900, 13_000),
    (Scene::Promotion, 1_500, 4_400),
    (Scene::Item, 800, 950),
    (Scene::Skill, 1_700, 2_700),
    (Scene::Ribbon, 1_100, 1_400),
    (Scene::Fish, 3_000, 6_000),
    (Scene::Base, 6_000, 13_000),
];

/// Plays a scene, and schedules it again.
pub(crate) fn play(war: &mut State, scene: Scene) {
    match scene {
        Scene::Kill => war.kill_scene(),
        Scene::MutualKill => war.mutual_kill_scene(),
        Scene::Mishap => war.mishap_scene(),
        Scene::Wreck => war.wreck_scene(),
        Scene::Support => war.support_scene(),
        Scene::Arrival => war.arrival_scene(),
        Scene::Departure => war.departure_scene(),
        Scene::Recruit => war.recruit_scene(),
        Scene::Promotion => war.promotion_scene(),
        Scene::Item => war.item_scene(),
        Scene::Skill => war.skill_scene(),
        Scene::Ribbon => war.ribbon_scene(),
        Scene::Fish => war.fish_scene(),
        Scene::Base => war.base_scene(),
        Scene::Alert(front) => war.alert_scene(front),
        Scene::AlertEnd(front) => war.alert_end_scene(front),
    }
    let mean = match scene {
        Scene::Alert(front) => Some(war.worlds[front].alerts.1),
        _ => BEATS.iter().find(|(other, ..)| *other == scene).map(|(.., mean)| *mean),
    };
    if let Some(mean) = mean {
        let again = war.now + war.dice.around(mean).max(1);
        war.schedule.put(again, Due::Scene(scene));
    }
}

/// The first second: some log in, and every scene is scheduled.
pub(crate) fn open(war: &mut State) {
    for (front, world) in war.worlds.iter().enumerate() {
        for _ in 0..world.first_logins {
            let at = war.dice.between(0, 1_000);
            war.arrive(front, at);
        }
    }
    for &(scene, first, _) in BEATS {
        war.schedule.put(first, Due::Scene(scene));
    }
    for (front, world) in war.worlds.iter().enumerate() {
        war.schedule.put(world.alerts.0, Due::Scene(Scene::Alert(front)));
    }
}
