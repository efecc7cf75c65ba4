//! How events were received, as their handlers see it.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use std::{
    future::IntoFuture,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use auraxis_core::{
    delivery::{Delivered, Origin, Punctuality},
    event::*,
    frame::{Frame, Heartbeat},
    id::CharacterId,
    time::Timestamp,
};
use auraxis_runtime::{
    Client, Conditions, OverflowPolicy, Speed, Trigger,
    source::{Batch, Feed, Running, Source},
};
use common::*;

const SECOND: Duration = Duration::from_secs(1);

/// A time on a whole second, in seconds since the Unix epoch.
const NOW: i64 = 1_730_000_000;

/// An enum of events, as `one_of!` declares it.
#[derive(Clone, Debug)]
enum Presence {
    Login(PlayerLogin),
    Logout(PlayerLogout),
}

impl From<PlayerLogin> for Presence {
    fn from(login: PlayerLogin) -> Self {
        Self::Login(login)
    }
}

impl From<PlayerLogout> for Presence {
    fn from(logout: PlayerLogout) -> Self {
        Self::Logout(logout)
    }
}

impl Presence {
    fn character(&self) -> u64 {
        match self {
            Self::Login(login) => login.character_id.0,
            Self::Logout(logout) => logout.character_id.0,
        }
    }
}

/// A login with this timestamp.
fn login_at(character: u64, timestamp: i64) -> Event {
    event(EventKind::PlayerLogin, &[("character_id", character), ("timestamp", timestamp.unsigned_abs())])
}

/// Sends its batches, then ends.
struct Batches(Vec<Batch>);

impl Source for Batches {
    fn run(self: Box<Self>, feed: Feed) -> Running {
        Box::pin(async move {
            for batch in self.0 {
                feed.send(batch).await;
            }
            Ok(())
        })
    }
}

fn batch(link: u32, received_ms: i64, frames: impl IntoIterator<Item = Frame>) -> Batch {
    let mut batch = Batch::received_at(link, received_ms);
    frames.into_iter().for_each(|frame| batch.frame(frame));
    batch
}

/// The logins of these batches, as a trigger receives them.
async fn received(batches: Vec<Batch>) -> Vec<Delivered<PlayerLogin>> {
    let (client, log) = (Client::builder().source(Batches(batches)).build().unwrap(), Log::new());
    client.add(Trigger::on::<PlayerLogin>().delivered().action(log.handler(|login| login))).unwrap();
    within(client.run()).await.unwrap();
    log.take()
}

#[tokio::test]
async fn every_form_of_an_event_can_be_taken_with_its_delivery() {
    let (client, log) = (client(), Log::new());
    let one = log.handler(|login: Delivered<PlayerLogin>| format!("one {}", login.character_id));
    client.add(Trigger::on::<PlayerLogin>().delivered().action(one)).unwrap();
    let any = log.handler(|event: Delivered<Event>| format!("any {}", event.name()));
    let builder = Trigger::builder::<Event>().on::<PlayerLogin>().on::<BattleRankUp>();
    client.add(builder.delivered().action(any)).unwrap();
    let all = log.handler(|event: Delivered<Event>| format!("all {}", event.name()));
    client.add(Trigger::on::<Event>().delivered().action(all)).unwrap();
    let either = log.handler(|event: Delivered<Presence>| format!("either {}", event.character()));
    let builder = Trigger::builder::<Presence>().delivered();
    client.add(builder.on::<PlayerLogin>().on::<PlayerLogout>().action(either)).unwrap();
    let unknown = log.handler(|event: Delivered<UnknownEvent>| format!("unknown {}", event.event_name()));
    client.add(Trigger::builder().on_named("Novelty").delivered().action(unknown)).unwrap();

    client.dispatch(login(5)).await.unwrap();
    assert_eq!(log.take(), ["one 5", "any PlayerLogin", "all PlayerLogin", "either 5"]);
    client.dispatch(event(EventKind::PlayerLogout, &[("character_id", 6)])).await.unwrap();
    assert_eq!(log.take(), ["all PlayerLogout", "either 6"]);
    client.dispatch(event(EventKind::BattleRankUp, &[])).await.unwrap();
    assert_eq!(log.take(), ["any BattleRankUp", "all BattleRankUp"]);
    client.dispatch(novelty("Novelty", "")).await.unwrap();
    assert_eq!(log.take(), ["all Novelty", "unknown Novelty"]);
}

#[tokio::test]
async fn conditions_and_keys_get_the_same_as_the_handler() {
    let (client, log) = (client(), Log::new());
    let list = Arc::new(Conditions::new());
    list.push(|login: &Delivered<PlayerLogin>| login.link() == 0);
    let trigger = Trigger::on::<PlayerLogin>()
        .delivered()
        .condition(|login: &Delivered<PlayerLogin>| login.character_id == CharacterId(5))
        .condition(|login: &Delivered<PlayerLogin>| login.origin() == Origin::Program)
        .condition(list)
        .key(|login| login.character_id)
        .action(log.handler(|login: Delivered<PlayerLogin>| login.character_id.0));
    client.add(trigger).unwrap();
    client.dispatch(login(6)).await.unwrap();
    client.dispatch(login(5)).await.unwrap();
    assert_eq!(log.take(), [5]);
}

#[tokio::test]
async fn conditions_and_keys_that_were_added_before_get_the_event_alone() {
    let (client, log) = (client(), Log::new());
    let (seen, keys) = (log.clone(), log.clone());
    let trigger = Trigger::on::<PlayerLogin>()
        .condition(|login: &PlayerLogin| login.character_id == CharacterId(5))
        .key(move |login| keys.add(login.character_id.0))
        .delivered()
        .action(move |login: Delivered<PlayerLogin>| seen.add(10 * login.character_id.0));
    client.add(trigger).unwrap();
    client.dispatch(login(6)).await.unwrap();
    client.dispatch(login(5)).await.unwrap();
    assert_eq!(log.take(), [5, 50]);
}

#[tokio::test]
async fn an_event_can_be_awaited_with_its_delivery() {
    let client = client();
    let wait = client.wait_for(Trigger::on::<PlayerLogin>().delivered());
    let mut events = client.events(Trigger::builder::<Event>().on::<PlayerLogin>().delivered()).unwrap();
    let before = SystemTime::now() - SECOND;
    client.dispatch(login(5)).await.unwrap();
    let login = within(wait.into_future()).await.unwrap();
    assert_eq!((login.character_id, login.origin(), login.link()), (CharacterId(5), Origin::Program, 0));
    assert_eq!((login.lag(), login.punctuality(), login.after_gap()), (Duration::ZERO, Punctuality::OnTime, false));
    assert!(login.received_at() > before && login.received_at() <= SystemTime::now());
    assert_eq!(within(events.next()).await.unwrap().delivery(), login.delivery());
}

#[tokio::test]
async fn an_event_of_a_batch_has_its_link_time_origin_and_lag() {
    let events = [(1, NOW), (2, NOW - 5), (3, NOW - 59), (4, NOW - 61), (5, NOW + 3), (6, NOW + 600)];
    let frames = events.map(|(character, timestamp)| Frame::Event(login_at(character, timestamp)));
    let other = batch(4, NOW * 1_000 + 2_000, [Frame::Event(login_at(7, NOW))]).with_origin(Origin::Redelivery);
    let received = received(vec![batch(3, NOW * 1_000 + 500, frames), other]).await;

    let at = |ms| UNIX_EPOCH + Duration::from_millis(ms);
    let now_ms = NOW.unsigned_abs() * 1_000;
    assert!(received[..6].iter().all(|login| login.received_at() == at(now_ms + 500) && login.link() == 3));
    assert!(received[..6].iter().all(|login| login.origin() == Origin::Program && !login.after_gap()));
    let lags: Vec<_> = received[..6].iter().map(|login| (login.lag().as_millis(), login.punctuality())).collect();
    let expected = [
        (500, Punctuality::OnTime),
        (5_500, Punctuality::OnTime),
        (59_500, Punctuality::OnTime),
        (61_500, Punctuality::Late),
        (0, Punctuality::OnTime),
        (0, Punctuality::Early),
    ];
    assert_eq!(lags, expected);
    let last = received.last().unwrap();
    assert_eq!((last.link(), last.origin(), last.lag()), (4, Origin::Redelivery, 2 * SECOND));
    assert_eq!(last.received_at(), at(now_ms + 2_000));
}

#[tokio::test]
async fn lag_is_measured_against_the_clock_of_the_server() {
    let heartbeat = Frame::Heartbeat(Heartbeat { timestamp: Some(Timestamp(NOW)), endpoints: Vec::new() });
    // The local clock is five minutes fast.
    let local_ms = (NOW + 300) * 1_000;
    let batches = vec![
        batch(0, local_ms, [Frame::Event(login_at(1, NOW)), heartbeat]),
        batch(0, local_ms + 10_000, [Frame::Event(login_at(2, NOW + 9)), Frame::Event(login_at(3, NOW + 30))]),
    ];
    let received: Vec<_> =
        received(batches).await.iter().map(|login| (login.lag().as_secs(), login.punctuality())).collect();
    // Until the first heartbeat, the local clock counts.
    assert_eq!(received, [(300, Punctuality::Late), (1, Punctuality::OnTime), (0, Punctuality::Early)]);
}

#[tokio::test]
async fn an_event_that_had_to_wait_keeps_its_delivery() {
    let frame = |character| Frame::Event(login_at(character, NOW));
    let batches = (1..=3).map(|n| batch(n, NOW * 1_000 + i64::from(n) * 1_000, [frame(n.into())])).collect();
    let (client, log) = (Client::builder().source(Batches(batches)).build().unwrap(), Log::new());
    let seen = log.clone();
    let trigger =
        Trigger::on::<PlayerLogin>().delivered().sequential().queue(0).overflow(OverflowPolicy::Block).action(
            move |login: Delivered<PlayerLogin>| {
                let seen = seen.clone();
                async move {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                    seen.add((login.link(), login.lag().as_secs()));
                }
            },
        );
    client.add(trigger).unwrap();
    within(client.run()).await.unwrap();
    assert_eq!(log.take(), [(1, 1), (2, 2), (3, 3)]);
}

#[tokio::test]
async fn signals_have_a_delivery_too() {
    let (client, log) = (client(), Log::new());
    let started = log.handler(|started: Delivered<Started>| (started.origin(), started.lag(), started.timestamp));
    client.add(Trigger::on::<Started>().delivered().action(started)).unwrap();
    let run = tokio::spawn({
        let client = client.clone();
        async move { client.run().await }
    });
    until(|| log.len() == 1).await;
    client.shutdown();
    within(run).await.unwrap().unwrap();
    let (origin, lag, timestamp) = log.take().remove(0);
    assert_eq!((origin, lag), (Origin::Program, Duration::ZERO));
    assert!(timestamp.age() < 60 * SECOND);
}

/// A recording of logins and reconnections. Each login has a character, a world and how many seconds it is late.
struct Recorded(Vec<String>);

impl Recorded {
    fn new() -> Self {
        Self(vec![format!(r#"{{"at_ms":{},"link":1,"connected":1}}"#, NOW * 1_000)])
    }

    fn login(mut self, second: i64, character: u64, world: u64, late: i64) -> Self {
        let timestamp = (NOW + second - late).unsigned_abs();
        let login = [("character_id", character), ("world_id", world), ("timestamp", timestamp)];
        let frame = serde_json::to_string(&frame(EventKind::PlayerLogin, &login)).unwrap();
        self.0.push(format!(r#"{{"at_ms":{},"link":1,"frame":{frame}}}"#, (NOW + second) * 1_000));
        self
    }

    fn reconnection(mut self, second: i64, until: i64) -> Self {
        let (down, up) = ((NOW + second) * 1_000, (NOW + until) * 1_000);
        self.0.push(format!(r#"{{"at_ms":{down},"link":1,"disconnected":"reset","heard_ms":{down}}}"#));
        self.0.push(format!(r#"{{"at_ms":{up},"link":1,"connected":2}}"#));
        self
    }
}

#[tokio::test]
async fn the_first_event_of_a_world_after_a_gap_is_marked() {
    let lines =
        Recorded::new().login(1, 1, 1, 0).reconnection(2, 5).login(6, 2, 1, 0).login(7, 3, 1, 0).login(8, 4, 10, 2);
    let recording = Recording::of("after-gap", lines.0);
    let (client, log) = (recording.replay(Speed::Max).build().unwrap(), Log::new());
    let seen = log.handler(|login: Delivered<PlayerLogin>| {
        assert_eq!((login.origin(), login.link()), (Origin::Replay, 1));
        let second = login.received_at().duration_since(UNIX_EPOCH).unwrap().as_secs() - NOW.unsigned_abs();
        (login.character_id.0, second, login.lag().as_secs(), login.after_gap())
    });
    client.add(Trigger::on::<PlayerLogin>().delivered().action(seen)).unwrap();
    client.run().await.unwrap();
    assert_eq!(log.take(), [(1, 1, 0, false), (2, 6, 0, true), (3, 7, 0, false), (4, 8, 2, true)]);
}

#[tokio::test]
async fn late_and_early_events_do_not_distort_a_gap() {
    for late in [0, 86_400, -86_400] {
        let mut lines = Recorded::new();
        for second in 1..=9 {
            lines = lines.login(second, 1, 1, 0);
        }
        let lines = lines.login(10, 2, 1, late).reconnection(10, 20).login(21, 3, 1, late);
        let recording = Recording::of(&format!("gap-{late}"), lines.0);
        let (client, log) = (recording.replay(Speed::Max).build().unwrap(), Log::new());
        client.add(Trigger::on::<PlayerLogin>().action(|_: PlayerLogin| ())).unwrap();
        let seen = log.handler(|gap: Gap| (gap.from.0 - NOW, gap.to.map(|to| to.0 - NOW)));
        client.add(Trigger::on::<Gap>().action(seen)).unwrap();
        client.run().await.unwrap();
        assert_eq!(log.take(), [(5, None), (5, Some(22))], "{late} s late");
    }
}

#[tokio::test]
async fn a_recording_that_starts_at_another_time_has_no_lag() {
    let later = 86_400 * 365;
    let frames = [0, 1, later, later + 1, -later].map(|second| login_at(1, NOW + second).to_frame());
    let recording = Recording::of("other-time", frames);
    let (client, log) = (recording.replay(Speed::Max).build().unwrap(), Log::new());
    let seen = log.handler(|login: Delivered<PlayerLogin>| (login.lag(), login.punctuality()));
    client.add(Trigger::on::<PlayerLogin>().delivered().action(seen)).unwrap();
    client.run().await.unwrap();
    assert_eq!(log.take(), [(Duration::ZERO, Punctuality::OnTime); 5]);
}
