//! Outfits, their members and ranks.

use crate::{id::*, ps2::define::collections, time::Timestamp};

collections! {
    const OUTFIT;

    /// An outfit, the game's word for a guild.
    Outfit = "outfit" by outfit_id: OutfitId, cache(20, 300) with [
        resolves(&[
            "leader", "leader_name", "leaders_stat_history", "member", "rank", "member_character",
            "member_character_name", "member_characters_stat_history", "member_online_status",
        ])
    ] {
        /// The outfit.
        outfit_id: OutfitId,
        /// The name.
        name: Option<Box<str>>,
        /// `name` in lower case; search this one.
        name_lower: Option<Box<str>>,
        /// The tag, such as `FNO`.
        alias: Option<Box<str>>,
        /// `alias` in lower case; search this one.
        alias_lower: Option<Box<str>>,
        /// When it was founded.
        time_created: Option<Timestamp> = OrZero,
        /// `time_created` as text, in UTC.
        time_created_date: Option<Box<str>>,
        /// The leader.
        leader_character_id: Option<CharacterId> = OrZero,
        /// The number of members.
        member_count: Option<u32>,
    }

    /// A member of an outfit.
    OutfitMember = "outfit_member" by character_id: CharacterId, cache(100, 300) with [
        resolves(&["character", "character_name", "characters_stat_history", "online_status", "outfit"])
    ] {
        /// The character.
        character_id: CharacterId,
        /// The outfit.
        outfit_id: OutfitId,
        /// When the character joined.
        member_since: Option<Timestamp> = OrZero,
        /// `member_since` as text, in UTC.
        member_since_date: Option<Box<str>>,
        /// The name of the rank.
        rank: Option<Box<str>>,
        /// The rank; 1 is the leader's.
        rank_ordinal: Option<u32>,
    }

    /// A member of an outfit, with the data of the outfit.
    OutfitMemberExtended = "outfit_member_extended" by character_id: CharacterId, cache(100, 300) {
        /// The character.
        character_id: CharacterId,
        /// The leader.
        leader_character_id: Option<CharacterId> = OrZero,
        /// The outfit.
        outfit_id: OutfitId,
        /// The tag, such as `FNO`.
        alias: Option<Box<str>>,
        /// `alias` in lower case; search this one.
        alias_lower: Option<Box<str>>,
        /// The number of members.
        member_count: Option<u32>,
        /// The name of the rank.
        member_rank: Option<Box<str>>,
        /// The rank; 1 is the leader's.
        member_rank_ordinal: Option<u32>,
        /// When the character joined.
        member_since: Option<Timestamp> = OrZero,
        /// `member_since` as text, in UTC.
        member_since_date: Option<Box<str>>,
        /// The name.
        name: Option<Box<str>>,
        /// `name` in lower case; search this one.
        name_lower: Option<Box<str>>,
        /// When it was founded.
        time_created: Option<Timestamp> = OrZero,
        /// `time_created` as text, in UTC.
        time_created_date: Option<Box<str>>,
    }

    /// A rank of an outfit.
    OutfitRank = "outfit_rank" {
        /// The outfit.
        outfit_id: OutfitId,
        /// The rank; 1 is the leader's.
        ordinal: u32,
        /// The name.
        name: Option<Box<str>>,
        /// The description.
        description: Option<Box<str>>,
    }
}
