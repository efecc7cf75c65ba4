//! Replays dispatch every line that can be read, and drop nothing.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use std::{error::Error as _, fs, path::Path, time::Duration};

use auraxis_core::event::{signal::*, *};
use auraxis_runtime::{Client, ErrorKind, OverflowPolicy, Speed, Trigger, TriggerBuilder};
use common::*;
use futures_util::{SinkExt, StreamExt};
use tokio::{net::TcpListener, time::sleep};
use tokio_tungstenite::{accept_async, tungstenite::Message};

const SECOND: Duration = Duration::from_secs(1);

fn on() -> TriggerBuilder<PlayerLogin> {
    Trigger::on::<PlayerLogin>()
}

fn number(login: PlayerLogin) -> u64 {
    login.character_id.0
}

/// A raw frame.
fn raw(character: u64) -> String {
    login(character).to_frame()
}

/// A frame with its time.
fn timed(character: u64, at_ms: u64) -> String {
    format!(r#"{{"at_ms":{at_ms},"link":0,"frame":"{}"}}"#, raw(character).replace('"', "\\\""))
}

async fn replayed_logins(recording: &Recording) -> Vec<u64> {
    let (client, log) = (recording.replay(Speed::Max).build().unwrap(), Log::new());
    client.add(on().action(log.handler(number))).unwrap();
    client.run().await.unwrap();
    log.take()
}

#[tokio::test]
async fn every_valid_line_is_replayed_and_the_others_are_skipped() {
    let (plain, with_its_time) = (raw(1), timed(2, 5_000));
    let in_another_layout = format!("  {}\t\r", raw(3));
    let without_a_link = timed(4, 1).replace(r#""link":0,"#, "");
    let of_a_later_version = timed(5, 6_000).replace(r#""link":0"#, r#""link":7,"note":"something new""#);
    let lines: [&[u8]; 16] = [
        plain.as_bytes(),
        with_its_time.as_bytes(),
        b"",
        b"   ",
        b"no JSON at all",
        b"{}",
        b"[1, 2]",
        b"\xff\xfe binary \x00",
        br#"{"payload":{"event_name":"PlayerLogin"}}"#,
        br#"{"at_ms":7,"frame":"no frame"}"#,
        br#"{"at_ms":"soon","frame":"{}"}"#,
        br#"{"online":{},"service":"event","type":"heartbeat"}"#,
        br#"{"send this for help":{}}"#,
        in_another_layout.as_bytes(),
        without_a_link.as_bytes(),
        of_a_later_version.as_bytes(),
    ];
    assert_eq!(replayed_logins(&Recording::new("lines", lines.join(&b'\n'))).await, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn the_last_line_is_replayed_if_it_is_complete() {
    let lines: [fn(u64) -> String; 2] = [raw, |character| timed(character, 1)];
    for line in lines {
        let whole = format!("{}\n{}", line(1), line(2));
        assert_eq!(replayed_logins(&Recording::new("whole", &whole)).await, [1, 2]);
        for torn in [whole.len() - 1, whole.len() - 30, line(1).len() + 2] {
            assert_eq!(replayed_logins(&Recording::new("torn", &whole[..torn])).await, [1], "cut at {torn}");
        }
    }
}

#[tokio::test]
async fn a_missing_recording_is_an_error_with_its_path() {
    let path = Recording::path_of("missing");
    let error = Client::builder().replay([&path]).build().unwrap().run().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Recording);
    assert_eq!(error.to_string(), format!("cannot replay `{}`", path.display()));
    assert!(error.source().is_some());
}

#[tokio::test]
async fn a_recording_that_cannot_be_written_is_an_error_with_its_path() {
    let path = Recording::path_of("no").join("such").join("folder");
    let error = offline().record(&path).build().unwrap().run().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Recording);
    assert_eq!(error.to_string(), format!("cannot record to `{}`", path.display()));
}

#[tokio::test]
async fn nothing_is_dropped_even_with_slow_handlers_and_small_queues() {
    use OverflowPolicy::{Block, DropNewest, DropOldest};
    const EVENTS: u64 = 300;
    let recording = Recording::of("slow", (0..EVENTS).map(raw));
    let client = recording.replay(Speed::Max).build().unwrap();
    let slow = |_: PlayerLogin| sleep(SECOND / 100);
    let mut handles = Vec::new();
    for (queue, policy) in [(0, DropOldest), (0, DropNewest), (0, Block), (1, DropOldest), (7, DropNewest)] {
        for trigger in [on().sequential(), on().concurrency(2), on().key(|login| login.character_id.0 % 3)] {
            handles.push(client.add(trigger.queue(queue).overflow(policy).action(slow)).unwrap());
        }
    }
    client.run().await.unwrap();
    for handle in handles {
        assert_eq!((handle.stats().started, handle.stats().dropped), (EVENTS, 0));
    }
}

#[tokio::test]
async fn queued_events_are_handled_at_the_end_of_a_replay() {
    let recording = Recording::of("backlog", (0..5_000).map(raw));
    let (client, log) = (recording.replay(Speed::Max).grace(SECOND).build().unwrap(), Log::new());
    let seen = log.clone();
    let slow = move |login: PlayerLogin| {
        let seen = seen.clone();
        async move {
            sleep(SECOND / 100).await;
            seen.add(number(login));
        }
    };
    let handle = client.add(on().sequential().action(slow)).unwrap();
    client.run().await.unwrap();
    assert_eq!(handle.stats().queued, 4_999);
    assert!(log.take().into_iter().eq(0..5_000), "50 seconds of work, and a grace period of one");
}

#[tokio::test]
async fn a_stuck_handler_does_not_block_the_end_of_the_client() {
    let recording = Recording::of("stuck", (0..10).map(raw));
    for limit in [true, false] {
        let builder = recording.replay(Speed::Max).grace(Duration::ZERO);
        let client = if limit { builder.run_for(60 * SECOND) } else { builder }.build().unwrap();
        let handle = client.add(on().sequential().action(|_: PlayerLogin| std::future::pending::<()>())).unwrap();
        let stop = |_: Started, client: Client| async move {
            sleep(90 * SECOND).await;
            client.shutdown();
        };
        client.add(Trigger::on::<Started>().action(stop)).unwrap();
        client.run().await.unwrap();
        assert_eq!((handle.stats().started, handle.stats().queued), (1, 9));
    }
}

#[tokio::test]
async fn many_triggers_all_receive_all_events_in_order() {
    const EVENTS: u64 = 3_000;
    let recording = Recording::of("many", (0..EVENTS).map(raw));
    let client = recording.replay(Speed::Max).build().unwrap();
    let logs: Vec<_> = (0..20).map(|_| Log::new()).collect();
    for log in &logs {
        client.add(on().action(log.handler(number))).unwrap();
    }
    client.run().await.unwrap();
    for log in logs {
        assert!(log.take().into_iter().eq(0..EVENTS));
    }
}

/// Returns why a file cannot be replayed.
async fn refusal(path: &Path) -> String {
    let error = within(Client::builder().replay([path]).build().unwrap().run()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Recording);
    assert_eq!(error.to_string(), format!("cannot replay `{}`", path.display()));
    error.source().unwrap().to_string()
}

/// Returns why a file cannot be recorded to.
async fn record_refusal(path: &Path) -> String {
    let client = offline().record(path).run_for(SECOND / 10).build().unwrap();
    let error = within(client.run()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Recording);
    assert_eq!(error.to_string(), format!("cannot record to `{}`", path.display()));
    error.source().unwrap().to_string()
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[tokio::test]
async fn utf_16_and_byte_order_marks_are_read() {
    let text = format!("{}\r\n{}\r\nno frame \u{1f600}\r\n{}\r\n", raw(1), timed(2, 5_000), raw(3));
    let marked = format!("\u{feff}{text}");
    for (name, bytes) in [
        ("utf-8", marked.clone().into_bytes()),
        ("joined", format!("{}\n{marked}", raw(0)).into_bytes()),
        ("utf-16le", utf16(&marked, u16::to_le_bytes)),
        ("utf-16be", utf16(&marked, u16::to_be_bytes)),
        ("utf-16le-unmarked", utf16(&text, u16::to_le_bytes)),
        ("utf-16be-unmarked", utf16(&text, u16::to_be_bytes)),
    ] {
        let mut seen = replayed_logins(&Recording::new(name, bytes)).await;
        seen.retain(|number| *number > 0);
        assert_eq!(seen, [1, 2, 3], "{name}");
    }
}

#[tokio::test]
async fn a_recording_without_frames_is_an_error_with_its_first_line() {
    let long = "x".repeat(1_000);
    for (text, expected) in [
        ("", "it is empty"),
        ("\r\n\n", "it is empty"),
        ("\u{feff}", "it is empty"),
        ("no frame\nand none\n", "it contains no frames; its first line is `no frame`"),
        ("[\n1\n]", "it contains no frames; its first line is `[`"),
        ("{\"a\":1}", "it contains no frames; its first line is `{\"a\":1}`"),
        ("\x1b[31mred\x07\n", r"it contains no frames; its first line is `\u{1b}[31mred\u{7}`"),
        ("\0\0\0\n", r"it contains no frames; its first line is `\0\0\0`"),
        (&long, &format!("it contains no frames; its first line is `{}…`", &long[..100])),
    ] {
        let _recording = Recording::new("nothing", text);
        assert_eq!(refusal(&Recording::path_of("nothing")).await, expected);
    }
}

#[tokio::test]
async fn unsupported_formats_are_named() {
    for (bytes, what) in [
        (&b"\xFD7zXZ\0\0\x04"[..], "compressed with xz"),
        (b"PK\x03\x04\x14\0\0\0", "a zip archive"),
        (b"7z\xBC\xAF\x27\x1C\0\x04", "a 7z archive"),
        (b"BZh91AY&SY", "compressed with bzip2"),
    ] {
        let (_recording, path) = (Recording::new("foreign", bytes), Recording::path_of("foreign"));
        assert_eq!(refusal(&path).await, format!("it is {what}; unpack it, or use zstd or gzip instead"));
        assert_eq!(
            record_refusal(&path).await,
            format!("it is {what}, but its name says otherwise; rename it or use another file")
        );
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
    let _utf_32 = Recording::new("utf-32", b"\xFF\xFE\0\0{\0\0\0");
    assert_eq!(refusal(&Recording::path_of("utf-32")).await, "it is encoded in UTF-32; convert it to UTF-8");
}

#[tokio::test]
async fn a_file_without_frames_among_others_is_skipped() {
    let files = [("file-1", raw(1)), ("file-2", String::new()), ("file-3", raw(3))];
    let _recordings = files.each_ref().map(|(name, text)| Recording::new(name, text));
    let paths = files.each_ref().map(|(name, _)| Recording::path_of(name));
    let (client, log) = (Client::builder().replay(&paths).build().unwrap(), Log::new());
    client.add(on().action(log.handler(number))).unwrap();
    client.run().await.unwrap();
    assert_eq!(log.take(), [1, 3]);
}

#[tokio::test]
async fn an_invalid_path_is_refused_with_advice() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    assert_eq!(refusal(directory).await, "it is a directory; name the files in it");
    assert_eq!(record_refusal(directory).await, "it is a directory; name a file in it, such as `war.ndjson`");
    let nowhere = directory.join("not-there");
    assert_eq!(
        record_refusal(&nowhere.join("war.ndjson")).await,
        format!("the directory `{}` does not exist; create it first", nowhere.display())
    );
    assert_eq!(record_refusal(Path::new("..")).await, "it is a directory; name a file in it, such as `war.ndjson`");
    assert_eq!(
        record_refusal(Path::new("-")).await,
        "standard output is reserved for handlers; name a file, such as `war.ndjson`"
    );
}

#[tokio::test]
async fn a_run_appends_to_an_earlier_recording() {
    let recording = Recording::new("kept", raw(1));
    let path = Recording::path_of("kept");
    offline().record(&path).run_for(SECOND / 10).build().unwrap().run().await.unwrap();
    assert_eq!(replayed_logins(&recording).await, [1]);
}

#[tokio::test]
async fn two_bots_cannot_record_to_the_same_file() {
    let recording = Recording::new("shared", raw(1));
    let path = Recording::path_of("shared");
    let first = offline().record(&path).build().unwrap();
    let started = Log::new();
    first.add(Trigger::on::<Started>().action(started.handler(|_| ()))).unwrap();
    let running = tokio::spawn({
        let first = first.clone();
        async move { first.run().await }
    });
    until(|| started.len() > 0).await;
    assert_eq!(record_refusal(&path).await, "another bot is recording to it; use a separate file for each bot");
    first.shutdown();
    running.await.unwrap().unwrap();
    offline().record(&path).run_for(SECOND / 10).build().unwrap().run().await.unwrap();
    assert_eq!(replayed_logins(&recording).await, [1]);
}

#[tokio::test]
async fn a_replay_signals_where_the_link_was_lost() {
    let lines = [
        r#"{"at_ms":1000,"link":0,"connected":1}"#.to_owned(),
        timed(1, 2_000),
        r#"{"at_ms":9000,"link":0,"disconnected":"reset","heard_ms":4000}"#.to_owned(),
        r#"{"at_ms":12000,"link":0,"connected":2}"#.to_owned(),
        timed(2, 13_000),
        // After a crash.
        r#"{"at_ms":20000,"link":0,"connected":1}"#.to_owned(),
        timed(3, 21_000),
        r#"{"at_ms":22000,"lost":7,"since_ms":21000}"#.to_owned(),
        r#"{"at_ms":23000,"link":0,"of a later":"version"}"#.to_owned(),
    ];
    let recording = Recording::of("gap", lines);
    let (client, log) = (recording.replay(Speed::Max).build().unwrap(), Log::new());
    client.add(on().action(log.handler(|login| format!("login {}", number(login))))).unwrap();
    client
        .add(
            Trigger::on::<Connected>().action(log.handler(|it: Connected| format!("+{} {}", it.timestamp.0, it.count))),
        )
        .unwrap();
    client
        .add(
            Trigger::on::<Disconnected>()
                .action(log.handler(|it: Disconnected| format!("-{} {}", it.timestamp.0, it.reason))),
        )
        .unwrap();
    client.run().await.unwrap();
    let expected = [
        "+1 1",
        "login 1",
        "-9 reset",
        "+12 2",
        "login 2",
        "-13 the recording was interrupted here",
        "+20 1",
        "login 3",
        "-22 the recording has ended",
    ];
    assert_eq!(log.take(), expected);
}

/// Logs events and changes of the link, in order.
fn follow(client: &Client, log: &Log<String>) {
    let numbers = log.handler(|login| format!("login {}", number(login)));
    let connected = log.handler(|it: Connected| format!("connected {}", it.count));
    let disconnected = log.handler(|it: Disconnected| format!("disconnected: {}", it.reason));
    client.add(on().action(numbers)).unwrap();
    client.add(Trigger::on::<Connected>().action(connected)).unwrap();
    client.add(Trigger::on::<Disconnected>().action(disconnected)).unwrap();
}

#[tokio::test]
async fn a_replay_signals_the_same_connections_as_the_recorded_run() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/streaming", listener.local_addr().unwrap());
    // Hangs up on the first connection.
    let server = tokio::spawn(async move {
        for connection in 1..=2 {
            let (stream, _) = listener.accept().await.unwrap();
            let mut socket = accept_async(stream).await.unwrap();
            socket.next().await.unwrap().unwrap();
            socket.send(Message::text(raw(connection))).await.unwrap();
            if connection == 1 {
                socket.close(None).await.unwrap();
            }
            while let Some(Ok(_)) = socket.next().await {}
        }
    });
    let recording = Recording::new("link", "");
    let client = Client::builder().ess_url(&url).record(Recording::path_of("link")).build().unwrap();
    let live = Log::new();
    follow(&client, &live);
    let running = tokio::spawn({
        let client = client.clone();
        async move { client.run().await }
    });
    until(|| live.len() == 5).await;
    client.shutdown();
    running.await.unwrap().unwrap();
    server.await.unwrap();
    let live = live.take();
    assert_eq!(live[..2], ["connected 1", "login 1"]);
    assert!(live[2].starts_with("disconnected: the server closed the connection"), "{live:?}");
    assert_eq!(live[3..], ["connected 2", "login 2", "disconnected: the client is stopping"]);

    let client = recording.replay(Speed::Max).build().unwrap();
    let replayed = Log::new();
    follow(&client, &replayed);
    client.run().await.unwrap();
    assert_eq!(replayed.take(), live);
}
