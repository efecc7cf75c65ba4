//! The program `auraxis-relay`.
#![allow(clippy::unwrap_used)] // Helpers of tests are tests.

#[path = "../common/mod.rs"]
mod common;
#[cfg(unix)]
mod kills;

use std::{
    env,
    ffi::OsStr,
    process::{Output, Stdio},
};

use auraxis_nats::{
    dead::{FailedEvent, bury},
    stream::{self, EVENTS, RETRY},
};
use tokio::process::Command;
#[cfg(feature = "serve")]
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

use self::common::{NatsServer, ServerSettings, context, ids, messages, small_streams, within};

/// A program. The environment of the test does not matter.
fn program(path: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(path);
    command.stdin(Stdio::null()).kill_on_drop(true);
    for (variable, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("AURAXIS_")) {
        command.env_remove(variable);
    }
    command.env_remove("RUST_LOG");
    command
}

/// Runs the relay.
fn relay(arguments: &[&str]) -> Command {
    let mut command = program(env!("CARGO_BIN_EXE_auraxis-relay"));
    command.args(arguments);
    command
}

async fn output(arguments: &[&str]) -> Output {
    within(relay(arguments).output()).await.unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn a_relay_of_the_simulator_fills_the_stream_and_stops_in_time() {
    let Some(server) = NatsServer::start() else { return };
    let url = server.url();
    let output = output(&["--sim", "--to", &url, "--max-bytes", "50MB", "--max-age", "1h", "--for", "4s"]).await;
    let log = text(&output.stderr);
    assert!(output.status.success() && output.stdout.is_empty(), "{output:?}");
    assert!(log.contains("created the stream `ps2-events`") && log.contains("0 dropped"), "{log}");
    assert!(!log.contains('\u{1b}'), "no colors in a file: {log:?}");

    let context = context(&server).await;
    let stored = messages(&context, EVENTS).await;
    assert!(stored.len() > 50, "{} messages", stored.len());
    let mut unique = ids(&stored);
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), stored.len());
    let stream = context.get_stream(EVENTS).await.unwrap();
    let config = &stream.cached_info().config;
    assert_eq!((config.max_bytes, config.max_age.as_secs()), (50_000_000, 3_600));
}

#[tokio::test]
async fn the_log_can_be_for_programs() {
    let Some(server) = NatsServer::start() else { return };
    let url = server.url();
    let output = output(&["--sim", "--to", &url, "--max-bytes", "50MB", "--for", "1s", "--log-format", "json"]).await;
    let log = text(&output.stderr);
    assert!(output.status.success() && log.contains(r#""message":"created the stream `ps2-events`"#), "{output:?}");
    assert!(log.lines().all(|line| line.starts_with(r#"{"timestamp":""#) && line.ends_with('}')), "{log}");
}

#[cfg(feature = "serve")]
#[tokio::test]
async fn a_relay_serves_its_health_and_metrics() {
    let Some(server) = NatsServer::start() else { return };
    let arguments = ["--sim", "--to", &server.url(), "--max-bytes", "50MB", "--serve", "127.0.0.1:0"];
    let mut child = relay(&arguments).stderr(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    let address = within(async {
        loop {
            let line = log.next_line().await.unwrap().expect("it serves");
            if let Some((_, address)) = line.split_once("serving on http://") {
                return address.to_owned();
            }
        }
    })
    .await;
    let get = async |path: &str| {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        response
    };
    within(async {
        while !get("/healthz").await.starts_with("HTTP/1.1 200 ") || !get("/metrics").await.contains("kind=\"Death\"") {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    })
    .await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_stops_the_relay_gracefully() {
    let Some(server) = NatsServer::start() else { return };
    let mut child =
        relay(&["--sim", "--to", &server.url(), "--max-bytes", "50MB"]).stderr(Stdio::piped()).spawn().unwrap();
    let context = context(&server).await;
    within(async {
        while context.get_stream(EVENTS).await.is_ok_and(|stream| stream.cached_info().state.messages < 20)
            || context.get_stream(EVENTS).await.is_err()
        {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    })
    .await;
    let id = child.id().unwrap().to_string();
    assert!(within(Command::new("kill").args(["-TERM", &id]).status()).await.unwrap().success());
    let status = within(child.wait()).await.unwrap();
    assert!(status.success(), "{status}");
}

#[tokio::test]
async fn a_broker_that_cannot_be_used_ends_the_relay_with_one_message_and_no_secret() {
    let user = Some(("me".to_owned(), "right".to_owned()));
    let Some(server) = NatsServer::with(ServerSettings { user, ..ServerSettings::default() }) else { return };
    let output = output(&["--sim", "--to", &server.url_with("me:hunter2")]).await;
    let log = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{log}");
    assert!(log.contains("the server refused the login") && !log.contains("hunter2"), "{log}");
    assert_eq!(log.lines().filter(|line| line.starts_with("Error: ")).count(), 1, "{log}");
}

#[tokio::test]
async fn dead_letters_are_put_back() {
    let Some(server) = NatsServer::start() else { return };
    let context = context(&server).await;
    stream::ensure(&context, &small_streams()).await.unwrap();
    for (trigger, sequence) in [("a", 1), ("b", 2), ("a", 3), ("a", 4)] {
        let letter = FailedEvent {
            bot: "killfeed",
            trigger,
            payload: "{}".into(),
            headers: None,
            subject: "ps2.ps2.1.Death",
            sequence,
            error: "no",
            attempts: 5,
        };
        within(bury(&context, &letter)).await.unwrap();
    }
    let url = server.url();
    let redrive = ["redrive", "--to", &url, "--bot", "killfeed"];
    let limited = output(&[&redrive[..], &["--trigger", "a", "--limit", "1"]].concat()).await;
    assert_eq!((limited.status.code(), text(&limited.stdout)), (Some(0), "1 dead letter put back\n"), "{limited:?}");
    let all = output(&redrive).await;
    assert_eq!(text(&all.stdout), "3 dead letters put back\n");
    assert_eq!(messages(&context, RETRY).await.len(), 4);
}

#[tokio::test]
async fn wrong_arguments_exit_with_one() {
    for (arguments, message) in [
        (&["--max-age", "soon"][..], "such as `15s`"),
        (&["--max-bytes", "much"], "such as `500MB`"),
        (&["--sim", "--ess-url", "ws://h"], "cannot be used with"),
        (&["redrive"], "--bot <NAME>"),
        #[cfg(feature = "serve")]
        (&["--sim", "--serve-token", "x"], "`--serve-token` requires a server"),
        (&["--to", "http://me:hunter2@h"], "must begin with `nats://`"),
    ] {
        let output = output(arguments).await;
        let log = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {log}");
        assert!(log.contains(message) && !log.contains("hunter2"), "{arguments:?}: {log}");
    }
}
