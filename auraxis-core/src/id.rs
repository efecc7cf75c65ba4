//! The id types.
//!
//! On the wire every id is a string of digits, in REST sometimes a number; both are accepted. The sets are open: the
//! constants are the ids known when this version was released, and any other id is a valid value.
//! [`Display`](std::fmt::Display) writes the number; `name()` returns the name of a known id.

use std::{fmt, hash::Hash, marker::PhantomData, num::ParseIntError, str::FromStr};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Unexpected, Visitor},
};

use crate::census::ToValue;

/// An id type.
pub trait Id: Copy + fmt::Debug + fmt::Display + FromStr + Ord + Hash + ToValue + Send + Sync + 'static {}

/// Defines id types: a newtype with documentation, and its known constants and names.
macro_rules! ids {
    ($(
        $(#[$doc:meta])*
        $name:ident($number:ty) $({ $($constant:ident = $value:literal $text:literal,)* })?
    )*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $number);

        $(impl $name {
            $(
                #[doc = concat!($text, ", ", stringify!($value), ".")]
                pub const $constant: Self = Self($value);
            )*

            /// The constants above, in order of declaration.
            pub const KNOWN: &'static [Self] = &[$(Self::$constant),*];

            /// Returns the name that players use, or `None` if it is not known to this version.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self {
                    $(Self::$constant => Some($text),)*
                    _ => None,
                }
            }
        })?

        impl Id for $name {}

        impl ToValue for $name {
            fn to_value(&self) -> String {
                self.to_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$number> for $name {
            fn from(number: $number) -> Self {
                Self(number)
            }
        }

        impl FromStr for $name {
            type Err = ParseIntError;

            #[inline]
            fn from_str(digits: &str) -> Result<Self, ParseIntError> {
                digits.parse().map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(Digits::<$number>(PhantomData)).map(Self)
            }
        }
    )*};
}

/// Reads an integer from a string of digits or a number.
struct Digits<T>(PhantomData<T>);

impl<T: FromStr + TryFrom<u64>> Visitor<'_> for Digits<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id as a string or a number")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        T::try_from(number).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }
}

ids! {
    /// A player's character. Odd; 18 or 19 digits.
    CharacterId(u64)

    /// An outfit, the game's word for a guild.
    OutfitId(u64)

    /// The character or object that experience was earned on.
    EntityId(u64)

    /// A game server.
    ///
    /// Names are those in use since the server merges of 2024 and 2025: Osprey was Connery, Wainwright was Miller.
    WorldId(u32) {
        OSPREY = 1 "Osprey",
        WAINWRIGHT = 10 "Wainwright",
        COBALT = 13 "Cobalt",
        EMERALD = 17 "Emerald",
        JAEGER = 19 "Jaeger",
        APEX = 24 "Apex",
        BRIGGS = 25 "Briggs",
        SOLTECH = 40 "SolTech",
        TEST = 101 "Public Test Server",
        GENUDINE = 1000 "Genudine",
        PALOS = 1001 "Palos",
        CRUX = 1002 "Crux",
        SEARHUS = 1003 "Searhus",
        XELAS = 1004 "Xelas",
        CERES = 2000 "Ceres",
        LITHCORP = 2001 "Lithcorp",
        RASHNU = 2002 "Rashnu",
    }

    /// A continent, or an instance of a map.
    ///
    /// The low 16 bits are the map ([`definition`](Self::definition)), the high 16 bits the number of the instance
    /// ([`instance`](Self::instance), 0 for permanent continents). Instance numbers restart with the server and repeat
    /// across worlds.
    ZoneId(u32) {
        INDAR = 2 "Indar",
        HOSSIN = 4 "Hossin",
        AMERISH = 6 "Amerish",
        ESAMIR = 8 "Esamir",
        NEXUS = 10 "Nexus",
        KOLTYR = 14 "Koltyr",
        VR_TUTORIAL = 95 "VR tutorial",
        VR_TRAINING_NC = 96 "VR training (NC)",
        VR_TRAINING_TR = 97 "VR training (TR)",
        VR_TRAINING_VS = 98 "VR training (VS)",
        OSHUR = 344 "Oshur",
        DESOLATION = 361 "Desolation",
        SANCTUARY = 362 "Sanctuary",
        TUTORIAL = 364 "Tutorial",
    }

    /// A faction, or the side that a character fights for.
    FactionId(u32) {
        NONE = 0 "None",
        VS = 1 "Vanu Sovereignty",
        NC = 2 "New Conglomerate",
        TR = 3 "Terran Republic",
        NSO = 4 "NS Operatives",
    }

    /// A class of one faction.
    LoadoutId(u32) {
        NC_INFILTRATOR = 1 "Infiltrator",
        NC_LIGHT_ASSAULT = 3 "Light Assault",
        NC_MEDIC = 4 "Medic",
        NC_ENGINEER = 5 "Engineer",
        NC_HEAVY_ASSAULT = 6 "Heavy Assault",
        NC_MAX = 7 "MAX",
        TR_INFILTRATOR = 8 "Infiltrator",
        TR_LIGHT_ASSAULT = 10 "Light Assault",
        TR_MEDIC = 11 "Medic",
        TR_ENGINEER = 12 "Engineer",
        TR_HEAVY_ASSAULT = 13 "Heavy Assault",
        TR_MAX = 14 "MAX",
        VS_INFILTRATOR = 15 "Infiltrator",
        VS_LIGHT_ASSAULT = 17 "Light Assault",
        VS_MEDIC = 18 "Medic",
        VS_ENGINEER = 19 "Engineer",
        VS_HEAVY_ASSAULT = 20 "Heavy Assault",
        VS_MAX = 21 "MAX",
        NSO_INFILTRATOR = 28 "Infiltrator",
        NSO_LIGHT_ASSAULT = 29 "Light Assault",
        NSO_MEDIC = 30 "Medic",
        NSO_ENGINEER = 31 "Engineer",
        NSO_HEAVY_ASSAULT = 32 "Heavy Assault",
        NSO_MAX = 45 "MAX",
    }

    /// A vehicle, turret or deployable.
    VehicleId(u32) {
        FLASH = 1 "Flash",
        SUNDERER = 2 "Sunderer",
        LIGHTNING = 3 "Lightning",
        MAGRIDER = 4 "Magrider",
        VANGUARD = 5 "Vanguard",
        PROWLER = 6 "Prowler",
        SCYTHE = 7 "Scythe",
        REAVER = 8 "Reaver",
        MOSQUITO = 9 "Mosquito",
        LIBERATOR = 10 "Liberator",
        GALAXY = 11 "Galaxy",
        HARASSER = 12 "Harasser",
        DROP_POD = 13 "Drop Pod",
        VALKYRIE = 14 "Valkyrie",
        ANT = 15 "ANT",
        SPITFIRE = 103 "Spitfire Auto-Turret",
        COLOSSUS = 2007 "Colossus",
        BASTION = 2019 "Bastion Fleet Carrier",
        JAVELIN = 2033 "Javelin",
        DERVISH = 2136 "Dervish",
        CHIMERA = 2137 "Chimera",
        CORSAIR = 2142 "Corsair",
    }

    /// The reason for gained experience.
    ExperienceId(u32) {
        KILL = 1 "Kill",
        KILL_ASSIST = 2 "Kill Assist",
        HEAL = 4 "Heal",
        HEAL_ASSIST = 5 "Heal Assist",
        MAX_REPAIR = 6 "MAX Repair",
        REVIVE = 7 "Revive",
        KILL_STREAK = 8 "Kill Streak",
        DOMINATION = 10 "Domination",
        REVENGE = 11 "Revenge",
        POINT_DEFEND = 15 "Control Point Defend",
        POINT_ATTACK = 16 "Control Point Attack",
        ROAD_KILL = 26 "Road Kill",
        MAX_KILL = 29 "MAX Kill",
        RESUPPLY = 34 "Resupply",
        HEADSHOT = 37 "Headshot",
        SQUAD_HEAL = 51 "Squad Heal",
        SQUAD_REVIVE = 53 "Squad Revive",
        SQUAD_RESUPPLY = 55 "Squad Resupply",
        SQUAD_SPAWN = 56 "Squad Spawn",
        SQUAD_MAX_REPAIR = 142 "Squad MAX Repair",
        GALAXY_SPAWN_BONUS = 201 "Galaxy Spawn Bonus",
        SUNDERER_SPAWN_BONUS = 233 "Sunderer Spawn Bonus",
        CONVERT_CAPTURE_POINT = 272 "Convert Capture Point",
        PRIORITY_KILL = 278 "Priority Kill",
        HIGH_PRIORITY_KILL = 279 "High Priority Kill",
        ROUTER_KILL = 1409 "Router Kill",
    }

    /// The type of an alert: a row of the `metagame_event` collection.
    MetagameEventId(u32)

    /// The state of an alert.
    MetagameEventState(u32) {
        STARTED = 135 "started",
        RESTARTED = 136 "restarted",
        CANCELED = 137 "canceled",
        ENDED = 138 "ended",
        XP_BONUS_CHANGED = 139 "xp bonus changed",
    }

    /// One alert of a world. Only unique together with the [`WorldId`], and only until the server restarts.
    MetagameInstanceId(u32)

    /// A ribbon, medal or mission.
    AchievementId(u32)

    /// A base or outpost. Some ids in events are missing from every collection.
    FacilityId(u32)

    /// The fire mode of a weapon.
    FireModeId(u32)

    /// A fish of Oshur.
    FishId(u32)

    /// An item. Events identify weapons by item id, never by weapon id.
    ItemId(u32)

    /// A certification or other skill.
    SkillId(u32)

    /// A title that a character can wear before the name.
    TitleId(u32)

    /// An ability: the effect of using an item or implant.
    AbilityId(u32)

    /// A type of ability.
    AbilityTypeId(u32)

    /// A side of a vehicle.
    ArmorFacingId(u32) {
        FRONT = 0 "Front",
        RIGHT = 1 "Right",
        TOP = 2 "Top",
        REAR = 3 "Rear",
        LEFT = 4 "Left",
        BOTTOM = 5 "Bottom",
        ALL = 6 "All",
    }

    /// The armor of one side of a vehicle.
    ArmorInfoId(u32)

    /// An attachment of a weapon group.
    AttachmentId(u32)

    /// A currency.
    CurrencyId(u32)

    /// A directive.
    DirectiveId(u32)

    /// A directive tier. Only unique together with its tree.
    DirectiveTierId(u32)

    /// A directive tree.
    DirectiveTreeId(u32)

    /// A category of directive trees.
    DirectiveTreeCategoryId(u32)

    /// An effect of a hit, an ability or a resource.
    EffectId(u32)

    /// A type of effect.
    EffectTypeId(u32)

    /// A type of experience award.
    ExperienceAwardTypeId(u32)

    /// A facility type.
    FacilityTypeId(u32)

    /// A fire group: the fire modes of a weapon.
    FireGroupId(u32)

    /// The type of a fire mode.
    FireModeTypeId(u32) {
        PROJECTILE = 0 "Projectile",
        MELEE = 3 "Melee",
        ITEM_ABILITY = 8 "Trigger Item Ability",
        THROWN = 12 "Thrown",
    }

    /// An image.
    ImageId(u32)

    /// An image in several sizes.
    ImageSetId(u32)

    /// An item category.
    ItemCategoryId(u32)

    /// An item type.
    ItemTypeId(u32)

    /// A map region.
    MapRegionId(u32)

    /// A bundle on sale in the in-game store.
    MarketingBundleId(u32)

    /// An objective of a directive or an achievement.
    ObjectiveId(u32)

    /// An objective group.
    ObjectiveGroupId(u32)

    /// An objective set: several objective groups.
    ObjectiveSetId(u32)

    /// An objective type.
    ObjectiveTypeId(u32)

    /// A player state, such as crouching.
    PlayerStateId(u32)

    /// The cone of fire of a weapon in each player state.
    PlayerStateGroupId(u32)

    /// A profile: a class, turret or vehicle.
    ProfileId(u32)

    /// A class, regardless of the faction.
    ProfileTypeId(u32)

    /// The projectile of a weapon.
    ProjectileId(u32)

    /// The flight type of a projectile.
    ProjectileFlightTypeId(u32) {
        BALLISTIC = 1 "Ballistic",
        TRUE_BALLISTIC = 3 "True Ballistic",
        DYNAMIC = 9 "Dynamic",
        PROXIMITY = 10 "Proximity Detonate",
    }

    /// A region, as numbered by the `region` collection.
    RegionId(u32)

    /// The resistance of something to a type of damage.
    ResistInfoId(u32)

    /// A damage type that resistances apply to.
    ResistTypeId(u32)

    /// A resource that abilities consume.
    ResourceTypeId(u32)

    /// A reward.
    RewardId(u32)

    /// A reward group.
    RewardGroupId(u32)

    /// A reward set: several reward groups.
    RewardSetId(u32)

    /// A reward type.
    RewardTypeId(u32)

    /// A certification category.
    SkillCategoryId(u32)

    /// A certification line.
    SkillLineId(u32)

    /// A certification set.
    SkillSetId(u32)

    /// The targets that effects apply to.
    TargetTypeId(u32) {
        SELF = 1 "Self",
        ANY = 2 "Any",
        ENEMY = 3 "Enemy",
        ALLY = 4 "Ally",
    }

    /// A weapon. Events identify weapons by their [`ItemId`].
    WeaponId(u32)

    /// A group of weapons that accept the same attachments.
    WeaponGroupId(u32)

    /// An effect in parts of a continent.
    ZoneEffectId(u32)

    /// A zone effect type.
    ZoneEffectTypeId(u32)
}

impl ZoneId {
    /// Returns the map, without the instance number.
    #[must_use]
    pub const fn definition(self) -> Self {
        Self(self.0 & 0xFFFF)
    }

    /// Returns the number of the instance; 0 for permanent continents.
    #[must_use]
    pub const fn instance(self) -> u16 {
        (self.0 >> 16) as u16
    }
}

impl EntityId {
    /// Returns the character, or `None` if this is not one: characters have odd ids, everything else even ones.
    #[must_use]
    pub const fn character(self) -> Option<CharacterId> {
        if self.0 % 2 == 1 { Some(CharacterId(self.0)) } else { None }
    }
}

impl From<CharacterId> for EntityId {
    fn from(id: CharacterId) -> Self {
        Self(id.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_from_digits_and_from_numbers_and_written_as_digits() {
        let expected = CharacterId(5_428_010_618_015_189_713);
        for json in ["\"5428010618015189713\"", "5428010618015189713"] {
            assert_eq!(serde_json::from_str::<CharacterId>(json).unwrap(), expected);
        }
        assert_eq!(serde_json::to_string(&expected).unwrap(), "\"5428010618015189713\"");
    }

    #[test]
    fn an_invalid_id_is_rejected_and_the_error_contains_its_text() {
        for (json, found) in [("\"-1\"", "-1"), ("\"\"", ""), ("1.5", "1.5"), ("\"4294967296\"", "4294967296")] {
            let error = serde_json::from_str::<ItemId>(json).unwrap_err().to_string();
            assert!(error.contains(found) && error.contains("as a string or a number"), "{error}");
        }
    }

    #[test]
    fn a_zone_id_holds_a_map_and_an_instance() {
        assert_eq!(ZoneId(131_434).definition(), ZoneId::SANCTUARY);
        assert_eq!(ZoneId(131_434).instance(), 2);
        assert_eq!(ZoneId(103_088_492).instance(), 1573);
        assert_eq!((ZoneId::INDAR.definition(), ZoneId::INDAR.instance()), (ZoneId::INDAR, 0));
    }

    #[test]
    fn known_ids_have_names() {
        assert_eq!(WorldId::SOLTECH.name(), Some("SolTech"));
        assert_eq!(WorldId(77).name(), None);
        assert_eq!(WorldId::KNOWN.len(), 17);
    }

    #[test]
    fn odd_entities_are_characters() {
        assert_eq!(EntityId(5_429_585_904_317_827_633).character(), Some(CharacterId(5_429_585_904_317_827_633)));
        assert_eq!(EntityId(34_360_508_066).character(), None);
    }
}
