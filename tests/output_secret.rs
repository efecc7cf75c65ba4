//! The service id is never shown, even with the full logs of auraxis and its libraries.
//!
//! These bots are built with the feature `tracing-log` of `tracing-subscriber`, as any program may be: the records of
//! libraries that use `log` are shown too.
#![allow(clippy::unwrap_used)] // Helpers of tests are tests.

use auraxis_sim::Sim;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
    process::Command,
};

mod common;
#[path = "common/process.rs"]
mod process;

use process::{Bot, End, example};

const ID: &str = "verysecret";

/// A bot that logs everything.
fn logging(bot: &str) -> Command {
    let mut bot = example(bot);
    bot.env("AURAXIS_SERVICE_ID", ID).env("RUST_LOG", "trace");
    bot
}

fn assert_kept(end: &End) {
    let text = format!("{}{}", end.stdout, end.stderr);
    let shown: Vec<_> = text.lines().filter(|line| line.contains(ID)).collect();
    assert!(shown.is_empty(), "{shown:#?}");
}

/// Starts a server that answers every request with this text, with `{path}` replaced by the requested path. Returns its
/// address.
async fn server(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                let (mut request, mut line) = (String::new(), String::new());
                while stream.read_line(&mut line).await.is_ok_and(|read| read > 2) {
                    request.push_str(&std::mem::take(&mut line));
                }
                let path = request.split(' ').nth(1).unwrap_or_default();
                let _ = stream.write_all(answer.replace("{path}", path).as_bytes()).await;
            });
        }
    });
    address
}

#[tokio::test]
async fn the_service_id_is_not_shown_during_a_successful_run() {
    let sim = Sim::builder().rate(200.0).start().await.unwrap();
    let mut bot = logging("levelup_tracker");
    bot.env("AURAXIS_ESS_URL", sim.ess_url()).env("AURAXIS_REST_URL", sim.rest_url());
    let mut bot = Bot::spawn(bot);
    bot.line().await;
    assert!(sim.requests().iter().any(|request| request.starts_with("/s:verysecret/get/ps2/")));
    let end = bot.terminate().await;
    assert!(end.status.success() && end.stderr.contains("subscribed to"), "{}", end.stderr);
    assert!(end.stderr.contains("reqwest"), "records of `log` are shown: {}", end.stderr);
    assert_kept(&end);
}

/// Answers that repeat the request, as those of proxies and error pages do.
const ANSWERS: [&str; 4] = [
    "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1{path}\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\nthere is no {path}",
    "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<title>{path}</title>",
    "{path}\r\n\r\n",
];

#[tokio::test]
async fn the_service_id_is_not_shown_when_the_stream_fails() {
    for answer in ANSWERS {
        let mut bot = logging("levelup_tracker");
        bot.env("AURAXIS_ESS_URL", format!("ws://{}", server(answer).await)).args(["--for", "1s"]);
        let end = process::run(bot).await;
        assert!(end.stderr.contains("not connected to the event stream"), "{}", end.stderr);
        assert_kept(&end);
    }
}

#[tokio::test]
async fn the_service_id_is_not_shown_when_rest_fails() {
    for answer in ANSWERS {
        // This bot does not use the stream.
        let mut bot = logging("hand_made_join");
        bot.env("AURAXIS_REST_URL", format!("http://{}", server(answer).await)).args(["--for", "2s"]);
        let end = process::run(bot).await;
        assert!(end.stderr.contains("reqwest"), "{}", end.stderr);
        assert_kept(&end);
    }
}

#[tokio::test]
async fn a_misplaced_service_id_is_not_shown() {
    for argument in [format!("s:{ID}"), format!("service-id=s:{ID}"), format!("--service_id=s:{ID}")] {
        let mut bot = example("tally");
        bot.arg(&argument);
        let end = process::run(bot).await;
        assert_eq!(end.status.code(), Some(1), "{end:?}");
        assert!(end.stderr.contains("unexpected argument"), "{end:?}");
        assert_kept(&end);
    }
}
