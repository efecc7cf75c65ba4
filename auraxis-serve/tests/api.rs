//! `/api`: the state of the client, and its changes.
#![allow(clippy::unwrap_used)] // Tests.

mod common;

use auraxis_core::{
    event::{BattleRankUp, Death, Event, PlayerLogin},
    id::WorldId,
    time::Timestamp,
};
use auraxis_runtime::Trigger;
use auraxis_serve::Serve as _;
use auraxis_sim::Sim;
use common::{Bot, TOKEN, until};
use reqwest::{Client as Http, Method, Response, StatusCode};
use serde_json::{Value, json};

async fn bot() -> Bot {
    Bot::start(Sim::builder().rate(200.0).war_start(Timestamp::now()), |builder| {
        builder
            .trigger(Trigger::on::<Event>().named("every event").action(|_: Event| {}))
            .trigger(Trigger::on::<PlayerLogin>().worlds([WorldId(0); 0]).named("nothing").action(|_: PlayerLogin| {}))
            .trigger(Trigger::on::<BattleRankUp>().named("auraxis::internal").action(|_: BattleRankUp| {}))
            .trigger(Trigger::on::<Death>().named("a/b ü%").action(|_: Death| {}))
    })
    .await
}

async fn change(bot: &Bot, method: Method, path: &str, token: Option<&str>) -> (StatusCode, Value) {
    let request = Http::new().request(method, bot.url(path));
    let request =
        token.map_or_else(|| request.try_clone().unwrap(), |token| request.try_clone().unwrap().bearer_auth(token));
    answer(request.send().await.unwrap()).await
}

async fn answer(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    let text = response.text().await.unwrap();
    (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() })
}

fn trigger(state: &Value, name: &str) -> Value {
    let triggers = state["triggers"].as_array().unwrap();
    triggers.iter().find(|trigger| trigger["name"] == name).cloned().unwrap_or(Value::Null)
}

#[tokio::test]
async fn the_state_is_shown() {
    let bot = bot().await;
    until("data flows", async || {
        let state = bot.state().await;
        state["healthy"] == true && state["rates"]["total"].as_array().unwrap().iter().any(|count| *count != 0)
    })
    .await;
    let state = bot.state().await;
    assert_eq!(state["state"], "running");
    assert_eq!(state["bot"]["environment"], "ps2");
    assert_eq!(state["bot"]["auraxis"], "0.1.0");
    assert!(state["bot"]["name"].as_str().unwrap().starts_with("api"), "{}", state["bot"]);
    assert_eq!((&state["problems"], &state["can_change"]), (&json!([]), &json!(true)));
    assert_eq!(state["health"]["links"][0]["state"], "up");
    let rates = &state["rates"];
    let until = rates["until"].as_i64().unwrap();
    assert!((Timestamp::now().0 - until).abs() < 10, "{until}");
    assert_eq!(rates["interval_seconds"], 1);
    let worlds = rates["worlds"].as_object().unwrap();
    let length = |counts: &Value| counts.as_array().unwrap().len();
    assert!(worlds.len() > 1 && worlds.values().all(|counts| length(counts) == length(&rates["total"])), "{rates}");

    assert_eq!(state["triggers"].as_array().unwrap().len(), 3);
    assert_eq!(trigger(&state, "auraxis::internal"), Value::Null);
    let every = trigger(&state, "every event");
    assert_eq!((&every["why"], &every["filters"], &every["events"]), (&json!([]), &json!(""), &json!("everything")));
    assert!(every["last_run"].is_i64() && every["stats"]["started"].as_u64() > Some(0), "{every}");
    assert!(every["location"].as_str().unwrap().contains("api.rs:"), "{every}");
    let nothing = trigger(&state, "nothing");
    assert_eq!((&nothing["last_run"], &nothing["filters"]), (&Value::Null, &json!("no worlds")));
    assert_eq!(nothing["why"], json!(["No event can pass its filters (no worlds)."]));
    bot.stop().await;
}

#[tokio::test]
async fn a_lost_connection_is_a_gap() {
    let bot = bot().await;
    until("it is connected", async || bot.state().await["health"]["links"][0]["state"] == "up").await;
    until("events", async || bot.state().await["health"]["events"].as_u64() > Some(20)).await;
    bot.sim.drop_connections();
    until("a closed gap", async || {
        let gaps = bot.state().await["gaps"].clone();
        gaps.as_array().unwrap().iter().any(|gap| gap["cause"] == "disconnected" && gap["to"].is_i64())
    })
    .await;
    let gap = &bot.state().await["gaps"][0];
    assert!(gap["from"].is_i64() && gap["kinds"].is_array(), "{gap}");
    bot.stop().await;
}

#[tokio::test]
async fn triggers_are_paused_and_resumed_with_the_token() {
    let bot = bot().await;
    let path = "/api/triggers/a%2Fb%20%C3%BC%25/pause";
    let is_paused = || bot.client.trigger("a/b ü%").unwrap().is_paused();
    let (status, body) = change(&bot, Method::POST, path, None).await;
    assert_eq!(
        (status, &body["error"]),
        (StatusCode::UNAUTHORIZED, &json!("send the token: `Authorization: Bearer TOKEN`"))
    );
    let (status, body) = change(&bot, Method::POST, path, Some("guess")).await;
    assert_eq!((status, &body["error"]), (StatusCode::UNAUTHORIZED, &json!("the token is wrong")));
    assert!(!is_paused());
    assert_eq!(change(&bot, Method::POST, path, Some(TOKEN)).await, (StatusCode::NO_CONTENT, Value::Null));
    assert!(is_paused());
    let state = bot.state().await;
    let paused = trigger(&state, "a/b ü%");
    assert_eq!(
        (&paused["is_paused"], &paused["why"][0]),
        (&json!(true), &json!("It is paused: it ignores everything until it is resumed."))
    );
    let path = path.replace("pause", "resume");
    assert_eq!(change(&bot, Method::POST, &path, Some(TOKEN)).await, (StatusCode::NO_CONTENT, Value::Null));
    assert!(!is_paused());

    for (path, expected, message) in [
        ("/api/triggers/other/pause", StatusCode::NOT_FOUND, "no trigger is named `other`"),
        ("/api/triggers/auraxis::internal/pause", StatusCode::NOT_FOUND, "no trigger is named `auraxis::internal`"),
        ("/api/triggers/%ff/pause", StatusCode::BAD_REQUEST, "the name of the trigger is not valid UTF-8"),
    ] {
        let (status, body) = change(&bot, Method::POST, path, Some(TOKEN)).await;
        assert_eq!((status, &body["error"]), (expected, &json!(message)), "{path}");
    }
    assert_eq!(bot.json("/api/triggers/other/pause").await.0, StatusCode::METHOD_NOT_ALLOWED);
    bot.stop().await;
}

#[tokio::test]
async fn without_a_token_nothing_can_be_changed() {
    let bot = Bot::start(Sim::builder(), |builder| {
        builder.serve_token("").trigger(Trigger::on::<Death>().named("deaths").action(|_: Death| {}))
    })
    .await;
    assert_eq!(bot.state().await["can_change"], false);
    let (status, body) = change(&bot, Method::POST, "/api/triggers/deaths/pause", Some("")).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(body["error"].as_str().unwrap().contains("--serve-token"), "{body}");
    bot.stop().await;
}
