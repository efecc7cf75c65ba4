//! `/healthz` and `/livez`.
#![allow(clippy::unwrap_used)] // Tests.

mod common;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use auraxis_core::{
    event::{Death, Event},
    id::WorldId,
    time::Timestamp,
};
use auraxis_runtime::{Client, OverflowPolicy, Trigger};
use auraxis_serve::Routes as _;
use auraxis_sim::{Builder, Fault, Sim};
use common::{Bot, free_address, until};
use reqwest::{Client as Http, StatusCode};
use serde_json::{Value, json};

fn busy() -> Builder {
    Sim::builder().rate(500.0).war_start(Timestamp::now())
}

fn every_event() -> Trigger {
    Trigger::on::<Event>().named("every event").action(|_: Event| {})
}

async fn until_healthy(bot: &Bot) {
    until("it is healthy", async || bot.get("/healthz").await.0 == StatusCode::OK).await;
}

/// Waits for a problem of this kind.
async fn until_problem(bot: &Bot, kind: &str) -> Value {
    let find = async || {
        let (status, report) = bot.json("/healthz").await;
        let problems = report["problems"].as_array().unwrap().clone();
        let found = problems.into_iter().find(|problem| problem["kind"] == kind);
        assert_eq!(status == StatusCode::OK, report["status"] == "ok", "{report}");
        found
    };
    until(kind, async || find().await.is_some()).await;
    find().await.unwrap()
}

#[tokio::test]
async fn it_is_healthy_while_data_flows_and_says_which_link_is_down() {
    let bot = Bot::start(busy(), |builder| builder.trigger(every_event())).await;
    until_healthy(&bot).await;
    assert_eq!(bot.json("/healthz").await.1, json!({ "status": "ok", "problems": [] }));
    let head = Http::new().head(bot.url("/healthz")).send().await.unwrap();
    assert_eq!((head.status(), head.text().await.unwrap().len()), (StatusCode::OK, 0));

    bot.sim.refuse(true);
    bot.sim.drop_connections();
    let problem = until_problem(&bot, "link").await;
    assert_eq!(problem["subject"], "link 0");
    assert!(problem["message"].as_str().unwrap().starts_with("link 0 is down since "), "{problem}");
    assert!(until_problem(&bot, "gap").await["message"].as_str().unwrap().contains("may be missing since"));
    assert_eq!(bot.get("/livez").await.0, StatusCode::OK);

    bot.sim.refuse(false);
    until_healthy(&bot).await;
    bot.stop().await;
}

#[tokio::test]
async fn it_says_which_world_is_silent() {
    let bot = Bot::start(busy(), |builder| builder.trigger(every_event())).await;
    until_healthy(&bot).await;
    until("rates are known", async || bot.client.health().events > 3_000).await;
    bot.sim.inject(Fault::SilenceWorld { world: WorldId::SOLTECH, duration: Duration::from_mins(10) });
    let problem = until_problem(&bot, "world").await;
    assert_eq!(problem["subject"], "SolTech");
    assert!(problem["message"].as_str().unwrap().starts_with("SolTech is silent since "), "{problem}");
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_which_trigger_blocks_the_stream() {
    let blocks = Arc::new(AtomicBool::new(false));
    let is_blocked = Arc::clone(&blocks);
    let block = Trigger::on::<Event>().named("slow").action(move |_: Event| {
        while is_blocked.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(5));
        }
    });
    let bot = Bot::start(busy(), |builder| builder.trigger(every_event()).trigger(block)).await;
    until_healthy(&bot).await;
    blocks.store(true, Ordering::Relaxed);
    let problem = until_problem(&bot, "trigger").await;
    assert_eq!(problem["subject"], "slow");
    assert!(problem["message"].as_str().unwrap().starts_with("`slow` has blocked the stream for "), "{problem}");
    assert_eq!(bot.get("/livez").await.0, StatusCode::OK);
    let state = bot.state().await;
    let triggers = state["triggers"].as_array().unwrap();
    let why = |name| triggers.iter().find(|trigger| trigger["name"] == name).unwrap()["why"][0].as_str().unwrap();
    assert!(why("every event").starts_with("`slow` has blocked the stream"), "{state}");
    assert!(why("slow").starts_with("It has blocked the stream"), "{state}");

    blocks.store(false, Ordering::Relaxed);
    until("it does not block", async || !bot.get("/healthz").await.1.contains("slow")).await;
    bot.stop().await;
}

#[tokio::test]
async fn it_says_which_trigger_drops_events() {
    let slow = Trigger::on::<Event>()
        .named("slow")
        .concurrency(1)
        .queue(1)
        .overflow(OverflowPolicy::DropNewest)
        .action(async |_: Event| tokio::time::sleep(Duration::from_millis(500)).await);
    let bot = Bot::start(busy(), |builder| builder.trigger(slow).grace(Duration::from_millis(10))).await;
    let problem = until_problem(&bot, "trigger").await;
    assert_eq!(problem["subject"], "slow");
    assert!(problem["message"].as_str().unwrap().starts_with("`slow` is too slow: it has dropped "), "{problem}");
    let state = bot.state().await;
    assert!(state["triggers"][0]["why"][0].as_str().unwrap().contains("of them recently"), "{state}");
    until("a gap", async || {
        let state = bot.state().await;
        state["gaps"].as_array().unwrap().iter().any(|gap| gap["cause"] == "dropped")
    })
    .await;
    bot.stop().await;
}

#[tokio::test]
async fn while_it_stops_it_is_not_healthy() {
    let started = Arc::new(AtomicBool::new(false));
    let is_started = Arc::clone(&started);
    let long = Trigger::on::<Death>().named("long").action(move |_: Death| {
        is_started.store(true, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_mins(1))
    });
    let bot = Bot::start(busy(), |builder| builder.trigger(long).grace(Duration::from_secs(3))).await;
    until("it runs", async || started.load(Ordering::Relaxed)).await;
    bot.client.shutdown();
    let (status, report) = bot.json("/healthz").await;
    assert_eq!((status, &report["status"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("stopping")));
    assert_eq!(
        report["problems"][0],
        json!({ "kind": "client", "subject": "client", "message": "the client is stopping" })
    );
    assert_eq!(bot.state().await["state"], "stopping");
    assert_eq!(bot.get("/livez").await.0, StatusCode::OK);
    bot.stop().await;
}

#[tokio::test]
async fn the_routes_can_be_part_of_another_server() {
    let client = Client::builder().trigger(every_event()).build().unwrap();
    let app = axum::Router::new().route("/own", axum::routing::get(async || "my own")).nest("/bot", client.router());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let get = async |path: &str| {
        let response = reqwest::get(format!("http://{address}{path}")).await.unwrap();
        (response.status(), response.text().await.unwrap())
    };
    assert_eq!(get("/own").await, (StatusCode::OK, "my own".into()));
    assert_eq!(get("/bot/livez").await.0, StatusCode::OK);
    let (status, report) = get("/bot/healthz").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(report.contains("the client has not run yet"), "{report}");
    let (_, state) = get("/bot/api/state").await;
    assert!(state.contains(r#""state":"starting""#), "{state}");
    server.abort();

    // The routes, merged into others, do not take over what is not theirs.
    let merged = axum::Router::new().fallback(async || "my fallback").merge(client.router());
    let listener = tokio::net::TcpListener::bind(free_address()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, merged).await });
    let missing = reqwest::get(format!("http://{address}/missing")).await.unwrap().text().await.unwrap();
    assert_eq!(missing, "my fallback");
    server.abort();
}
