//! What comes up in the war, and how often.

mod alert;
mod base;
mod career;
mod combat;
mod presence;
mod support;

use super::{War, agenda::Deed, roster::WORLDS};

/// Something that comes up again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scene {
    /// Somebody kills somebody.
    Kill,
    /// Two kill each other.
    MutualKill,
    /// The environment or a mistake kills somebody.
    Mishap,
    /// A vehicle, turret or deployable is destroyed.
    Wreck,
    /// Somebody heals, repairs, resupplies, spots.
    Support,
    /// Somebody logs in.
    Arrival,
    /// Somebody logs out, and perhaps in again.
    Departure,
    /// A new character logs in and soon gains its first ranks.
    Recruit,
    /// An experienced character gains a rank.
    Promotion,
    /// Somebody gets or uses an item.
    Item,
    /// Somebody learns a skill.
    Skill,
    /// Somebody earns a ribbon.
    Ribbon,
    /// Somebody scans a fish.
    Fish,
    /// A facility is captured or defended.
    Base,
    /// On this front an alert starts.
    Alert(usize),
    /// The alert on this front ends, and with it the fight for the continent. Follows from [`Scene::Alert`].
    AlertEnd(usize),
}

/// Each scene, when it first comes up, and how long it takes on the average to come up again, both in milliseconds.
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
    (Scene::Alert(0), 15_000, 420_000),
    (Scene::Alert(1), 95_000, 480_000),
    (Scene::Alert(2), 1_800_000, 5_400_000),
    (Scene::Alert(3), 170_000, 540_000),
];

/// How many log in on each front within the first second.
const FIRST_LOGINS: [u64; WORLDS.len()] = [28, 26, 4, 16];

impl Scene {
    /// Plays it, and sees to it that it comes up again.
    pub(crate) fn play(self, war: &mut War) {
        match self {
            Self::Kill => war.kill_scene(),
            Self::MutualKill => war.mutual_kill_scene(),
            Self::Mishap => war.mishap_scene(),
            Self::Wreck => war.wreck_scene(),
            Self::Support => war.support_scene(),
            Self::Arrival => war.arrival_scene(),
            Self::Departure => war.departure_scene(),
            Self::Recruit => war.recruit_scene(),
            Self::Promotion => war.promotion_scene(),
            Self::Item => war.item_scene(),
            Self::Skill => war.skill_scene(),
            Self::Ribbon => war.ribbon_scene(),
            Self::Fish => war.fish_scene(),
            Self::Base => war.base_scene(),
            Self::Alert(front) => war.alert_scene(front),
            Self::AlertEnd(front) => war.alert_end_scene(front),
        }
        if let Some((.., mean)) = BEATS.iter().find(|(scene, ..)| *scene == self) {
            let again = war.now + war.dice.around(*mean).max(1);
            war.agenda.put(again, Deed::Play(self));
        }
    }
}

impl War {
    /// The first second: some log in, and everything else is set going.
    pub(super) fn open(&mut self) {
        for (front, &many) in FIRST_LOGINS.iter().enumerate() {
            for _ in 0..many {
                let at = self.dice.between(0, 1_000);
                self.arrive(front, at);
            }
        }
        for &(scene, first, _) in BEATS {
            self.agenda.put(first, Deed::Play(scene));
        }
    }
}
