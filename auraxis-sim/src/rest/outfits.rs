//! The collections about outfits.

use auraxis_core::{id::CharacterId, time::Timestamp};

use super::{
    census::Census,
    characters,
    row::{Row, date, row, text},
};
use crate::war::{Outfit, Roster, Soldier};

/// The fields of an outfit.
pub(crate) const FIELDS: &[&str] = &[
    "outfit_id",
    "name",
    "name_lower",
    "alias",
    "alias_lower",
    "time_created",
    "time_created_date",
    "leader_character_id",
    "member_count",
];

/// The fields of a member and its outfit.
pub(crate) const EXTENDED_FIELDS: &[&str] = &[
    "character_id",
    "outfit_id",
    "member_since",
    "member_since_date",
    "member_rank",
    "member_rank_ordinal",
    "name",
    "name_lower",
    "alias",
    "alias_lower",
    "time_created",
    "time_created_date",
    "leader_character_id",
    "member_count",
];

/// The ranks, from the leader down.
const RANKS: &[&str] = &["Leader", "Officer", "Veteran", "Member", "Recruit"];

/// `outfit`.
pub(crate) fn outfits(census: &Census<'_>, _: Option<&[CharacterId]>) -> Vec<Row> {
    let Some(roster) = census.roster() else { return Vec::new() };
    roster.outfits.iter().map(|outfit| describe(outfit, roster)).collect()
}

fn describe(outfit: &Outfit, roster: &Roster) -> Row {
    let leader = outfit.members.first().map_or(CharacterId(0), |&index| roster.soldiers[index].id);
    row([
        ("outfit_id", text(outfit.id)),
        ("name", text(&outfit.name)),
        ("name_lower", text(outfit.name.to_lowercase())),
        ("alias", text(&outfit.tag)),
        ("alias_lower", text(outfit.tag.to_lowercase())),
        ("time_created", text(outfit.created.0)),
        ("time_created_date", date(outfit.created)),
        ("leader_character_id", text(leader)),
        ("member_count", text(outfit.members.len())),
    ])
}

/// Returns the wanted characters that are in an outfit, with the outfit and their index among its members.
fn membership<'a>(
    census: &Census<'a>,
    wanted: Option<&[CharacterId]>,
) -> impl Iterator<Item = (&'a Soldier, &'a Outfit, usize)> {
    let roster = census.roster();
    characters::visible(census, wanted).filter_map(move |soldier| {
        let outfit = &roster?.outfits[soldier.outfit?];
        let place = outfit.members.iter().position(|&index| index == soldier.index)?;
        Some((soldier, outfit, place))
    })
}

/// Returns the ordinal and the name of a member's rank.
fn rank(place: usize) -> (usize, &'static str) {
    let ordinal = match place {
        0 => 0,
        1..=2 => 1,
        3..=6 => 2,
        7..=15 => 3,
        _ => 4,
    };
    (ordinal + 1, RANKS[ordinal])
}

/// Returns when a member joined. Members are listed in the order in which they joined.
fn since(outfit: &Outfit, place: usize) -> Timestamp {
    Timestamp(outfit.created.0 + i64::try_from(place).unwrap_or_default() * 40_000)
}

/// `outfit_member`.
pub(crate) fn members(census: &Census<'_>, wanted: Option<&[CharacterId]>) -> Vec<Row> {
    membership(census, wanted)
        .map(|(soldier, outfit, place)| {
            let (ordinal, rank) = rank(place);
            row([
                ("character_id", text(soldier.id)),
                ("outfit_id", text(outfit.id)),
                ("member_since", text(since(outfit, place).0)),
                ("member_since_date", date(since(outfit, place))),
                ("rank", text(rank)),
                ("rank_ordinal", text(ordinal)),
            ])
        })
        .collect()
}

/// `outfit_member_extended`.
pub(crate) fn extended_members(census: &Census<'_>, wanted: Option<&[CharacterId]>) -> Vec<Row> {
    let Some(roster) = census.roster() else { return Vec::new() };
    membership(census, wanted)
        .map(|(soldier, outfit, place)| {
            let (ordinal, rank) = rank(place);
            let mut row = row([
                ("character_id", text(soldier.id)),
                ("member_since", text(since(outfit, place).0)),
                ("member_since_date", date(since(outfit, place))),
                ("member_rank", text(rank)),
                ("member_rank_ordinal", text(ordinal)),
            ]);
            row.extend(describe(outfit, roster));
            row
        })
        .collect()
}

/// `outfit_rank`.
pub(crate) fn ranks(census: &Census<'_>, _: Option<&[CharacterId]>) -> Vec<Row> {
    let Some(roster) = census.roster() else { return Vec::new() };
    let of = |outfit: &Outfit| {
        let id = text(outfit.id);
        (1..).zip(RANKS).map(move |(ordinal, name): (u32, _)| {
            row([
                ("outfit_id", id.clone()),
                ("ordinal", text(ordinal)),
                ("name", text(name)),
                ("description", text(format_args!("Rank {ordinal}"))),
            ])
        })
    };
    roster.outfits.iter().flat_map(of).collect()
}
