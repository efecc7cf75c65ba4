//! The kill feed, and a server that answers as Discord does.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use auraxis::{census::Census, prelude::*};
use auraxis_sim::Sim;
use axum::{
    Router,
    extract::State as Shared,
    http::{HeaderMap, HeaderValue, StatusCode, header::RETRY_AFTER},
    routing,
};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::{
    common::{death, quiet, subscription, until, within},
    process::{Bot, run},
    recipe,
};

/// The secret part of the URL.
const TOKEN: &str = "mE3h7Zq1-secret";

const KILLFEED: &str = env!("CARGO_BIN_EXE_killfeed");

#[derive(Debug)]
struct Post {
    at: Instant,
    content: String,
}

#[derive(Debug, Default)]
struct Log {
    posts: Vec<Post>,
    /// The statuses of the next answers; afterwards, 204.
    answers: VecDeque<u16>,
}

/// A server that stores the messages it gets. Clones share it.
#[derive(Clone, Debug, Default)]
struct Discord(Arc<Mutex<Log>>);

impl Discord {
    /// Starts the server, and returns the URL of a webhook.
    async fn start(&self, answers: impl IntoIterator<Item = u16>) -> String {
        self.0.lock().unwrap().answers = answers.into_iter().collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let path = format!("/api/webhooks/1/{TOKEN}");
        let router = Router::new().route(&path, routing::post(receive)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}{path}")
    }

    fn contents(&self) -> Vec<String> {
        self.0.lock().unwrap().posts.iter().map(|post| post.content.clone()).collect()
    }

    async fn posts(&self, count: usize) {
        until(&format!("{count} posts"), || self.contents().len() >= count).await;
    }
}

async fn receive(Shared(discord): Shared<Discord>, body: String) -> (StatusCode, HeaderMap) {
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["allowed_mentions"], serde_json::json!({ "parse": [] }));
    let mut log = discord.0.lock().unwrap();
    log.posts.push(Post { at: Instant::now(), content: body["content"].as_str().unwrap().to_owned() });
    let status = StatusCode::from_u16(log.answers.pop_front().unwrap_or(204)).unwrap();
    let mut headers = HeaderMap::new();
    if status == StatusCode::TOO_MANY_REQUESTS {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("1.5"));
    }
    (status, headers)
}

/// Players of the simulated war.
async fn players(sim: &Sim) -> Vec<Character> {
    let census = Census::builder().service_id("s:test").rest_url(sim.rest_url()).build().unwrap();
    census.find::<Character>().limit(5).await.unwrap()
}

/// A kill feed that posts to this URL.
fn killfeed(sim: &Sim, url: &str) -> tokio::process::Command {
    let mut command = recipe(KILLFEED, sim);
    command.env("DISCORD_WEBHOOK_URL", url).env("RUST_LOG", "debug");
    command
}

/// Publishes a kill on Osprey, of all of which the first starts a cooldown of the killer.
fn kill(sim: &Sim, killer: &Character, victim: &Character, timestamp: i64) {
    let death = death(killer.character_id.0, victim.character_id.0, timestamp, 1);
    assert_eq!(sim.publish(&death), 1);
}

#[tokio::test]
async fn kills_are_posted_once_a_minute_by_each_player() {
    let (sim, discord) = (quiet().await, Discord::default());
    let url = discord.start([]).await;
    let bot = Bot::spawn(killfeed(&sim, &url));
    subscription(&sim).await;
    let players = players(&sim).await;
    let [a, b, c, ..] = &players[..] else { panic!("{players:?}") };
    kill(&sim, a, b, 1_000);
    kill(&sim, a, c, 1_059);
    // A suicide.
    kill(&sim, c, c, 1_059);
    kill(&sim, b, a, 1_059);
    kill(&sim, a, c, 1_060);
    discord.posts(3).await;
    let end = bot.terminate().await;
    assert!(end.status.success(), "{end:?}");
    let contents = discord.contents();
    let expected = [(a, b), (b, a), (a, c)].map(|(killer, victim)| format!("{killer} killed {victim}"));
    assert_eq!(contents.len(), 3, "{contents:?}");
    for (content, expected) in contents.iter().zip(expected) {
        assert!(content.starts_with(&expected), "{contents:?}");
    }
    assert!(!end.stderr.contains(TOKEN), "{end:?}");
}

#[tokio::test]
async fn a_message_waits_as_long_as_discord_says() {
    let (sim, discord) = (quiet().await, Discord::default());
    let url = discord.start([429, 429, 204]).await;
    let bot = Bot::spawn(killfeed(&sim, &url));
    subscription(&sim).await;
    let players = players(&sim).await;
    kill(&sim, &players[0], &players[1], 1_000);
    kill(&sim, &players[1], &players[2], 1_000);
    discord.posts(4).await;
    assert!(bot.terminate().await.status.success());
    let log = discord.0.lock().unwrap();
    assert_eq!(log.posts.len(), 4, "{log:?}");
    for (post, next) in [(0, 1), (1, 2)] {
        assert_eq!(log.posts[post].content, log.posts[next].content);
        assert!(log.posts[next].at - log.posts[post].at >= Duration::from_millis(1_500), "{log:?}");
    }
    assert_ne!(log.posts[2].content, log.posts[3].content, "the other message comes after it");
}

#[tokio::test]
async fn a_failed_message_is_posted_again() {
    let (sim, discord) = (quiet().await, Discord::default());
    let url = discord.start([503, 204]).await;
    let bot = Bot::spawn(killfeed(&sim, &url));
    subscription(&sim).await;
    let players = players(&sim).await;
    kill(&sim, &players[0], &players[1], 1_000);
    discord.posts(2).await;
    let end = bot.terminate().await;
    assert!(end.status.success() && !end.stderr.contains(TOKEN), "{end:?}");
    let contents = discord.contents();
    assert_eq!(contents[0], contents[1]);
}

#[tokio::test]
async fn the_url_is_not_in_the_error_of_a_message_that_is_lost() {
    let (sim, discord) = (quiet().await, Discord::default());
    // The first attempt, and three more.
    let url = discord.start([503; 4]).await;
    let bot = Bot::spawn(killfeed(&sim, &url));
    subscription(&sim).await;
    let players = players(&sim).await;
    kill(&sim, &players[0], &players[1], 1_000);
    discord.posts(4).await;
    // One after it is posted.
    kill(&sim, &players[1], &players[0], 1_000);
    discord.posts(5).await;
    let end = bot.terminate().await;
    assert!(end.status.success() && end.stderr.contains("503"), "{end:?}");
    assert!(!end.stderr.contains(TOKEN), "{end:?}");
}

#[tokio::test]
async fn a_webhook_that_was_deleted_stops_the_bot() {
    let (sim, discord) = (quiet().await, Discord::default());
    let url = discord.start([404]).await;
    let bot = Bot::spawn(killfeed(&sim, &url));
    subscription(&sim).await;
    let players = players(&sim).await;
    kill(&sim, &players[0], &players[1], 1_000);
    let end = bot.end().await;
    assert_eq!(end.status.code(), Some(1), "{end:?}");
    assert!(end.stderr.contains("Discord does not know this webhook") && !end.stderr.contains(TOKEN), "{end:?}");
}

#[tokio::test]
async fn a_url_that_is_wrong_is_not_shown() {
    let sim = quiet().await;
    let end = within(run(killfeed(&sim, TOKEN))).await;
    assert_eq!(end.status.code(), Some(1), "{end:?}");
    assert!(end.stderr.contains("`DISCORD_WEBHOOK_URL` is not a URL") && !end.stderr.contains(TOKEN), "{end:?}");
}
