//! The time in replays.

mod common;

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use auraxis_core::event::{Death, Event, PlayerLogin, signal::TriggerFailed};
use auraxis_runtime::{Client, Speed, Trigger};
use tokio::time::{sleep, timeout};

/// The timeout of a test, in real time.
const PATIENCE: Duration = Duration::from_secs(30);

/// A recording with a login at each of these milliseconds.
struct RecordingFile(PathBuf);

const START: i64 = 1_700_000_000_000;

impl RecordingFile {
    fn new(name: &str, times: impl IntoIterator<Item = i64>) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("replay-{name}.ndjson"));
        let lines: String = times.into_iter().map(|ms| line(START + ms)).collect();
        fs::write(&path, lines).expect("a directory for the tests");
        Self(path)
    }
}

impl Drop for RecordingFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn line(at_ms: i64) -> String {
    let frame = format!(
        r#"{{"payload":{{"character_id":"{at_ms}","event_name":"PlayerLogin","timestamp":"{}","world_id":"1"}},"service":"event","type":"serviceMessage"}}"#,
        at_ms / 1_000
    );
    format!("{{\"at_ms\":{at_ms},\"link\":0,\"frame\":{}}}\n", serde_json::to_string(&frame).expect("a text"))
}

type Log = Arc<Mutex<Vec<String>>>;

fn note(log: &Log, text: impl ToString) {
    log.lock().expect("no run panics while it notes").push(text.to_string());
}

/// When a login was received, since the start of the recording.
fn ms(event: &PlayerLogin) -> i64 {
    i64::try_from(event.character_id.0).expect("a moment") - START
}

#[tokio::test(flavor = "multi_thread")]
async fn timers_fire_between_the_frames_without_waiting_in_real_time() {
    let recording = RecordingFile::new("timer", [0, 10_000, 1_800_000]);
    let log = Log::default();
    let noted = Arc::clone(&log);
    let client = Client::builder()
        .replay([&recording.0])
        .grace(Duration::from_millis(100))
        .trigger(Trigger::on::<PlayerLogin>().action(move |login: PlayerLogin| {
            let log = Arc::clone(&noted);
            async move {
                note(&log, format!("login at {}", ms(&login)));
                sleep(Duration::from_secs(15)).await;
                note(&log, format!("15 s after {}", ms(&login)));
            }
        }))
        .build()
        .unwrap();
    timeout(PATIENCE, client.run()).await.expect("half an hour in no time").unwrap();
    let expected =
        ["login at 0", "login at 10000", "15 s after 0", "15 s after 10000", "login at 1800000", "15 s after 1800000"];
    assert_eq!(*log.lock().unwrap(), expected);
}

#[tokio::test]
async fn a_timeout_counts_recorded_time() {
    let recording = RecordingFile::new("timeout", (0..10).map(|second| second * 1_000));
    let log = Log::default();
    let (noted, failed) = (Arc::clone(&log), Arc::clone(&log));
    let client = Client::builder()
        .replay([&recording.0])
        .grace(Duration::from_millis(10))
        .trigger(
            Trigger::on::<PlayerLogin>()
                .single_shot()
                .timeout(Duration::from_secs(5))
                .action(|_: PlayerLogin| sleep(Duration::from_secs(6))),
        )
        .trigger(Trigger::on::<PlayerLogin>().action(move |login: PlayerLogin| note(&noted, ms(&login))))
        .trigger(Trigger::on::<TriggerFailed>().action(move |it: TriggerFailed| {
            note(&failed, format!("{} at {}", it.message, it.timestamp.0 - START / 1_000));
        }))
        .build()
        .unwrap();
    client.run().await.unwrap();
    let log = log.lock().unwrap();
    let at = log.iter().position(|line| line.starts_with("did not finish within 5s")).expect("a timeout");
    // The frame of the fifth second and the timeout are due at the same time.
    assert!((5..=6).contains(&at), "{log:?}");
    assert!(log[at].ends_with("at 4") || log[at].ends_with("at 5"), "{log:?}");
}

#[tokio::test]
async fn files_are_replayed_in_sequence_and_only_long_pauses_are_skipped() {
    let first = RecordingFile::new("first", [0, 1_000]);
    let second = RecordingFile::new("second", [86_400_000, 86_460_000]);
    let log = Log::default();
    let noted = Arc::clone(&log);
    let client = Client::builder()
        .replay([&first.0, &second.0])
        .trigger(Trigger::on::<PlayerLogin>().action({
            let start = std::sync::OnceLock::new();
            move |_: PlayerLogin| {
                let start = start.get_or_init(tokio::time::Instant::now);
                note(&noted, start.elapsed().as_secs());
            }
        }))
        .build()
        .unwrap();
    client.run().await.unwrap();
    assert_eq!(*log.lock().unwrap(), ["0", "1", "1", "61"]);
}

#[tokio::test]
async fn a_replay_does_not_overwrite_its_recording() {
    let recording = RecordingFile::new("itself", [0, 1_000]);
    let before = fs::read(&recording.0).unwrap();
    let login = Trigger::on::<PlayerLogin>().named("login").action(|_: PlayerLogin| ());
    let client = Client::builder().replay([&recording.0]).record(&recording.0).trigger(login).build().unwrap();
    let login = client.trigger("login").unwrap();
    client.run().await.unwrap();
    assert_eq!((login.stats().started, fs::read(&recording.0).unwrap()), (2, before));
}

#[tokio::test]
async fn a_speed_is_kept() {
    let recording = RecordingFile::new("speed", (0..=20).map(|n| n * 100));
    let client = Client::builder().replay([&recording.0]).speed(Speed::Times(10.0)).build().unwrap();
    let start = Instant::now();
    client.run().await.unwrap();
    let took = start.elapsed();
    assert!(took >= Duration::from_millis(180), "{took:?} for two seconds at ten times their speed");
}

#[tokio::test]
async fn real_time_awaits_the_outside_world() {
    let recording = RecordingFile::new("real_time", [0, 3_600_000]);
    let log = Log::default();
    let noted = Arc::clone(&log);
    let client = Client::builder()
        .replay([&recording.0])
        .trigger(Trigger::on::<PlayerLogin>().single_shot().timeout(Duration::from_secs(30)).action(
            move |_: PlayerLogin, client: Client| {
                let log = Arc::clone(&noted);
                async move {
                    let (answer, answered) = tokio::sync::oneshot::channel();
                    std::thread::spawn(move || {
                        std::thread::sleep(Duration::from_millis(100));
                        let _ = answer.send("answered");
                    });
                    note(&log, client.real_time(answered).await.unwrap());
                }
            },
        ))
        .build()
        .unwrap();
    client.run().await.unwrap();
    assert_eq!(*log.lock().unwrap(), ["answered"], "without `real_time`, the timeout of 30 s fires at once");
}

#[tokio::test]
async fn run_for_counts_recorded_time() {
    let recording = RecordingFile::new("for", (0..100).map(|second| second * 1_000));
    let log = Log::default();
    let noted = Arc::clone(&log);
    let client = Client::builder()
        .replay([&recording.0])
        .run_for(Duration::from_millis(9_500))
        .trigger(Trigger::on::<Event>().action(move |event: Event| note(&noted, event.name())))
        .build()
        .unwrap();
    client.run().await.unwrap();
    assert_eq!(log.lock().unwrap().len(), 10);
}

#[tokio::test]
async fn a_dropped_replay_stops() {
    let recording = RecordingFile::new("given-up", [0, 3_000_000]);
    let client = Client::builder().replay([&recording.0]).speed(Speed::Times(1.0)).build().unwrap();
    assert!(timeout(Duration::from_millis(200), client.run()).await.is_err());
    assert!(client.shutdown_signal().is_requested());
}

#[tokio::test]
async fn nothing_is_dropped_even_if_a_handler_is_slow() {
    let recording = RecordingFile::new("slow", 0..1_000);
    let client = Client::builder()
        .replay([&recording.0])
        .grace(Duration::from_millis(100))
        .trigger(
            Trigger::on::<PlayerLogin>()
                .named("slow")
                .sequential()
                .queue(1)
                .action(|_: PlayerLogin| sleep(Duration::from_mins(1))),
        )
        .trigger(Trigger::on::<Death>().action(|_: Death| {}))
        .build()
        .unwrap();
    let slow = client.trigger("slow").unwrap();
    timeout(PATIENCE, client.run()).await.expect("16 hours in no time").unwrap();
    assert_eq!((slow.stats().received, slow.stats().dropped), (1_000, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn events_held_back_by_a_full_queue_are_handled_at_the_end() {
    for queue in [0, 1] {
        let recording = RecordingFile::new(&format!("full-{queue}"), (0..10).map(|_| 0));
        let client = Client::builder().replay([&recording.0]).speed(Speed::Max).grace(Duration::from_millis(200));
        let client = client.build().expect("a client");
        let handler = |_: PlayerLogin, client: Client| async move {
            client.real_time(sleep(Duration::from_millis(50))).await;
        };
        let slow = client.add(Trigger::on::<PlayerLogin>().sequential().queue(queue).action(handler));
        let slow = slow.expect("a trigger");
        timeout(PATIENCE, client.run()).await.expect("an end").expect("a good one");
        let stats = slow.stats();
        assert_eq!((stats.started, stats.dropped, stats.aborted), (10, 0, 0), "queue {queue}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_stuck_after_using_real_time_does_not_block_the_end() {
    let recording = RecordingFile::new("hangs", [0, 0]);
    let client = Client::builder().replay([&recording.0]).speed(Speed::Max).grace(Duration::from_millis(200));
    let client = client.build().expect("a client");
    let handler = |_: PlayerLogin, client: Client| async move {
        client.real_time(sleep(Duration::from_millis(100))).await;
        std::future::pending::<()>().await;
    };
    client.add(Trigger::on::<PlayerLogin>().sequential().action(handler)).expect("a trigger");
    timeout(PATIENCE, client.run()).await.expect("an end").expect("a good one");
}
