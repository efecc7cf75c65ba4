//! Decoding of the server's replies.

use std::{error::Error as _, time::Duration};

use auraxis_core::{
    census::{Datatype, Fault, FaultKind, Query, QueryError, Reply, RowCount, Verb},
    id::FactionId,
    ps2::{BattleRank, Character, Name, Title},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const SEARCH: &str = r#"{"errorCode":"SERVER_ERROR","errorMessage":"INVALID_SEARCH_TERM: "#;

fn fault(query: &Query, body: &str) -> Fault {
    Reply::ok(body.as_bytes()).rows::<Title>(query).expect_err("a fault")
}

#[test]
fn rows_are_read_with_what_comes_with_them() {
    let body = br#"{"title_list":[{"title_id":"1","name":{"en":"Sir"}},{"title_id":2}],"returned":2,"count":-5,
        "timing":{"title-ms":3,"total-ms":"41"}}"#;
    let answer = Reply::ok(body).rows::<Title>(&Query::of::<Title>()).unwrap();
    assert_eq!(answer.rows[0].name.to_string(), "Sir");
    assert_eq!((answer.rows.len(), answer.returned, answer.count), (2, Some(2), Some(-5)));
    assert_eq!(answer.took, Some(Duration::from_millis(41)));

    let raw = Reply::ok(body).rows::<Value>(&Query::new("title")).unwrap();
    assert_eq!(raw.rows[1]["title_id"], 2);
    assert_eq!(Reply::ok(br#"{"title_list":[]}"#).rows::<Title>(&Query::of::<Title>()).unwrap().rows, []);
    let types = br#"{"datatype_list":[{"name":"title","count":"dynamic"}]}"#;
    assert_eq!(Reply::ok(types).rows::<Value>(&Query::datatypes()).unwrap().rows[0]["name"], "title");
}

#[test]
fn a_part_of_a_row_is_read_into_a_struct_of_ones_own() {
    #[derive(Debug, PartialEq, Deserialize, Serialize)]
    struct CharacterInfo {
        name: Name,
        faction_id: FactionId,
        battle_rank: BattleRank,
        prestige_level: String,
    }

    let query = Query::new("character").show(["name.first", "faction_id", "battle_rank.value", "prestige_level"]);
    let row = r#"{"name":{"first":"Planetman"},"faction_id":"3","battle_rank":{"value":"1"},"prestige_level":"0"}"#;
    let body = format!(r#"{{"character_list":[{row}],"returned":1}}"#);
    let read = Reply::ok(body.as_bytes()).rows::<CharacterInfo>(&query).unwrap().rows;
    assert_eq!((read[0].faction_id, read[0].battle_rank.value), (FactionId::TR, Some(1)));
    assert_eq!(serde_json::to_string(&read[0]).unwrap(), row);

    let fault = Reply::ok(body.as_bytes()).rows::<Character>(&query).unwrap_err().to_string();
    assert!(fault.contains("`character_id` is missing") && fault.contains("a struct of your own"), "{fault}");
}

#[test]
fn the_list_of_collections_is_read_and_written_again() {
    let body = json!({"datatype_list": [
        {"name": "character", "hidden": false, "count": 15_095_335, "resolve_list": ["item", "world"]},
        {"name": "outfit_member", "hidden": true, "count": "?", "resolve_list": []},
    ]});
    let types = Reply::ok(body.to_string().as_bytes()).rows::<Datatype>(&Query::datatypes()).unwrap().rows;
    assert_eq!((types[0].count.clone(), types[1].hidden), (RowCount::Rows(15_095_335), true));
    assert_eq!(json!({ "datatype_list": types }), body);
}

#[test]
fn a_count_is_a_number_and_less_than_zero_is_an_error() {
    let query = Query::of::<Title>();
    assert_eq!(Reply::ok(br#"{"count":321}"#).count(&query), Ok(321));
    let kind = |body: &str| Reply::ok(body.as_bytes()).count(&query).unwrap_err().kind().clone();
    assert_eq!(kind(r#"{"count":-1}"#), FaultKind::NotCounted);
    assert!(matches!(kind(r#"{"returned":1}"#), FaultKind::Payload { .. }));
    assert_eq!(kind(r#"{"error":"No data found."}"#), FaultKind::UnknownCollection);
}

#[test]
fn every_error_body_has_its_kind_though_the_status_is_200() {
    let query = Query::of::<Title>();
    let term = |field: Option<&str>, message: &str| FaultKind::InvalidSearchTerm {
        field: field.map(Into::into),
        valid: [].into(),
        message: message.into(),
    };
    let unknown = |message: &str| FaultKind::Unknown { message: message.into() };
    let table = [
        (r#"{"error":"No data found."}"#.to_owned(), FaultKind::UnknownCollection),
        (r#"{"error":"Bad request syntax."}"#.to_owned(), FaultKind::BadSyntax),
        (r#"{"error":"service_unavailable"}"#.to_owned(), FaultKind::ServiceUnavailable),
        (r#"{"error":"Provided Service ID is not registered. Get one."}"#.to_owned(), FaultKind::InvalidServiceId),
        (r#"{"error":"Missing Service ID. Get one."}"#.to_owned(), FaultKind::MissingServiceId),
        (r#"{"error":"Something new."}"#.to_owned(), unknown("Something new.")),
        (r#"{"errorCode":"SERVER_ERROR"}"#.to_owned(), FaultKind::Server { message: None }),
        (
            r#"{"errorCode":"SERVER_ERROR","errorMessage":"Out of luck."}"#.to_owned(),
            FaultKind::Server { message: Some("Out of luck.".into()) },
        ),
        (r#"{"errorCode":"NEW"}"#.to_owned(), unknown("NEW")),
        (r#"{"errorMessage":"why","errorCode":"NEW"}"#.to_owned(), unknown("NEW: why")),
        (
            format!(r#"{SEARCH}Invalid search term: title_id. Value must be a number."}}"#),
            term(Some("title_id"), "Invalid search term: title_id. Value must be a number."),
        ),
        (
            format!(r#"{SEARCH}Invalid search term: c:limit. Value must be a whole number."}}"#),
            term(Some("c:limit"), "Invalid search term: c:limit. Value must be a whole number."),
        ),
        (
            format!(
                r#"{SEARCH}Invalid search value for term: name.en. Regex query must have at least 3 characters."}}"#
            ),
            term(
                Some("name.en"),
                "Invalid search value for term: name.en. Regex query must have at least 3 characters.",
            ),
        ),
        (format!(r#"{SEARCH}Invalid distinct value"}}"#), term(Some("c:distinct"), "Invalid distinct value")),
        (
            format!(r#"{SEARCH}c:show or c:hide resulted in no valid terms."}}"#),
            term(Some("c:hide"), "c:show or c:hide resulted in no valid terms."),
        ),
    ];
    for (body, kind) in table {
        assert_eq!(fault(&query, &body).kind(), &kind, "{body}");
    }
}

#[test]
fn the_invalid_term_is_the_first_that_cannot_be_searched() {
    let query = Query::new("title").filter("title_id", 1).filter("bogus", 1).filter("worse", 1);
    let fault = fault(&query, &format!(r#"{SEARCH}Invalid search term. Valid search terms: [title_id, name.en]"}}"#));
    let FaultKind::InvalidSearchTerm { field, valid, .. } = fault.kind() else { panic!("{fault:?}") };
    assert_eq!(field.as_deref(), Some("bogus"));
    assert_eq!(**valid, ["title_id".into(), "name.en".into()]);
    assert_eq!(
        fault.to_string(),
        "`ps2/title` cannot be searched by `bogus`: Invalid search term.; it can be searched by title_id, name.en"
    );
}

#[test]
fn a_body_that_is_not_utf_8_is_not_json() {
    let body = b"{\"title_list\":[{\"title_id\":\"5\",\"name\":{\"fr\":\"G\xe9n\xe9ral\"}}]}";
    let fault = Reply::ok(body).rows::<Title>(&Query::of::<Title>()).unwrap_err();
    let FaultKind::NotJson { start } = fault.kind() else { panic!("{fault:?}") };
    assert!(start.starts_with(r#"{"title_list""#), "{start}");
    let fault = Reply { status: 502, ..Reply::ok(body) }.rows::<Title>(&Query::of::<Title>()).unwrap_err();
    assert!(matches!(fault.kind(), FaultKind::Status { status: 502, .. }), "{fault:?}");
}

#[test]
fn a_redirect_is_reported_with_its_target_unless_it_is_an_error_message() {
    let query = Query::of::<Title>();
    let fault =
        |status, location| Reply { status, location, retry_after: None, body: b"" }.rows::<Title>(&query).unwrap_err();
    let kind = |status, location| fault(status, location).kind().clone();
    for bad in ["http://census.daybreakgames.com/badrequest.json", "/badrequest.json"] {
        assert_eq!(kind(302, Some(bad)), FaultKind::BadSyntax);
    }
    for maintenance in
        ["https://www.daybreakgames.com/home", "HTTP://WWW.DaybreakGames.com", "https://www.daybreakgames.com:443/"]
    {
        assert_eq!(kind(302, Some(maintenance)), FaultKind::Maintenance, "{maintenance}");
    }
    for other in [
        "https://same/path",
        "/www.daybreakgames.com",
        "https://portal/?to=www.daybreakgames.com",
        "https://www.daybreakgames.com.evil/",
    ] {
        for status in [301, 302, 303, 307, 308] {
            assert_eq!(kind(status, Some(other)), FaultKind::Redirect { status, location: Some(other.into()) });
            let text = fault(status, Some(other)).to_string();
            assert!(
                text.contains(other) && text.contains(&status.to_string()) && !text.contains("maintenance"),
                "{text}"
            );
            assert_eq!(fault(status, Some(other)).is_transient(), !matches!(status, 301 | 308), "{status}");
        }
    }
    assert_eq!(kind(307, None), FaultKind::Redirect { status: 307, location: None });
}

#[test]
fn a_status_of_failure_is_reported_unless_the_body_says_more() {
    let query = Query::of::<Title>();
    let retry_after = Some(Duration::from_secs(30));
    let fault = |status, body: &str| {
        Reply { status, location: None, retry_after, body: body.as_bytes() }.rows::<Title>(&query).unwrap_err()
    };
    for (status, body) in [(503, "<html>"), (404, ""), (500, "{}"), (500, r#"{"title_list":[]}"#)] {
        let expected = FaultKind::Status { status, start: body.into(), retry_after };
        assert_eq!(*fault(status, body).kind(), expected);
        assert_eq!(fault(status, body).retry_after(), retry_after);
    }
    assert_eq!(*fault(400, r#"{"error":"No data found."}"#).kind(), FaultKind::UnknownCollection);
    assert_eq!(
        fault(429, "slow down\n").to_string(),
        "`ps2/title` answered with the HTTP status 429: too many requests; limit them with `CensusBuilder::quota`; the \
         server asks to wait 30s; the answer begins with \"slow down\""
    );
    for status in [401, 403, 404, 407, 429, 500, 502, 503, 599] {
        let text = fault(status, "").to_string();
        assert!(text.contains(&format!("the HTTP status {status}: ")) && !text.contains("begins"), "{text}");
    }
}

#[test]
fn unusable_replies_are_distinguished() {
    let query = Query::of::<Title>();
    for body in ["", "<html>down</html>", r#"{"title_list":[{"title_id":"#, r#"{"title_list":[]} x"#] {
        assert!(matches!(fault(&query, body).kind(), FaultKind::NotJson { .. }), "{body}");
    }
    let fault = |body: &str| fault(&query, body).to_string();
    assert_eq!(fault("{}"), "unexpected answer from `ps2/title`: `title_list` is missing");
    assert!(fault("[]").contains("unexpected answer"));
    assert!(fault(r#"{"title_list":7}"#).contains("unexpected answer"));
    assert!(fault(r#"{"title_list":[{"name":{}}]}"#).contains("the field `title_id` is missing"));
    assert!(fault("<html>down").contains("a web page") && fault("<html>down").ends_with("begins with \"<html>down\""));
    assert!(fault("down").ends_with("is not JSON; it begins with \"down\""));
}

#[test]
fn only_transient_faults_are_worth_a_retry() {
    let query = Query::of::<Title>();
    let passing = |status, body: &str| {
        Reply { status, location: None, retry_after: None, body: body.as_bytes() }
            .rows::<Title>(&query)
            .unwrap_err()
            .is_transient()
    };
    assert!(passing(200, r#"{"error":"service_unavailable"}"#));
    assert!(passing(302, "") && !passing(308, ""));
    assert!(passing(502, "Bad Gateway"));
    assert!(passing(200, "<html>"));
    assert!(!passing(200, r#"{"error":"No data found."}"#));
    assert!(!passing(404, ""));
    // No reason is given, and queries that cannot be counted get this reply.
    assert!(!Reply::ok(br#"{"count":-1}"#).count(&query).unwrap_err().is_transient());
    assert!(!passing(200, r#"{"error":"Missing Service ID. x"}"#));
}

#[test]
fn a_refused_query_says_why() {
    let query = Query::of::<Title>().limit(0);
    let fault = Fault::invalid_query(&query, query.check(Verb::Get).unwrap_err());
    assert_eq!(
        fault.to_string(),
        "the query to `ps2/title` was not sent: a limit of 0 returns no rows; remove it for one row, or count the rows"
    );
    assert_eq!(*fault.kind(), FaultKind::Query(QueryError::NoRows));
    assert!(fault.source().is_none(), "it would be said twice");
}

#[test]
fn a_single_row_may_stand_without_a_list() {
    let query = Query::new("outfit");
    let rows = |body: &str| Reply::ok(body.as_bytes()).rows::<Value>(&query).map(|answer| answer.rows);
    let one = serde_json::json!({"outfit_id": "1"});
    assert_eq!(rows(r#"{"outfit_list":{"outfit_id":"1"},"returned":1}"#), Ok(vec![one.clone()]));
    assert_eq!(rows(r#"{"outfit_list":[{"outfit_id":"1"}],"returned":1}"#), Ok(vec![one]));
    assert!(rows(r#"{"outfit_list":"1","returned":1}"#).is_err());
    assert!(rows(r#"{"outfit_list":null,"returned":0}"#).is_err());
}
