//! The table of resolves by collection.

/// The definition of a resolve: a predefined join.
#[derive(Debug)]
pub(crate) struct ResolveDef {
    pub(crate) name: &'static str,
    pub(crate) collection: &'static str,
    pub(crate) on: &'static str,
    pub(crate) to: &'static str,
    pub(crate) inject_at: &'static str,
    pub(crate) is_list: bool,
    /// The field that is extracted from the joined row, if not all of it is added.
    pub(crate) extracted: Option<&'static str>,
    /// The name of a resolve that is applied to the joined rows.
    pub(crate) inner: Option<&'static str>,
}

const fn one(name: &'static str, collection: &'static str, on: &'static str, inject_at: &'static str) -> ResolveDef {
    ResolveDef { name, collection, on, to: on, inject_at, is_list: false, extracted: None, inner: None }
}

const fn extract(name: &'static str, collection: &'static str, on: &'static str, field: &'static str) -> ResolveDef {
    ResolveDef { extracted: Some(field), ..one(name, collection, on, field) }
}

const fn members(name: &'static str, inner: Option<&'static str>) -> ResolveDef {
    ResolveDef { is_list: true, inner, ..one(name, "outfit_member", "outfit_id", "members") }
}

const fn leader(name: &'static str, collection: &'static str) -> ResolveDef {
    ResolveDef { to: "character_id", ..one(name, collection, "leader_character_id", "leader") }
}

/// The resolves of characters.
pub(crate) const OF_CHARACTER: &[ResolveDef] = &[
    one("profile", "profile", "profile_id", "profile"),
    one("faction", "faction", "faction_id", "faction"),
    extract("online_status", "characters_online_status", "character_id", "online_status"),
    extract("friends", "characters_friend", "character_id", "friend_list"),
    extract("world", "characters_world", "character_id", "world_id"),
    one("outfit", "outfit_member_extended", "character_id", "outfit"),
    one("outfit_member", "outfit_member", "character_id", "outfit_member"),
    one("outfit_member_extended", "outfit_member_extended", "character_id", "outfit_member"),
];

/// The resolves of outfits.
pub(crate) const OF_OUTFIT: &[ResolveDef] = &[
    leader("leader", "character"),
    leader("leader_name", "character_name"),
    members("member", None),
    members("member_character", Some("character")),
    members("member_character_name", Some("character_name")),
    members("member_online_status", Some("online_status")),
    ResolveDef { is_list: true, ..one("rank", "outfit_rank", "outfit_id", "ranks") },
];

/// The resolves of an outfit's members.
pub(crate) const OF_MEMBER: &[ResolveDef] = &[
    one("character", "character", "character_id", "character"),
    one("character_name", "character_name", "character_id", "character"),
    extract("online_status", "characters_online_status", "character_id", "online_status"),
    one("outfit", "outfit_member_extended", "character_id", "outfit"),
];

/// The resolves of friends.
pub(crate) const OF_FRIEND: &[ResolveDef] = &[
    one("character", "character", "friend_list.character_id", "character"),
    one("character_name", "character_name", "friend_list.character_id", "character"),
    one("world", "characters_world", "friend_list.character_id", "world"),
];
