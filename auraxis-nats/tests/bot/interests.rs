//! Where a bot begins, and what it receives besides the events of its triggers.

use std::time::Duration;

use auraxis_core::{
    delivery::{Delivered, Delivery, Origin},
    event::{
        Connected, Event, EventKind, Gap, GapCause, KindSet, PlayerLogin, PlayerLogout, Started, WorldStateChanged,
    },
    id::WorldId,
    scope::Scope,
    time::Timestamp,
};
use auraxis_nats::{FromNats as _, Since};
use auraxis_runtime::{Client, Tap, Trigger, health::LinkState};

use crate::{
    common::{eventually, within},
    harness::*,
};

async fn connected(client: &Client) {
    eventually("the bot is connected", || client.health().links.iter().any(|link| link.state == LinkState::Up)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_without_a_durable_name_begins_now_or_earlier() {
    let Some(broker) = Broker::start().await else { return };
    broker.logins(0..10);
    broker.published(10).await;
    tokio::time::sleep(1_500 * Duration::from_millis(1)).await;
    broker.logins(10..20);
    broker.published(20).await;
    let url = broker.server.url();
    let build = || Client::builder().service_id("s:test").from(&url);
    let logs = [Log::new(), Log::new(), Log::new()];
    let bots = [
        start(build().trigger(log_logins(&logs[0]))),
        start(build().since(SECOND).trigger(log_logins(&logs[1]))),
        start(build().since(Since::Start).trigger(log_logins(&logs[2]))),
    ];
    for (client, _) in &bots {
        connected(client).await;
    }
    broker.logins(20..30);
    let begins = [20, 10, 0];
    for (log, begin) in logs.iter().zip(begins) {
        let count = usize::try_from(30 - begin).unwrap();
        assert_eq!(log.wait_for(count).await, (begin..30).collect::<Vec<_>>());
    }
    for (client, running) in bots {
        stop(&client, running).await;
    }
    assert_eq!(logs.map(|log| log.len()), [10, 20, 30]);
}

#[tokio::test(flavor = "multi_thread")]
async fn wait_for_and_events_and_later_triggers_get_their_events() {
    let Some(broker) = Broker::start().await else { return };
    let log = Log::new();
    let (client, running) = start(bot(broker.source("bot")).trigger(log_logins(&log)));
    connected(&client).await;
    let waiting = client.wait_for(Trigger::on::<PlayerLogout>()).timeout(20 * SECOND);
    let waiting = tokio::spawn(async move { waiting.await });
    let mut logouts = client.events(Trigger::on::<PlayerLogout>()).unwrap();
    let later = log.clone();
    let on_login = Trigger::on::<PlayerLogin>().named("later");
    client.add(on_login.action(move |login: PlayerLogin| later.add(1_000 + login.character_id.0))).unwrap();
    // Until the broker has been asked for them.
    let mut next = 0;
    let logout_received = loop {
        broker.send(logout(next));
        next += 1;
        if let Ok(event) = tokio::time::timeout(SECOND / 10, logouts.next()).await {
            break event.unwrap();
        }
        assert!(next < 200, "never received");
    };
    assert!(logout_received.character_id.0 < next);
    within(waiting).await.unwrap().unwrap();
    let mut character = 0;
    while log.all().iter().all(|character| *character < 1_000) {
        assert!(character < 200, "never received");
        broker.login(character);
        character += 1;
        tokio::time::sleep(SECOND / 10).await;
    }
    // Both triggers get the last one, and the later one what was published since it was added.
    let last = character - 1;
    eventually("both get it", || log.all().contains(&last) && log.all().contains(&(1_000 + last))).await;
    broker.all_acknowledged("bot").await;
    stop(&client, running).await;
    let startup: Vec<_> = log.all().into_iter().filter(|character| *character < 1_000).collect();
    assert_eq!(startup, (0..character).collect::<Vec<_>>());
}

/// Logs the characters that log in, and gaps as 1,000.
struct LoginTap(Log<u64>);

impl Tap for LoginTap {
    fn event(&mut self, event: &Event, text: Option<&str>, _delivery: &Delivery) {
        match event {
            Event::PlayerLogin(login) => {
                assert!(text.is_some_and(|text| text.contains("PlayerLogin")), "{text:?}");
                self.0.add(login.character_id.0);
            }
            Event::Gap(_) => self.0.add(1_000),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_several_consumers_deliver_is_counted_once_and_reaches_a_tap_once() {
    let Some(broker) = Broker::start().await else { return };
    let (log, later, tapped) = (Log::new(), Log::new(), Log::new());
    let fails_once = Trigger::on::<PlayerLogin>().named("fails").delivered().action(|login: Delivered<PlayerLogin>| {
        anyhow::ensure!(login.origin() == Origin::Redelivery || login.character_id.0 != 0, "a retry");
        Ok(())
    });
    let source = broker.source("bot").retry_delays([SECOND / 10]);
    let builder = bot(source).tap(LoginTap(tapped.clone())).trigger(log_logins(&log)).trigger(fails_once);
    // Events of all kinds on one world, so that the filters of the start match its signals as well.
    let world = Trigger::on::<Event>().named("world").worlds([WorldId(0)]).action(|_: Event| {});
    let (client, running) = start(builder.trigger(world));
    connected(&client).await;
    let add = later.clone();
    let on_login = Trigger::on::<PlayerLogin>().named("later");
    client.add(on_login.action(move |login: PlayerLogin| add.add(login.character_id.0))).unwrap();
    let mut count = 0;
    while later.len() == 0 {
        assert!(count < 200, "never received");
        broker.login(count);
        count += 1;
        tokio::time::sleep(SECOND / 10).await;
    }
    let gap = ((Scope::All, KindSet::ALL), (Timestamp(50), Some(Timestamp(60))), GapCause::Silence);
    broker.send(Gap::new(Timestamp(100), 1, gap.0, gap.1, gap.2, None));
    broker.logins(count..count + 100);
    count += 100;
    eventually("both triggers have all", || {
        log.len() >= usize::try_from(count).unwrap()
            && later.all().contains(&(count - 1))
            && tapped.all().contains(&1_000)
    })
    .await;
    broker.all_acknowledged("bot").await;
    stop(&client, running).await;
    let mut seen = tapped.all();
    seen.sort_unstable();
    assert_eq!(seen, (0..count).chain([1_000]).collect::<Vec<_>>());
    let health = client.health();
    assert_eq!((health.events, health.gaps.silence), (count, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn signals_of_the_relay_arrive_once_even_if_the_bot_was_away() {
    let Some(broker) = Broker::start().await else { return };
    let log = Log::new();
    let build = || {
        let (gaps, worlds, all) = (log.clone(), log.clone(), log.clone());
        bot(broker.source("bot"))
            .trigger(Trigger::on::<Gap>().action(move |gap: Gap| gaps.add(format!("gap {}", gap.id))))
            .trigger(Trigger::on::<WorldStateChanged>().action(move |change: WorldStateChanged| {
                worlds.add(format!("world {} {}", change.world_id.0, change.online));
            }))
            // The filter of everything also matches signals.
            .trigger(Trigger::on::<Event>().named("all").action(move |event: Event| all.add(event.name().to_owned())))
    };
    let gap = |id| {
        let worlds = Scope::Only([WorldId(1)].into());
        let kinds: KindSet = [EventKind::Death].into_iter().collect();
        Gap::new(Timestamp(100), id, (worlds, kinds), (Timestamp(50), Some(Timestamp(60))), GapCause::Silence, Some(9))
    };
    broker.send(WorldStateChanged::new(Timestamp(1), WorldId(17), true));
    broker.send(gap(1));
    broker.login(1);
    let (client, running) = start(build());
    let mut seen = log.wait_for(3).await;
    seen.sort();
    assert_eq!(seen, ["PlayerLogin", "gap 1", "world 17 true"]);
    eventually("the gap is counted", || client.health().gaps.silence == 1).await;
    assert!(client.health().worlds.iter().any(|world| world.world == WorldId(17) && world.online == Some(true)));
    broker.all_acknowledged("bot").await;
    stop(&client, running).await;

    broker.send(gap(2));
    broker.login(2);
    broker.published(5).await;
    let (client, running) = start(build());
    log.wait_for(5).await;
    tokio::time::sleep(SECOND / 2).await;
    stop(&client, running).await;
    let mut seen = log.all().split_off(3);
    seen.sort();
    assert_eq!(seen, ["PlayerLogin", "gap 2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_can_be_explained_and_recorded_and_has_its_own_signals() {
    let Some(broker) = Broker::start().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let recording = folder.path().join("recording.ndjson");
    let (log, own) = (Log::new(), Log::new());
    let (started, connected) = (own.clone(), own.clone());
    let builder = bot(broker.source("bot"))
        .record(&recording)
        .trigger(Trigger::on::<Started>().action(move |_: Started| started.add("started")))
        .trigger(Trigger::on::<Connected>().action(move |_: Connected| connected.add("connected")));
    let (client, running) = start(builder.trigger(log_logins(&log)));
    let explained = client.explain();
    for part in ["durable consumer `bot`", "ps2.ps2.*.PlayerLogin", &broker.server.url(), "ps2retry.bot"] {
        assert!(explained.contains(part), "{part} is not in:\n{explained}");
    }
    broker.logins(0..3);
    log.wait_for(3).await;
    stop(&client, running).await;
    assert_eq!(own.all(), ["started", "connected"]);
    let text = std::fs::read_to_string(&recording).unwrap();
    assert_eq!(text.matches("PlayerLogin").count(), 3, "{text}");

    let replayed = Log::new();
    let (client, running) =
        start(Client::builder().service_id("s:test").replay([recording]).trigger(log_logins(&replayed)));
    within(running).await.unwrap().unwrap();
    drop(client);
    assert_eq!(replayed.all(), [0, 1, 2]);
}
