//! `c:resolve`: joins that have a name.

use super::{
    Row,
    catalogue::{Census, Collection},
    join::{Join, insert_at, split_outside_parentheses},
};

/// A resolve that was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Resolve {
    join: Join,
    /// Lifted out of the joined row into the row itself.
    lifted: Option<&'static str>,
}

/// One of the resolves of a collection.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) name: &'static str,
    collection: &'static str,
    on: &'static str,
    to: &'static str,
    inject_at: &'static str,
    is_list: bool,
    lifted: Option<&'static str>,
    /// Resolved within what is resolved.
    inner: Option<&'static str>,
}

const fn one(name: &'static str, collection: &'static str, on: &'static str, inject_at: &'static str) -> Known {
    Known { name, collection, on, to: on, inject_at, is_list: false, lifted: None, inner: None }
}

const fn lift(name: &'static str, collection: &'static str, on: &'static str, field: &'static str) -> Known {
    Known { lifted: Some(field), ..one(name, collection, on, field) }
}

const fn members(name: &'static str, inner: Option<&'static str>) -> Known {
    Known { is_list: true, inner, ..one(name, "outfit_member", "outfit_id", "members") }
}

const fn leader(name: &'static str, collection: &'static str) -> Known {
    Known { to: "character_id", ..one(name, collection, "leader_character_id", "leader") }
}

/// The resolves of characters.
pub(crate) const OF_CHARACTER: &[Known] = &[
    one("profile", "profile", "profile_id", "profile"),
    one("faction", "faction", "faction_id", "faction"),
    lift("online_status", "characters_online_status", "character_id", "online_status"),
    lift("friends", "characters_friend", "character_id", "friend_list"),
    lift("world", "characters_world", "character_id", "world_id"),
    one("outfit", "outfit_member_extended", "character_id", "outfit"),
    one("outfit_member", "outfit_member", "character_id", "outfit_member"),
    one("outfit_member_extended", "outfit_member_extended", "character_id", "outfit_member"),
];

/// The resolves of outfits.
pub(crate) const OF_OUTFIT: &[Known] = &[
    leader("leader", "character"),
    leader("leader_name", "character_name"),
    members("member", None),
    members("member_character", Some("character")),
    members("member_character_name", Some("character_name")),
    members("member_online_status", Some("online_status")),
    Known { is_list: true, ..one("rank", "outfit_rank", "outfit_id", "ranks") },
];

/// The resolves of an outfit's members.
pub(crate) const OF_MEMBER: &[Known] = &[
    one("character", "character", "character_id", "character"),
    one("character_name", "character_name", "character_id", "character"),
    lift("online_status", "characters_online_status", "character_id", "online_status"),
    one("outfit", "outfit_member_extended", "character_id", "outfit"),
];

/// The resolves of friends.
pub(crate) const OF_FRIEND: &[Known] = &[
    one("character", "character", "friend_list.character_id", "character"),
    one("character_name", "character_name", "friend_list.character_id", "character"),
    one("world", "characters_world", "friend_list.character_id", "world"),
];

impl Resolve {
    /// Reads names with commas between them, each with the fields wanted in parentheses. Unknown ones are ignored.
    pub(crate) fn parse_all(text: &str, collection: &Collection) -> Vec<Self> {
        let parts = split_outside_parentheses(text).into_iter();
        parts
            .filter_map(|part| {
                let (name, fields) = part.split_once('(').unwrap_or((part, ""));
                let known = collection.resolves.iter().find(|known| known.name == name.trim())?;
                let fields = fields.trim_end_matches(')').split(',').filter(|field| !field.is_empty());
                Some(Self::new(known, fields.map(str::to_owned).collect()))
            })
            .collect()
    }

    fn new(known: &Known, show: Vec<String>) -> Self {
        let inner = known.inner.and_then(|inner| OF_MEMBER.iter().find(|member| member.name == inner));
        let to = if known.on.contains('.') { "character_id" } else { known.to };
        let join = Join {
            collection: known.collection.to_owned(),
            on: Some(known.on.to_owned()),
            to: Some(to.to_owned()),
            is_list: known.is_list,
            inject_at: Some(known.inject_at.to_owned()),
            show,
            nested: inner.map(|inner| Self::new(inner, Vec::new()).join).into_iter().collect(),
            ..Join::default()
        };
        Self { join, lifted: known.lifted }
    }

    /// Adds to the row what is resolved.
    pub(crate) fn apply(&self, census: &Census<'_>, parent: &Collection, full: &Row, row: &mut Row) {
        let Some(lifted) = self.lifted else {
            self.join.apply(census, parent, full, row);
            return;
        };
        let mut found = Row::new();
        self.join.apply(census, parent, full, &mut found);
        let found = found.remove(lifted);
        if let Some(value) = found.as_ref().and_then(|found| found.get(lifted)) {
            insert_at(row, lifted, value.clone());
        }
    }
}
