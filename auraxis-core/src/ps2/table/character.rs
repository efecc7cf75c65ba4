//! Characters and the data stored for each.

use super::{
    parts::*,
    special::{SPECIAL, SPECIAL_LIMIT, SPECIAL_PAGED},
};
use crate::{id::*, ps2::define::collections, time::Timestamp};

collections! {
    const CHARACTER;

    /// A player's character.
    Character = "character" by character_id: CharacterId, cache(256, 30) with [
        resolves(&[
            "item", "item_full", "profile", "faction", "stat", "stat_by_faction", "weapon_stat",
            "weapon_stat_by_faction", "stat_history", "online_status", "friends", "world", "outfit", "outfit_member",
            "outfit_member_extended", "currency",
        ])
    ] {
        /// The character.
        character_id: CharacterId,
        /// The name.
        name: Name,
        /// The faction.
        faction_id: Option<FactionId>,
        /// The battle rank.
        battle_rank: BattleRank,
        /// How many times it was promoted (A.S.P.).
        prestige_level: Option<u32>,
        /// The head model.
        head_id: Option<u32>,
        /// The title.
        title_id: Option<TitleId> = OrZero,
        /// Creation, last save, logins and play time.
        times: Times,
        /// Certification points.
        certs: Certs,
        /// The class.
        profile_id: Option<ProfileId>,
        /// The bonus for ribbons earned today.
        daily_ribbon: DailyRibbon,
    }

    /// The name of a character, without its other data.
    CharacterName = "character_name" by character_id: CharacterId, cache(256, 30) {
        /// The character.
        character_id: CharacterId,
        /// The name.
        name: Name,
    }

    /// A character with all its data.
    ///
    /// Statistics are in the extra field `stats`. Read them with [`joined_list`](crate::census::Row::joined_list), for
    /// example `stats.stat`.
    SingleCharacterById = "single_character_by_id" with [
        required_terms(&["character_id"]),
        commands(SPECIAL),
        not_countable(),
        resolves(&["online_status", "friends", "world", "outfit", "item", "profile", "faction"])
    ] {
        /// The character.
        character_id: CharacterId,
        /// The faction.
        faction_id: Option<FactionId>,
        /// The head model.
        head_id: Option<u32>,
        /// The class.
        profile_id: Option<ProfileId>,
        /// The title.
        title_id: Option<TitleId> = OrZero,
        /// The battle rank.
        battle_rank: BattleRank,
        /// Certification points.
        certs: Certs,
        /// The currencies it owns.
        currency: CurrencyAmount,
        /// The bonus for ribbons earned today.
        daily_ribbon: DailyRibbon,
        /// The items it owns.
        items: Vec<OwnedItem> = OneOrMany,
        /// The name.
        name: Name,
        /// How many times it was promoted (A.S.P.).
        prestige_level: Option<u32>,
        /// Creation, last save, logins and play time.
        times: Times,
    }

    /// An achievement of a character.
    CharactersAchievement = "characters_achievement" {
        /// The character.
        character_id: CharacterId,
        /// The ribbon, medal or mission.
        achievement_id: AchievementId,
        /// How often it was earned.
        earned_count: Option<i64>,
        /// When it was started.
        start: Option<Timestamp> = OrZero,
        /// `start` as text, in UTC.
        start_date: Option<Box<str>>,
        /// When it was completed.
        finish: Option<Timestamp> = OrZero,
        /// `finish` as text, in UTC.
        finish_date: Option<Box<str>>,
        /// When it was last saved.
        last_save: Option<Timestamp> = OrZero,
        /// `last_save` as text, in UTC.
        last_save_date: Option<Box<str>>,
    }

    /// The currencies of a character.
    CharactersCurrency = "characters_currency" {
        /// The character.
        character_id: CharacterId,
        /// The currency.
        currency_id: CurrencyId,
        /// The name of the currency.
        currency_name: Option<Box<str>>,
        /// The quantity.
        quantity: Option<i32>,
        /// The number of A.S.P. tokens.
        prestige_currency: Option<i32>,
    }

    /// The progress of a character in a directive.
    CharactersDirective = "characters_directive" {
        /// The character.
        character_id: CharacterId,
        /// The directive.
        directive_id: DirectiveId,
        /// The directive tree.
        directive_tree_id: DirectiveTreeId,
        /// When it was completed.
        completion_time: Option<Timestamp> = OrZero,
        /// `completion_time` as text, in UTC.
        completion_time_date: Option<Box<str>>,
    }

    /// The progress of a character in an objective of a directive.
    CharactersDirectiveObjective = "characters_directive_objective" {
        /// The character.
        character_id: CharacterId,
        /// The directive.
        directive_id: DirectiveId,
        /// The objective.
        objective_id: ObjectiveId,
        /// The objective group.
        objective_group_id: ObjectiveGroupId,
        /// Whether it is completed.
        status: Option<bool>,
        /// The progress, in the objective's unit.
        state_data: Option<i32>,
    }

    /// The progress of a character in a directive tier.
    CharactersDirectiveTier = "characters_directive_tier" {
        /// The character.
        character_id: CharacterId,
        /// The directive tree.
        directive_tree_id: DirectiveTreeId,
        /// The tier; only unique together with the tree.
        directive_tier_id: DirectiveTierId,
        /// When it was completed.
        completion_time: Option<Timestamp> = OrZero,
        /// `completion_time` as text, in UTC.
        completion_time_date: Option<Box<str>>,
    }

    /// The progress of a character in a directive tree.
    CharactersDirectiveTree = "characters_directive_tree" {
        /// The character.
        character_id: CharacterId,
        /// The current tier.
        current_directive_tier_id: Option<DirectiveTierId>,
        /// The directive tree.
        directive_tree_id: DirectiveTreeId,
        /// When it was completed.
        completion_time: Option<Timestamp> = OrZero,
        /// `completion_time` as text, in UTC.
        completion_time_date: Option<Box<str>>,
        /// The current level.
        current_level: Option<i32>,
    }

    /// An event of a character.
    ///
    /// Which fields are present depends on `event_type`.
    CharactersEvent = "characters_event" with [
        required_terms(&["character_id"]),
        extra_terms(&["type", "before", "after"]),
        commands(SPECIAL_LIMIT),
        not_countable(),
        resolves(&[
            "character", "character_name", "characters_stat_history", "attacker", "attacker_name",
            "attackers_stat_history",
        ])
    ] {
        /// The ribbon, medal or mission.
        achievement_id: Option<AchievementId>,
        /// The attacker.
        attacker_character_id: Option<CharacterId> = OrZero,
        /// The attacker's fire mode.
        attacker_fire_mode_id: Option<FireModeId> = OrZero,
        /// The attacker's loadout.
        attacker_loadout_id: Option<LoadoutId>,
        /// The attacker's vehicle.
        attacker_vehicle_id: Option<VehicleId> = OrZero,
        /// The attacker's weapon, by item id.
        attacker_weapon_id: Option<ItemId> = OrZero,
        /// The character.
        character_id: Option<CharacterId> = OrZero,
        /// The character's loadout.
        character_loadout_id: Option<LoadoutId>,
        /// The base.
        facility_id: Option<FacilityId> = OrZero,
        /// The faction.
        faction_id: Option<FactionId>,
        /// The item.
        item_id: Option<ItemId> = OrZero,
        /// The outfit.
        outfit_id: Option<OutfitId> = OrZero,
        /// The projectile.
        projectile_id: Option<ProjectileId>,
        /// The vehicle that was destroyed.
        vehicle_definition_id: Option<VehicleId> = OrZero,
        /// The server.
        world_id: WorldId,
        /// The continent.
        zone_id: Option<ZoneId> = OrZero,
        /// The attacker's id on the game servers.
        attacker_player_guid: Option<EntityId> = OrZero,
        /// The new battle rank.
        battle_rank: Option<u32>,
        /// The source of the item.
        context: Option<Box<str>>,
        /// The kind of event, such as `Death`.
        event_type: Box<str> = OrEmpty,
        /// Whether the hit was critical.
        is_critical: Option<bool>,
        /// Whether it was a headshot.
        is_headshot: Option<bool>,
        /// The number of items.
        item_count: Option<u32>,
        /// The database table, such as `deaths`.
        table_type: Option<Box<str>>,
        /// When it happened.
        timestamp: Option<Timestamp> = OrZero,
    }

    /// The number of kills or deaths between two characters.
    CharactersEventGrouped = "characters_event_grouped" with [
        required_terms(&["character_id"]),
        extra_terms(&["type"]),
        commands(SPECIAL_PAGED),
        not_countable(),
        resolves(&["character", "character_name", "characters_stat_history"])
    ] {
        /// The character.
        character_id: CharacterId,
        /// The number of times.
        count: Option<i32>,
        /// The database table, such as `deaths`.
        table_type: Box<str> = OrEmpty,
    }

    /// The friends of a character.
    CharactersFriend = "characters_friend" by character_id: CharacterId, cache(256, 30) with [
        required_terms(&["character_id"]),
        commands(SPECIAL),
        not_countable(),
        resolves(&["character", "character_name", "world"])
    ] {
        /// The character.
        character_id: CharacterId,
        /// The name.
        name: Option<Box<str>>,
        /// The friends.
        friend_list: Vec<Friend> = OneOrMany,
    }

    /// An item of a character.
    CharactersItem = "characters_item" with [required_terms(&["character_id"]), commands(SPECIAL)] {
        /// The character.
        character_id: CharacterId,
        /// The item.
        item_id: ItemId,
    }

    /// Whether a character is online.
    CharactersOnlineStatus = "characters_online_status" by character_id: CharacterId, cache(0, 1) with [
        required_terms(&["character_id"]),
        commands(SPECIAL),
        not_countable()
    ] {
        /// The character.
        character_id: CharacterId,
        /// 0 if offline, otherwise the world: see [`online_on`](Self::online_on). `None` if the server did not know.
        online_status: Option<u32>,
    }

    /// A certification of a character.
    CharactersSkill = "characters_skill" {
        /// The character.
        character_id: CharacterId,
        /// The certification.
        skill_id: SkillId,
        /// When it was last saved.
        last_save: Option<Timestamp> = OrZero,
        /// `last_save` as text, in UTC.
        last_save_date: Option<Box<str>>,
    }

    /// The server that a character plays on.
    CharactersWorld = "characters_world" by character_id: CharacterId, cache(256, 300) with [
        required_terms(&["character_id"]),
        commands(SPECIAL),
        not_countable()
    ] {
        /// The character.
        character_id: CharacterId,
        /// The server.
        world_id: WorldId,
    }
}
