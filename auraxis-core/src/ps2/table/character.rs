//! Characters and what is kept of each.

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
        /// Its name.
        name: Name,
        /// The faction.
        faction_id: Option<FactionId>,
        /// The battle rank.
        battle_rank: BattleRank,
        /// How often it has been raised anew with A.S.P.
        prestige_level: Option<u32>,
        /// Which of the heads it wears.
        head_id: Option<u32>,
        /// The title before its name.
        title_id: Option<TitleId> = OrZero,
        /// When it was made, saved and played.
        times: Times,
        /// Certification points.
        certs: Certs,
        /// The class.
        profile_id: Option<ProfileId>,
        /// The bonus for ribbons earned today.
        daily_ribbon: DailyRibbon,
    }

    /// The name of a character, and nothing else of it.
    CharacterName = "character_name" by character_id: CharacterId, cache(256, 30) {
        /// The character.
        character_id: CharacterId,
        /// Its name.
        name: Name,
    }

    /// A character with everything that is known of it.
    ///
    /// What was counted stands under `stats`: [`joined_list`](crate::census::Row::joined_list) reads `stats.stat` and
    /// the like.
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
        /// Which of the heads it wears.
        head_id: Option<u32>,
        /// The class.
        profile_id: Option<ProfileId>,
        /// The title before its name.
        title_id: Option<TitleId> = OrZero,
        /// The battle rank.
        battle_rank: BattleRank,
        /// Certification points.
        certs: Certs,
        /// The currencies that it has.
        currency: CurrencyAmount,
        /// The bonus for ribbons earned today.
        daily_ribbon: DailyRibbon,
        /// The items that it has.
        items: Vec<OwnedItem> = OneOrMany,
        /// Its name.
        name: Name,
        /// How often it has been raised anew with A.S.P.
        prestige_level: Option<u32>,
        /// When it was made, saved and played.
        times: Times,
    }

    /// An achievement of a character.
    CharactersAchievement = "characters_achievement" {
        /// The character.
        character_id: CharacterId,
        /// Which ribbon, medal or mission.
        achievement_id: AchievementId,
        /// How often it was earned.
        earned_count: Option<i64>,
        /// When it was begun.
        start: Option<Timestamp> = OrZero,
        /// `start` as a text, in UTC.
        start_date: Option<Box<str>>,
        /// When it was finished.
        finish: Option<Timestamp> = OrZero,
        /// `finish` as a text, in UTC.
        finish_date: Option<Box<str>>,
        /// When it was last saved.
        last_save: Option<Timestamp> = OrZero,
        /// `last_save` as a text, in UTC.
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
        /// How many there are.
        quantity: Option<i32>,
        /// How many A.S.P. tokens there are.
        prestige_currency: Option<i32>,
    }

    /// A directive that a character works on.
    CharactersDirective = "characters_directive" {
        /// The character.
        character_id: CharacterId,
        /// The directive.
        directive_id: DirectiveId,
        /// The tree of directives.
        directive_tree_id: DirectiveTreeId,
        /// When it was finished.
        completion_time: Option<Timestamp> = OrZero,
        /// `completion_time` as a text, in UTC.
        completion_time_date: Option<Box<str>>,
    }

    /// How far a character is with an objective.
    CharactersDirectiveObjective = "characters_directive_objective" {
        /// The character.
        character_id: CharacterId,
        /// The directive.
        directive_id: DirectiveId,
        /// The objective.
        objective_id: ObjectiveId,
        /// The group of objectives.
        objective_group_id: ObjectiveGroupId,
        /// Whether it is finished.
        status: Option<bool>,
        /// How far it has come, in the objective's units.
        state_data: Option<i32>,
    }

    /// A tier of directives that a character works on.
    CharactersDirectiveTier = "characters_directive_tier" {
        /// The character.
        character_id: CharacterId,
        /// The tree of directives.
        directive_tree_id: DirectiveTreeId,
        /// The tier within the tree; only the pair of both is unique.
        directive_tier_id: DirectiveTierId,
        /// When it was finished.
        completion_time: Option<Timestamp> = OrZero,
        /// `completion_time` as a text, in UTC.
        completion_time_date: Option<Box<str>>,
    }

    /// How far a character is in a tree of directives.
    CharactersDirectiveTree = "characters_directive_tree" {
        /// The character.
        character_id: CharacterId,
        /// The tier that is being worked on.
        current_directive_tier_id: Option<DirectiveTierId>,
        /// The tree of directives.
        directive_tree_id: DirectiveTreeId,
        /// When it was finished.
        completion_time: Option<Timestamp> = OrZero,
        /// `completion_time` as a text, in UTC.
        completion_time_date: Option<Box<str>>,
        /// The level reached.
        current_level: Option<i32>,
    }

    /// Something that happened to a character.
    ///
    /// The fields that are there depend on `event_type`.
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
        /// Which ribbon, medal or mission.
        achievement_id: Option<AchievementId>,
        /// Who did it.
        attacker_character_id: Option<CharacterId> = OrZero,
        /// The fire mode that was used.
        attacker_fire_mode_id: Option<FireModeId> = OrZero,
        /// The loadout of who did it.
        attacker_loadout_id: Option<LoadoutId>,
        /// The vehicle that was used.
        attacker_vehicle_id: Option<VehicleId> = OrZero,
        /// The weapon that was used, by its item.
        attacker_weapon_id: Option<ItemId> = OrZero,
        /// The character.
        character_id: Option<CharacterId> = OrZero,
        /// The loadout of the character.
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
        /// Who did it, as the game's servers call it.
        attacker_player_guid: Option<EntityId> = OrZero,
        /// The rank reached.
        battle_rank: Option<u32>,
        /// Why the item was added.
        context: Option<Box<str>>,
        /// What happened, such as `Death`.
        event_type: Box<str> = OrEmpty,
        /// Whether the hit was critical.
        is_critical: Option<bool>,
        /// Whether it was a hit to the head.
        is_headshot: Option<bool>,
        /// How many were added.
        item_count: Option<u32>,
        /// The table it comes from, such as `deaths`.
        table_type: Option<Box<str>>,
        /// When it happened.
        timestamp: Option<Timestamp> = OrZero,
    }

    /// How often something happened between two characters.
    CharactersEventGrouped = "characters_event_grouped" with [
        required_terms(&["character_id"]),
        extra_terms(&["type"]),
        commands(SPECIAL_PAGED),
        not_countable(),
        resolves(&["character", "character_name", "characters_stat_history"])
    ] {
        /// The character.
        character_id: CharacterId,
        /// How often it happened.
        count: Option<i32>,
        /// The table it comes from, such as `deaths`.
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
        /// Its name.
        name: Option<Box<str>>,
        /// The friends.
        friend_list: Vec<Friend> = OneOrMany,
    }

    /// An item that a character has.
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
        /// 0 while offline, else the world; [`online_on`](Self::online_on) tells. `None` if the server did not know.
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
        /// `last_save` as a text, in UTC.
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
