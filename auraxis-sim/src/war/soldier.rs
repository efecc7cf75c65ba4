//! One character.

use auraxis_core::{
    id::{CharacterId, FactionId, LoadoutId, WorldId, ZoneId},
    time::Timestamp,
};

/// A character and what it is doing now.
#[derive(Clone, Debug)]
pub(crate) struct Soldier {
    /// Its place in the roster.
    pub(crate) index: usize,
    pub(crate) id: CharacterId,
    pub(crate) name: String,
    pub(crate) world: WorldId,
    pub(crate) faction: FactionId,
    /// The empire it fights for; differs from the faction only for NS operatives.
    pub(crate) team: FactionId,
    pub(crate) rank: u32,
    pub(crate) prestige: u32,
    /// 0 is none.
    pub(crate) title: u32,
    /// Its outfit's place in the roster.
    pub(crate) outfit: Option<usize>,
    pub(crate) class: Class,
    pub(crate) zone: ZoneId,
    pub(crate) created: Timestamp,
    /// From which moment of the war REST knows it, in milliseconds.
    pub(crate) known_from: u64,
    pub(crate) presence: Presence,
    /// Up to which moment something about it is still to be told.
    pub(crate) busy_until: u64,
    /// Up to which moment it lies dead.
    pub(crate) down_until: u64,
    pub(crate) last_login: Timestamp,
    pub(crate) logins: u32,
    pub(crate) minutes: u32,
    pub(crate) friends: Vec<usize>,
}

/// Whether a character is in the game.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Offline,
    /// A login is on its way.
    Arriving,
    Online,
}

impl Soldier {
    pub(crate) fn is_online(&self) -> bool {
        self.presence == Presence::Online
    }

    /// Whether it can act at this moment.
    pub(crate) fn is_up(&self, now: u64) -> bool {
        self.down_until <= now
    }

    pub(crate) fn loadout(&self) -> LoadoutId {
        self.class.loadout(self.faction)
    }
}

/// What a character fights as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Infiltrator,
    LightAssault,
    Medic,
    Engineer,
    HeavyAssault,
    Max,
}

impl Class {
    /// How often each is played.
    pub(crate) const POPULARITY: &'static [(u64, Self)] = &[
        (14, Self::Infiltrator),
        (18, Self::LightAssault),
        (21, Self::Medic),
        (19, Self::Engineer),
        (24, Self::HeavyAssault),
        (4, Self::Max),
    ];

    /// The class as the faction plays it.
    pub(crate) fn loadout(self, faction: FactionId) -> LoadoutId {
        let loadouts = match faction {
            FactionId::VS => [15, 17, 18, 19, 20, 21],
            FactionId::NC => [1, 3, 4, 5, 6, 7],
            FactionId::TR => [8, 10, 11, 12, 13, 14],
            _ => [28, 29, 30, 31, 32, 45],
        };
        LoadoutId(loadouts[self as usize])
    }

    /// The id in the `profile` collection, which counts on from the loadout differently for each faction.
    pub(crate) fn profile(self, faction: FactionId) -> u32 {
        match (self.loadout(faction).0, faction) {
            (45, _) => 252,
            (id, FactionId::NC) => id + 1,
            (id, FactionId::TR | FactionId::VS) => id + 2,
            (id, _) => id + 162,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_those_of_the_loadout_collection() {
        let of = |class: Class, faction| (class.loadout(faction).0, class.profile(faction));
        assert_eq!(of(Class::Infiltrator, FactionId::NC), (1, 2));
        assert_eq!(of(Class::Max, FactionId::TR), (14, 16));
        assert_eq!(of(Class::Medic, FactionId::VS), (18, 20));
        assert_eq!(of(Class::HeavyAssault, FactionId::NSO), (32, 194));
        assert_eq!(of(Class::Max, FactionId::NSO), (45, 252));
    }
}
