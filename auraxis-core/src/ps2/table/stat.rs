//! Statistics per character, weapon and server, and leaderboards.

use super::special::SPECIAL_PAGED;
use crate::{
    census::Numbered,
    id::*,
    ps2::define::{collections, object},
    time::Timestamp,
};

collections! {
    const STAT;

    /// A statistic of a character and a class.
    CharactersStat = "characters_stat" {
        /// The character.
        character_id: CharacterId,
        /// The class.
        profile_id: Option<ProfileId>,
        /// When it was last saved.
        last_save: Option<Timestamp> = OrZero,
        /// `last_save` as text, in UTC.
        last_save_date: Option<Box<str>>,
        /// The name of the statistic, such as `kills`.
        stat_name: Box<str> = OrEmpty,
        /// Today.
        value_daily: Option<i64>,
        /// The total.
        value_forever: Option<i64>,
        /// This month.
        value_monthly: Option<i64>,
        /// The maximum in one life.
        value_one_life_max: Option<i64>,
        /// This week.
        value_weekly: Option<i64>,
    }

    /// A statistic of a character and a class, by enemy faction.
    CharactersStatByFaction = "characters_stat_by_faction" {
        /// The character.
        character_id: CharacterId,
        /// The name of the statistic, such as `kills`.
        stat_name: Box<str> = OrEmpty,
        /// The class.
        profile_id: ProfileId,
        /// In total, against the VS.
        value_forever_vs: Option<i64>,
        /// In total, against the NC.
        value_forever_nc: Option<i64>,
        /// In total, against the TR.
        value_forever_tr: Option<i64>,
        /// This month, against the VS.
        value_monthly_vs: Option<i64>,
        /// This month, against the NC.
        value_monthly_nc: Option<i64>,
        /// This month, against the TR.
        value_monthly_tr: Option<i64>,
        /// This week, against the VS.
        value_weekly_vs: Option<i64>,
        /// This week, against the NC.
        value_weekly_nc: Option<i64>,
        /// This week, against the TR.
        value_weekly_tr: Option<i64>,
        /// Today, against the VS.
        value_daily_vs: Option<i64>,
        /// Today, against the NC.
        value_daily_nc: Option<i64>,
        /// Today, against the TR.
        value_daily_tr: Option<i64>,
        /// The maximum in one life, against the VS.
        value_one_life_max_vs: Option<i64>,
        /// The maximum in one life, against the NC.
        value_one_life_max_nc: Option<i64>,
        /// The maximum in one life, against the TR.
        value_one_life_max_tr: Option<i64>,
        /// When it was last saved.
        last_save: Option<Timestamp> = OrZero,
        /// `last_save` as text, in UTC.
        last_save_date: Option<Box<str>>,
    }

    /// The history of a statistic of a character.
    CharactersStatHistory = "characters_stat_history" {
        /// The character.
        character_id: CharacterId,
        /// The name of the statistic, such as `kills`.
        stat_name: Box<str> = OrEmpty,
        /// The total.
        all_time: Option<i64>,
        /// The maximum in one life.
        one_life_max: Option<i64>,
        /// The last 31 days.
        day: Days,
        /// The last 12 months.
        month: Months,
        /// The last weeks.
        week: Weeks,
        /// When it was last saved.
        last_save: Option<Timestamp> = OrZero,
        /// `last_save` as text, in UTC.
        last_save_date: Option<Box<str>>,
    }

    /// A statistic of a character and a weapon.
    CharactersWeaponStat = "characters_weapon_stat" with [resolves(&["item", "vehicle"])] {
        /// The character.
        character_id: CharacterId,
        /// The name of the statistic, such as `kills`.
        stat_name: Box<str> = OrEmpty,
        /// The item.
        item_id: Option<ItemId> = OrZero,
        /// The vehicle.
        vehicle_id: Option<VehicleId> = OrZero,
        /// The value.
        value: Option<i64>,
        /// When it was last saved.
        last_save: Option<Timestamp> = OrZero,
        /// `last_save` as text, in UTC.
        last_save_date: Option<Box<str>>,
    }

    /// A statistic of a character and a weapon, by enemy faction.
    CharactersWeaponStatByFaction = "characters_weapon_stat_by_faction" with [resolves(&["item", "vehicle"])] {
        /// The character.
        character_id: CharacterId,
        /// The name of the statistic, such as `kills`.
        stat_name: Box<str> = OrEmpty,
        /// The item.
        item_id: Option<ItemId> = OrZero,
        /// The vehicle.
        vehicle_id: Option<VehicleId> = OrZero,
        /// The value, against the VS.
        value_vs: Option<i64>,
        /// The value, against the NC.
        value_nc: Option<i64>,
        /// The value, against the TR.
        value_tr: Option<i64>,
        /// When it was last saved.
        last_save: Option<Timestamp> = OrZero,
        /// `last_save` as text, in UTC.
        last_save_date: Option<Box<str>>,
    }

    /// The rank of a character on a leaderboard.
    CharactersLeaderboard = "characters_leaderboard" with [
        required_terms(&["name", "period", "character_id"]),
        extra_terms(&["name", "period", "world"]),
        commands(SPECIAL_PAGED),
        not_countable(),
        resolves(&["character", "character_name", "characters_stat_history", "world"])
    ] {
        /// The character.
        character_id: CharacterId,
        /// The rank, from 1.
        rank: u32,
        /// The value.
        value: i64,
    }

    /// A rank on a leaderboard.
    Leaderboard = "leaderboard" with [
        required_terms(&["name", "period"]),
        extra_terms(&["name", "period", "world"]),
        commands(SPECIAL_PAGED),
        not_countable(),
        resolves(&["character", "world", "character_name", "characters_stat_history"])
    ] {
        /// The character.
        character_id: CharacterId,
        /// The rank, from 1.
        rank: u32,
        /// The value.
        value: i64,
    }

    /// The history of a statistic of a server.
    WorldStatHistory = "world_stat_history" {
        /// The server.
        world_id: WorldId,
        /// The name of the statistic, such as `kills`.
        stat_name: Box<str> = OrEmpty,
        /// The number of the type.
        kind as "type": Option<Box<str>>,
        /// The name of the tracker.
        tracker_name: Option<Box<str>>,
        /// The faction, such as `nc`.
        faction: Option<Box<str>>,
        /// The total.
        all_time: Option<i64>,
        /// The last 31 days.
        day: Days,
        /// The last 12 months.
        month: Months,
        /// The last weeks.
        week: Weeks,
        /// When it was last saved.
        last_save: Option<Timestamp> = OrZero,
        /// `last_save` as text, in UTC.
        last_save_date: Option<Box<str>>,
    }
}

object! {
    /// One value for each of the last 31 days: `get(1)` is today.
    Days {
        /// The values, `d01` to `d31` on the wire.
        d: Numbered<i64, 31, 2>,
    }

    /// One value for each of the last 12 months: `get(1)` is this month.
    Months {
        /// The values, `m01` to `m12` on the wire.
        m: Numbered<i64, 12, 2>,
    }

    /// One value for each of the last 13 weeks: `get(1)` is this week.
    Weeks {
        /// The values, `w01` to `w13` on the wire.
        w: Numbered<i64, 13, 2>,
    }
}
