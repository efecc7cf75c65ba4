//! The collections about characters.

use auraxis_core::{id::CharacterId, time::Timestamp};
use serde_json::{Value, json};

use super::{
    census::Census,
    row::{Row, date, row, text},
};
use crate::war::Soldier;

/// Returns the characters that are already visible in REST: all, or the wanted ones in the given order.
pub(crate) fn visible<'a>(
    census: &Census<'a>,
    wanted: Option<&[CharacterId]>,
) -> impl Iterator<Item = &'a Soldier> + use<'a> {
    let now = census.war.elapsed();
    let found: Vec<&'a Soldier> = match (census.roster(), wanted) {
        (None, _) => Vec::new(),
        (Some(roster), None) => roster.soldiers.iter().collect(),
        (Some(roster), Some(ids)) => ids.iter().filter_map(|id| roster.by_id(*id)).collect(),
    };
    found.into_iter().filter(move |soldier| soldier.visible_from <= now)
}

fn name(soldier: &Soldier) -> Value {
    json!({ "first": soldier.name, "first_lower": soldier.name.to_lowercase() })
}

/// `character` and `single_character_by_id`.
pub(crate) fn characters(census: &Census<'_>, wanted: Option<&[CharacterId]>) -> Vec<Row> {
    let now = census.war.clock();
    visible(census, wanted).map(|soldier| character(soldier, now)).collect()
}

fn character(soldier: &Soldier, now: Timestamp) -> Row {
    let last_save = if soldier.is_online() { now } else { soldier.last_login };
    let midnight = Timestamp(now.0 - now.0.rem_euclid(86_400));
    let points = soldier.rank * 730 + soldier.prestige * 90_000;
    row([
        ("character_id", text(soldier.id)),
        ("name", name(soldier)),
        ("faction_id", text(soldier.faction)),
        ("head_id", text(soldier.index % 8 + 1)),
        ("title_id", text(soldier.title)),
        (
            "times",
            json!({
                "creation": soldier.created,
                "creation_date": date(soldier.created),
                "last_save": last_save,
                "last_save_date": date(last_save),
                "last_login": soldier.last_login,
                "last_login_date": date(soldier.last_login),
                "login_count": text(soldier.logins),
                "minutes_played": text(soldier.minutes),
            }),
        ),
        (
            "certs",
            json!({
                "earned_points": text(points),
                "gifted_points": text(points / 3),
                "spent_points": text(points),
                "available_points": text(points / 3),
                "percent_to_next": "0.25",
            }),
        ),
        ("battle_rank", json!({ "percent_to_next": text(soldier.index % 100), "value": text(soldier.rank) })),
        ("profile_id", text(soldier.class.profile(soldier.faction))),
        ("daily_ribbon", json!({ "count": "0", "time": midnight, "date": date(midnight) })),
        ("prestige_level", text(soldier.prestige)),
    ])
}

/// `character_name`.
pub(crate) fn names(census: &Census<'_>, wanted: Option<&[CharacterId]>) -> Vec<Row> {
    visible(census, wanted).map(|soldier| row([("character_id", text(soldier.id)), ("name", name(soldier))])).collect()
}

/// `characters_world`.
pub(crate) fn worlds(census: &Census<'_>, wanted: Option<&[CharacterId]>) -> Vec<Row> {
    visible(census, wanted)
        .map(|soldier| row([("character_id", text(soldier.id)), ("world_id", text(soldier.world))]))
        .collect()
}

/// `characters_online_status`: the world, or 0 if offline.
pub(crate) fn online_statuses(census: &Census<'_>, wanted: Option<&[CharacterId]>) -> Vec<Row> {
    let status = |soldier: &Soldier| if soldier.is_online() { soldier.world.0 } else { 0 };
    visible(census, wanted)
        .map(|soldier| row([("character_id", text(soldier.id)), ("online_status", text(status(soldier)))]))
        .collect()
}

/// `characters_friend`.
pub(crate) fn friends(census: &Census<'_>, wanted: Option<&[CharacterId]>) -> Vec<Row> {
    let Some(roster) = census.roster() else { return Vec::new() };
    let friend = |&index: &usize| {
        let friend = &roster.soldiers[index];
        json!({
            "character_id": friend.id,
            "last_login_time": friend.last_login,
            "online": text(u8::from(friend.is_online())),
        })
    };
    visible(census, wanted)
        .map(|soldier| {
            let list: Vec<Value> = soldier.friends.iter().map(friend).collect();
            row([("character_id", text(soldier.id)), ("name", Value::Null), ("friend_list", list.into())])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use auraxis_core::{environment::Environment, event::Event};

    use super::*;
    use crate::{rest::History, war::War};

    #[test]
    fn a_new_character_becomes_visible_after_some_minutes() {
        let mut war = War::new(1, Timestamp(1_700_000_000));
        let history = History::default();
        let of = |war: &War, id| {
            characters(&Census { war, history: &history, environment: Environment::Pc }, Some(&[id])).len()
        };
        let is_new = |event: &Event| matches!(event, Event::BattleRankUp(up) if up.battle_rank == 2);
        let war_event = war.find(|war_event| is_new(&war_event.event)).unwrap();
        let id = war_event.event.character_ids().next().unwrap();
        assert_eq!(of(&war, id), 0);
        while war.elapsed() < 460_000 {
            war.next();
        }
        assert_eq!(of(&war, id), 1);
    }
}
