//! Factions, classes, armor, resistances and ranks.

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
        /// The name.
        name: Localized,
        /// The image set.
        image_set_id: Option<ImageSetId> = OrZero,
        /// The image.
        image_id: Option<ImageId> = OrZero,
        /// The path of the image, relative to the server's URL.
        image_path: Option<Box<str>>,
        /// The short name, such as `VS`.
        code_tag: Box<str> = OrEmpty,
        /// Whether players can choose it.
        user_selectable: Option<bool>,
    }

    /// A class of one faction.
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

    /// A class, in the older format, with name and image.
    ProfileV1 = "profile" by profile_id: ProfileId, cache(200, 60) is [Named] {
        /// The class.
        profile_id: ProfileId,
        /// The class, regardless of the faction.
        profile_type_id: ProfileTypeId,
        /// The name of the class.
        profile_type_description: Option<Box<str>>,
        /// The faction.
        faction_id: FactionId,
        /// The name.
        name: Localized,
        /// The description.
        description: Localized,
        /// The image set.
        image_set_id: Option<ImageSetId> = OrZero,
        /// The image.
        image_id: Option<ImageId> = OrZero,
        /// The path of the image, relative to the server's URL.
        image_path: Option<Box<str>>,
        /// The movement speed, in meters per second.
        movement_speed: Option<f64>,
        /// The speed multiplier for moving backwards.
        backpedal_speed_modifier: Option<f64>,
        /// The speed multiplier for sprinting.
        sprint_speed_modifier: Option<f64>,
        /// The speed multiplier for strafing.
        strafe_speed_modifier: Option<f64>,
        /// The speed multiplier for crouching.
        crouch_speed_modifier: Option<f64>,
    }

    /// A profile: a class, turret or vehicle. Armor and resistances depend on it.
    Profile = "profile_2" by profile_id: ProfileId, cache(200, 60) {
        /// The class.
        profile_id: ProfileId,
        /// The description.
        description: Box<str> = OrEmpty,
    }

    /// The armor of a profile.
    ProfileArmorMap = "profile_armor_map" {
        /// The class.
        profile_id: ProfileId,
        /// The armor.
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
        /// The description.
        description: Box<str> = OrEmpty,
    }

    /// The armor of one side of a vehicle.
    ArmourInfo = "armor_info" by armor_info_id: ArmorInfoId, cache(100, 60) {
        /// The armor.
        armor_info_id: ArmorInfoId,
        /// The side of the vehicle.
        armor_facing_id: ArmorFacingId,
        /// The armor, in points.
        armor_amount: Option<i32>,
        /// The damage reduction, in percent.
        armor_percent: Option<f64>,
        /// The description.
        description: Option<Box<str>>,
    }

    /// The resistance of something to a type of damage.
    ResistInfo = "resist_info" by resist_info_id: ResistInfoId, cache(100, 60) {
        /// The resistance.
        resist_info_id: ResistInfoId,
        /// The damage type, for resistances.
        resist_type_id: ResistTypeId,
        /// The description.
        description: Option<Box<str>>,
        /// The headshot multiplier.
        multiplier_when_headshot: Option<f64>,
        /// The damage reduction, in percent.
        resist_percent: Option<f64>,
    }

    /// A damage type, for resistances.
    ResistType = "resist_type" by resist_type_id: ResistTypeId, cache(100, 60) {
        /// The damage type, for resistances.
        resist_type_id: ResistTypeId,
        /// The description.
        description: Box<str> = OrEmpty,
    }

    /// A title that a character can wear before the name.
    Title = "title" by title_id: TitleId, cache(300, 300) is [Named] {
        /// The title.
        title_id: TitleId,
        /// The name.
        name: Localized,
    }

    /// A reason for gaining experience.
    Experience = "experience" by experience_id: ExperienceId, cache(100, 3600) {
        /// The experience.
        experience_id: ExperienceId,
        /// The description.
        description: Option<Box<str>>,
        /// The experience points.
        xp: Option<f64>,
        /// The award type.
        experience_award_type_id: Option<ExperienceAwardTypeId>,
    }

    /// A type of experience award.
    ExperienceAwardType = "experience_award_type" by experience_award_type_id: ExperienceAwardTypeId, cache(100, 3600) {
        /// The award type.
        experience_award_type_id: ExperienceAwardTypeId,
        /// The name.
        name: Option<Box<str>>,
        /// The description.
        description: Option<Box<str>>,
    }

    /// A battle rank, with its name in each faction.
    ExperienceRank = "experience_rank" {
        /// The rank.
        rank: u32,
        /// The maximum experience points of the rank.
        xp_max: Option<i32>,
        /// The rank of the Vanu Sovereignty.
        vs: FactionRank,
        /// The path of the image of `vs`, relative to the server's URL.
        vs_image_path: Option<Box<str>>,
        /// The rank of the New Conglomerate.
        nc: FactionRank,
        /// The path of the image of `nc`, relative to the server's URL.
        nc_image_path: Option<Box<str>>,
        /// The rank of the Terran Republic.
        tr: FactionRank,
        /// The path of the image of `tr`, relative to the server's URL.
        tr_image_path: Option<Box<str>>,
    }
}

object! {
    /// A battle rank of one faction.
    FactionRank {
        /// The name.
        title: Localized,
        /// The image set.
        image_set_id: Option<ImageSetId> = OrZero,
        /// The image.
        image_id: Option<ImageId> = OrZero,
        /// The path of the image, relative to the server's URL.
        image_path: Option<Box<str>>,
    }
}
