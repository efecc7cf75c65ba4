//! Handlers that block: others go on, live, in a replay and in a test.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use auraxis::{Speed, prelude::*, test::*};
use auraxis_sim::Sim;
use serde_json::json;
use tokio::runtime::{Builder, Handle};

use crate::common::{self, Diary, subscription, until, within};

/// A simulator on a thread and a runtime of its own, so that nothing it does helps the client.
fn elsewhere() -> (Sim, tokio::runtime::Runtime) {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let sim = runtime.block_on(common::quiet());
    (sim, runtime)
}

#[test]
fn timers_of_other_tasks_go_on_while_a_handler_blocks_in_its_first_poll() {
    let (sim, elsewhere) = elsewhere();
    for workers in [1, 2, 8] {
        let runtime = Builder::new_multi_thread().worker_threads(workers).enable_all().build().unwrap();
        runtime.block_on(async {
            let diary = Diary::default();
            let blocks = |diary: &Diary| {
                let diary = diary.clone();
                async move |_: PlayerLogin| {
                    diary.note("blocks");
                    thread::sleep(Duration::from_secs(3));
                    diary.note("returns");
                }
            };
            let handler = {
                let diary = diary.clone();
                move |login: PlayerLogin| {
                    let blocks = blocks(&diary);
                    async move { blocks(login).await }
                }
            };
            let client = common::client(&sim).trigger(Trigger::on::<PlayerLogin>().action(handler)).build().unwrap();
            let run = common::start(&client).await;
            subscription(&sim).await;
            let latest = tokio::spawn({
                let diary = diary.clone();
                async move {
                    let mut latest = Duration::ZERO;
                    while diary.read().len() < 2 {
                        let start = Instant::now();
                        tokio::time::sleep(Duration::from_millis(10)).await;
                        latest = latest.max(start.elapsed());
                    }
                    latest
                }
            });
            sim.publish(&common::login(1, 1));
            let latest = within(latest).await.unwrap();
            assert_eq!(diary.read(), ["blocks", "returns"]);
            // Three seconds, if nobody else watches over timers; a busy machine is late by less.
            assert!(latest < Duration::from_secs(1), "{workers} workers: {latest:?}");
            common::stop(&client, run).await;
        });
    }
    drop(sim);
    elsewhere.shutdown_background();
}

const NAME: &str = "Higby";

type Blocking = fn(PlayerLogin, Client, State<Diary>);

/// Ways to block within a runtime. All belong into `blocking` triggers.
const WAYS: [(&str, Blocking); 4] = [
    ("asks", |login, client, diary| {
        let found = Handle::current().block_on(client.get_by_id::<Character>(login.character_id));
        diary.note(found.unwrap().map_or("nobody".into(), |character| character.name.first.to_string()));
    }),
    ("sleeps", |_, _, diary| {
        thread::sleep(Duration::from_millis(50));
        diary.note(NAME);
    }),
    ("sleeps in the runtime", |_, _, diary| {
        Handle::current().block_on(tokio::time::sleep(Duration::from_millis(50)));
        diary.note(NAME);
    }),
    ("waits for another task", |_, _, diary| {
        let task = Handle::current().spawn(tokio::time::sleep(Duration::from_millis(50)));
        Handle::current().block_on(task).unwrap();
        diary.note(NAME);
    }),
];

fn builder(way: Blocking, diary: &Diary) -> auraxis::ClientBuilder {
    Client::builder()
        .service_id("s:test")
        .state(diary.clone())
        .trigger(Trigger::on::<PlayerLogin>().named("blocks").blocking().action(way))
}

async fn known(sim: &Sim) -> u64 {
    let census = auraxis::census::Census::builder().service_id("s:test").rest_url(sim.rest_url()).build().unwrap();
    let anybody = within(census.find::<Character>().first()).await.unwrap().unwrap();
    anybody.character_id.0
}

#[tokio::test(flavor = "multi_thread")]
async fn blocking_handlers_ask_and_sleep_in_a_replay_as_they_do_live() {
    let sim = common::quiet().await;
    let character = known(&sim).await;
    let recording = format!("{}/cases-blocking.ndjson", env!("CARGO_TARGET_TMPDIR"));
    fs::write(&recording, common::login(character, 1) + "\n").unwrap();
    for (way, blocks) in WAYS {
        let live = Diary::default();
        let client = builder(blocks, &live).ess_url(sim.ess_url()).rest_url(sim.rest_url()).build().unwrap();
        let run = common::start(&client).await;
        until("a subscription", || sim.publish(&common::login(character, 1)) == 1).await;
        let seen = live.entries(1).await;
        common::stop(&client, run).await;

        let replayed = Diary::default();
        let client = builder(blocks, &replayed).rest_url(sim.rest_url()).replay([&recording]).speed(Speed::Max);
        within(client.build().unwrap().run()).await.unwrap();
        assert_eq!(replayed.read(), seen[..1], "{way}");
        assert_ne!(seen[0], "nobody", "{way}");
    }
    fs::remove_file(&recording).unwrap();
}

#[test]
fn blocking_handlers_ask_and_sleep_in_a_test() {
    for (way, blocks) in WAYS {
        paused(async {
            let diary = Diary::default();
            let bot = TestClient::start(builder(blocks, &diary)).await;
            bot.rest().add::<Character>(json!({ "character_id": 5, "name": { "first": NAME } }));
            bot.send(PlayerLogin::sample().with(|login| login.character_id = CharacterId(5))).await;
            let report = bot.stop().await;
            assert_eq!(diary.read(), [NAME], "{way}: {report}");
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn block_in_place_works_live_and_is_a_named_failure_in_a_replay() {
    let block = |_: PlayerLogin| tokio::task::block_in_place(|| thread::sleep(Duration::from_millis(5)));
    let failed = |diary: &Diary| {
        let diary = diary.clone();
        Trigger::on::<TriggerFailed>()
            .action(move |it: TriggerFailed| diary.note(format!("{}: {}", it.trigger, it.message)))
    };
    let (sim, live) = (common::quiet().await, Diary::default());
    let trigger = || Trigger::on::<PlayerLogin>().named("in place").action(block);
    let client = common::client(&sim).trigger(trigger()).trigger(failed(&live)).build().unwrap();
    let run = common::start(&client).await;
    until("a subscription", || sim.publish(&common::login(1, 1)) == 1).await;
    let handle = client.trigger("in place").unwrap();
    until("a run", || handle.stats().started == 1).await;
    common::stop(&client, run).await;
    assert_eq!((live.read(), handle.stats().panicked), (vec![], 0));

    let recording = format!("{}/cases-in-place.ndjson", env!("CARGO_TARGET_TMPDIR"));
    fs::write(&recording, common::login(1, 1) + "\n").unwrap();
    let replayed = Diary::default();
    let client = Client::builder().replay([&recording]).trigger(trigger()).trigger(failed(&replayed)).build().unwrap();
    within(client.run()).await.unwrap();
    fs::remove_file(&recording).unwrap();
    let [told] = replayed.read().try_into().unwrap();
    assert!(told.starts_with("in place: ") && told.contains("multi-threaded runtime"), "{told}");
}
