//! Rows as REST has been seen to write them, and some worse: over a real socket, what can be read is.

use auraxis::{
    census::{Census, FaultKind},
    prelude::*,
    ps2::{Outfit, OutfitMember, OutfitRank, Title},
};
use auraxis_sim::RestFault;

use crate::common::{quiet, within};

async fn asked<T>(body: &'static str, ask: impl AsyncFnOnce(&Census) -> T) -> T {
    let sim = quiet().await;
    sim.rest_fault(Some(RestFault::Body(body)));
    let census = Census::builder().service_id("s:test").rest_url(sim.rest_url()).retries(0).build().unwrap();
    within(ask(&census)).await
}

macro_rules! first {
    ($type:ident, $body:expr) => {
        asked($body, async |census: &Census| census.find::<$type>().first().await).await.unwrap().unwrap()
    };
}

#[tokio::test]
async fn an_outfit_without_a_leader_has_none() {
    for body in [
        r#"{"outfit_list":[{"outfit_id":"5","name":"Alone"}],"returned":1}"#,
        r#"{"outfit_list":[{"outfit_id":"5","name":"Alone","leader_character_id":"0"}],"returned":1}"#,
        r#"{"outfit_list":[{"outfit_id":5,"name":"Alone","leader_character_id":0}],"returned":1}"#,
        r#"{"outfit_list":[{"outfit_id":"5","name":"Alone","leader_character_id":null}],"returned":1}"#,
        r#"{"outfit_list":[{"outfit_id":"5","name":"Alone","leader_character_id":"NULL"}],"returned":1}"#,
    ] {
        assert_eq!(first!(Outfit, body).leader_character_id, None, "{body}");
    }
}

#[tokio::test]
async fn members_without_a_date_or_a_rank_and_outfits_without_ranks_are_read() {
    let body = r#"{"outfit_member_list":[{"outfit_id":"5","character_id":"7"}],"returned":1}"#;
    let member = first!(OutfitMember, body);
    assert_eq!((member.character_id, member.member_since, member.rank.as_deref()), (CharacterId(7), None, None));
    let none = asked(r#"{"outfit_rank_list":[],"returned":0}"#, async |census: &Census| {
        census.find::<OutfitRank>().first().await
    });
    assert!(none.await.unwrap().is_none());
}

#[tokio::test]
async fn names_are_read_as_they_are_written() {
    for name in [
        "Two Words",
        " padded ",
        "Ünïcödé",
        "名前",
        "🦀 crab",
        "\u{202e}backwards",
        "a\u{0301}",
        "O'Neil & \\\"Sons\\\"",
        "",
    ] {
        let body = format!(r#"{{"character_list":[{{"character_id":"7","name":{{"first":"{name}"}}}}],"returned":1}}"#);
        let character = first!(Character, body.leak());
        assert_eq!(character.name.first.as_ref(), name.replace('\\', ""));
    }
}

#[tokio::test]
async fn odd_parts_of_a_row_cost_no_row() {
    for part in [
        r#""title_id":null"#,
        r#""title_id":"NULL""#,
        r#""title_id":"0""#,
        r#""title_id":["1"]"#,
        r#""title_id":{}"#,
        r#""title_id":"many""#,
        r#""battle_rank":"87""#,
        r#""battle_rank":[]"#,
        r#""times":null"#,
        r#""times":7"#,
        r#""faction_id":4711"#,
        r#""world_id":"101""#,
        r#""something":{"new":[1,null,{"deep":true}]}"#,
    ] {
        let body =
            format!(r#"{{"character_list":[{{"character_id":"7","name":{{"first":"A"}},{part}}}],"returned":1}}"#);
        let character = first!(Character, body.leak());
        assert_eq!((character.character_id, character.title_id), (CharacterId(7), None), "{part}");
    }
    for name in ["null", r#""Sir""#, "{}", "[]", "7"] {
        let body = format!(r#"{{"title_list":[{{"title_id":"7","name":{name}}}],"returned":1}}"#);
        assert_eq!(first!(Title, body.leak()).title_id.0, 7, "{name}");
    }
    assert_eq!(first!(Title, r#"{"title_list":[{"title_id":"7"}],"returned":1}"#).title_id.0, 7);
}

#[tokio::test]
async fn a_row_without_its_id_is_a_fault_in_words() {
    let body = r#"{"title_list":[{"name":{"en":"Sir"}}],"returned":1}"#;
    let error = asked(body, async |census: &Census| census.find::<Title>().first().await).await.unwrap_err();
    assert!(matches!(error.fault(), Some(FaultKind::Payload { .. })), "{error:?}");
    assert!(error.to_string().contains("`title_id` is missing"), "{error}");
}
