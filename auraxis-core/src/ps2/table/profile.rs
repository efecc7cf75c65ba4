//! Factions, classes and ranks: what a character is.

use crate::{
    id::*,
    ps2::{
        Localized,
        define::{collections, object},
    },
};

collections! {
    const PROFILE;

    /// A faction.
    Faction = "faction" by faction_id: FactionId, cache(10, 0) is [Named] {
        /// The faction.
        faction_id: FactionId,
        /// Its name.
        name: Localized,
        /// The sizes in which the picture exists.
        image_set_id: Option<ImageSetId> = OrZero,
        /// Its picture.
        image_id: Option<ImageId> = OrZero,
        /// Where its picture is, below the address of the server.
        image_path: Option<Box<str>>,
        /// The short name, such as `VS`.
        code_tag: Box<str> = OrEmpty,
        /// Whether players can choose it.
        user_selectable: Option<bool>,
    }

    /// A class as one faction plays it.
    Loadout = "loadout" by loadout_id: LoadoutId, cache(20, 3600), fallback(Loadout::of_nso) {
        /// The loadout.
        loadout_id: LoadoutId,
        /// The class.
        profile_id: ProfileId,
        /// The faction.
        faction_id: FactionId,
        /// The name in the game's files.
        code_name: Option<Box<str>>,
    }

    /// A class, in the older form, with names and pictures.
    ProfileV1 = "profile" by profile_id: ProfileId, cache(200, 60) is [Named] {
        /// The class.
        profile_id: ProfileId,
        /// The class, whatever the faction.
        profile_type_id: ProfileTypeId,
        /// The name of the class.
        profile_type_description: Option<Box<str>>,
        /// The faction.
        faction_id: FactionId,
        /// Its name.
        name: Localized,
        /// What it is.
        description: Localized,
        /// The sizes in which the picture exists.
        image_set_id: Option<ImageSetId> = OrZero,
        /// Its picture.
        image_id: Option<ImageId> = OrZero,
        /// Where its picture is, below the address of the server.
        image_path: Option<Box<str>>,
        /// The speed, in metres per second.
        movement_speed: Option<f64>,
        /// A factor on the speed backwards.
        backpedal_speed_modifier: Option<f64>,
        /// A factor on the speed of sprinting.
        sprint_speed_modifier: Option<f64>,
        /// A factor on the speed sideways.
        strafe_speed_modifier: Option<f64>,
        /// A factor on the speed while crouching.
        crouch_speed_modifier: Option<f64>,
    }

    /// A class, turret or vehicle: what a hit does to it is decided here.
    Profile = "profile_2" by profile_id: ProfileId, cache(200, 60) {
        /// The class.
        profile_id: ProfileId,
        /// What it is.
        description: Box<str> = OrEmpty,
    }

    /// The armour of a profile.
    ProfileArmorMap = "profile_armor_map" {
        /// The class.
        profile_id: ProfileId,
        /// The armour.
        armor_info_id: ArmorInfoId,
        /// The rank.
        rank: Option<u32>,
    }

    /// A resistance of a profile.
    ProfileResistMap = "profile_resist_map" {
        /// The class.
        profile_id: ProfileId,
        /// The resistance.
        resist_info_id: ResistInfoId,
        /// The rank.
        rank: Option<u32>,
    }

    /// A side of a vehicle.
    ArmourFacing = "armor_facing" by armor_facing_id: ArmorFacingId, cache(10, 3600) {
        /// The side of the vehicle.
        armor_facing_id: ArmorFacingId,
        /// What it is.
        description: Box<str> = OrEmpty,
    }

    /// How one side of a vehicle is armoured.
    ArmourInfo = "armor_info" by armor_info_id: ArmorInfoId, cache(100, 60) {
        /// The armour.
        armor_info_id: ArmorInfoId,
        /// The side of the vehicle.
        armor_facing_id: ArmorFacingId,
        /// The armour, in points.
        armor_amount: Option<i32>,
        /// The share of damage that is kept off, in percent.
        armor_percent: Option<f64>,
        /// What it is.
        description: Option<Box<str>>,
    }

    /// How well something resists a kind of damage.
    ResistInfo = "resist_info" by resist_info_id: ResistInfoId, cache(100, 60) {
        /// The resistance.
        resist_info_id: ResistInfoId,
        /// The kind of damage, as resistances see it.
        resist_type_id: ResistTypeId,
        /// What it is.
        description: Option<Box<str>>,
        /// A factor on headshots.
        multiplier_when_headshot: Option<f64>,
        /// The share of damage that is kept off, in percent.
        resist_percent: Option<f64>,
    }

    /// A kind of damage, as resistances see it.
    ResistType = "resist_type" by resist_type_id: ResistTypeId, cache(100, 60) {
        /// The kind of damage, as resistances see it.
        resist_type_id: ResistTypeId,
        /// What it is.
        description: Box<str> = OrEmpty,
    }

    /// A title that a character may wear before the name.
    Title = "title" by title_id: TitleId, cache(300, 300) is [Named] {
        /// The title before its name.
        title_id: TitleId,
        /// Its name.
        name: Localized,
    }

    /// What experience is gained for.
    Experience = "experience" by experience_id: ExperienceId, cache(100, 3600) {
        /// The experience.
        experience_id: ExperienceId,
        /// What it is.
        description: Option<Box<str>>,
        /// The experience points.
        xp: Option<f64>,
        /// The kind of award.
        experience_award_type_id: Option<ExperienceAwardTypeId>,
    }

    /// A kind of award of experience.
    ExperienceAwardType = "experience_award_type" by experience_award_type_id: ExperienceAwardTypeId, cache(100, 3600) {
        /// The kind of award.
        experience_award_type_id: ExperienceAwardTypeId,
        /// Its name.
        name: Option<Box<str>>,
        /// What it is.
        description: Option<Box<str>>,
    }

    /// A battle rank, as each faction calls it.
    ExperienceRank = "experience_rank" {
        /// The rank.
        rank: u32,
        /// The experience points at which the rank ends.
        xp_max: Option<i32>,
        /// The rank of the Vanu Sovereignty.
        vs: FactionRank,
        /// Where the picture of `vs` is, below the address of the server.
        vs_image_path: Option<Box<str>>,
        /// The rank of the New Conglomerate.
        nc: FactionRank,
        /// Where the picture of `nc` is, below the address of the server.
        nc_image_path: Option<Box<str>>,
        /// The rank of the Terran Republic.
        tr: FactionRank,
        /// Where the picture of `tr` is, below the address of the server.
        tr_image_path: Option<Box<str>>,
    }
}

object! {
    /// A rank as one faction calls it.
    FactionRank {
        /// What it is called.
        title: Localized,
        /// The sizes in which the picture exists.
        image_set_id: Option<ImageSetId> = OrZero,
        /// Its picture.
        image_id: Option<ImageId> = OrZero,
        /// Where its picture is, below the address of the server.
        image_path: Option<Box<str>>,
    }
}
