//! What of a recording reaches the triggers: every line that can be read, and nothing is dropped on the way.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use std::{error::Error as _, time::Duration};

use auraxis_core::event::*;
use auraxis_runtime::{Client, ErrorKind, OverflowPolicy, Speed, Trigger, TriggerBuilder};
use common::*;
use tokio::time::sleep;

const SECOND: Duration = Duration::from_secs(1);

fn on() -> TriggerBuilder<PlayerLogin> {
    Trigger::on::<PlayerLogin>()
}

fn number(login: PlayerLogin) -> u64 {
    login.character_id.0
}

/// A frame as it came.
fn raw(character: u64) -> String {
    login(character).to_frame()
}

/// A frame with the moment at which it came.
fn timed(character: u64, at_ms: u64) -> String {
    format!(r#"{{"at_ms":{at_ms},"link":0,"frame":"{}"}}"#, raw(character).replace('"', "\\\""))
}

async fn replayed(recording: &Recording) -> Vec<u64> {
    let (client, log) = (recording.replay(Speed::Max).build().unwrap(), Log::new());
    client.add(on().action(log.seeing(number))).unwrap();
    client.run().await.unwrap();
    log.take()
}

#[tokio::test]
async fn every_line_that_can_be_read_is_replayed_and_no_other_ends_the_replay() {
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
    assert_eq!(replayed(&Recording::new("lines", lines.join(&b'\n'))).await, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn a_last_line_counts_if_it_is_whole() {
    let lines: [fn(u64) -> String; 2] = [raw, |character| timed(character, 1)];
    for line in lines {
        let whole = format!("{}\n{}", line(1), line(2));
        assert_eq!(replayed(&Recording::new("whole", &whole)).await, [1, 2]);
        for torn in [whole.len() - 1, whole.len() - 30, line(1).len() + 2] {
            assert_eq!(replayed(&Recording::new("torn", &whole[..torn])).await, [1], "cut at {torn}");
        }
    }
}

#[tokio::test]
async fn an_empty_recording_is_over_at_once() {
    assert_eq!(replayed(&Recording::new("empty", "")).await, [0; 0]);
}

#[tokio::test]
async fn a_recording_that_is_not_there_is_an_error_that_names_it() {
    let path = Recording::path_of("missing");
    let error = Client::builder().replay([&path]).build().unwrap().run().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Recording);
    assert_eq!(error.to_string(), format!("cannot replay {}", path.display()));
    assert!(error.source().is_some());
}

#[tokio::test]
async fn a_recording_that_cannot_be_written_is_an_error_that_names_it() {
    let path = Recording::path_of("no").join("such").join("folder");
    let error = offline().record(&path).build().unwrap().run().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Recording);
    assert_eq!(error.to_string(), format!("cannot record to {}", path.display()));
}

#[tokio::test]
async fn nothing_is_dropped_however_slow_the_handlers_and_small_the_queues() {
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
        assert_eq!((handle.funnel().started, handle.funnel().dropped), (EVENTS, 0));
    }
}

#[tokio::test]
async fn what_waits_in_a_lane_at_the_end_is_run_however_long_it_takes() {
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
    assert_eq!(handle.funnel().queued, 4_999);
    assert!(log.take().into_iter().eq(0..5_000), "50 seconds of work, and a grace period of one");
}

#[tokio::test]
async fn a_lane_that_never_empties_does_not_outlive_the_end_of_the_client() {
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
        assert_eq!((handle.funnel().started, handle.funnel().queued), (1, 9));
    }
}

#[tokio::test]
async fn many_triggers_all_have_all_events_in_order() {
    const EVENTS: u64 = 3_000;
    let recording = Recording::of("many", (0..EVENTS).map(raw));
    let client = recording.replay(Speed::Max).build().unwrap();
    let logs: Vec<_> = (0..20).map(|_| Log::new()).collect();
    for log in &logs {
        client.add(on().action(log.seeing(number))).unwrap();
    }
    client.run().await.unwrap();
    for log in logs {
        assert!(log.take().into_iter().eq(0..EVENTS));
    }
}
