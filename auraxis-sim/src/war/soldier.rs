//! Characters and their classes.

use auraxis_core::{
    id::{CharacterId, FactionId, LoadoutId, WorldId, ZoneId},
    time::Timestamp,
};

/// A character and its current state.
#[derive(Clone, Debug)]
pub(crate) struct Soldier {
    /// Its index in the roster.
    pub(crate) index: usize,
    pub(crate) id: CharacterId,
    pub(crate) name: String,
    pub(crate) world: WorldId,
    pub(crate) faction: FactionId,
    /// The empire it fights for. Differs from the faction only for NS operatives.
    pub(crate) team: FactionId,
    pub(crate) rank: u32,
    pub(crate) prestige: u32,
    /// 0 for no title.
    pub(crate) title: u32,
    /// The index of its outfit in the roster.
    pub(crate) outfit: Option<usize>,
    pub(crate) class: Class,
    pub(crate) zone: ZoneId,
    pub(crate) created: Timestamp,
    /// When it becomes visible in REST, in milliseconds of the war.
    pub(crate) visible_from: u64,
    pub(crate) presence: Presence,
    /// When its last scheduled event is due.
    pub(crate) busy_until: u64,
    /// Until when it is dead.
    pub(crate) dead_until: u64,
    pub(crate) last_login: Timestamp,
    pub(crate) logins: u32,
    pub(crate) minutes: u32,
    pub(crate) friends: Vec<usize>,
}

/// Whether a character is online.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Offline,
    /// A login is scheduled.
    LoggingIn,
    Online,
}

impl Soldier {
    pub(crate) fn is_online(&self) -> bool {
        self.presence == Presence::Online
    }

    /// Returns whether it is alive at this moment.
    pub(crate) fn is_alive(&self, now: u64) -> bool {
        self.dead_until <= now
    }

    pub(crate) fn loadout(&self) -> LoadoutId {
        self.class.loadout(self.faction)
    }
}

/// The class of a character.
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
    /// All classes, with their weights.
    pub(crate) const POPULARITY: &'static [(u64, Self)] = &[
        (14, Self::Infiltrator),
        (18, Self::LightAssault),
        (21, Self::Medic),
        (19, Self::Engineer),
        (24, Self::HeavyAssault),
        (4, Self::Max),
    ];

    /// Returns the loadout of this class for a faction.
    pub(crate) fn loadout(self, faction: FactionId) -> LoadoutId {
        let loadouts = match faction {
            FactionId::VS => [15, 17, 18, 19, 20, 21],
            FactionId::NC => [1, 3, 4, 5, 6, 7],
            FactionId::TR => [8, 10, 11, 12, 13, 14],
            _ => [28, 29, 30, 31, 32, 45],
        };
        LoadoutId(loadouts[self as usize])
    }

    /// Returns the id in the `profile` collection. Its offset from the loadout id depends on the faction.
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
