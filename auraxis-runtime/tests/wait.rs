//! Waiting for events in the middle of other code.

mod common;

use std::time::Duration;

use auraxis_core::event::*;
use auraxis_runtime::{Client, ErrorKind, OverflowPolicy, Speed, Trigger, TriggerBuilder};
use common::*;
use futures_util::{FutureExt, StreamExt};
use tokio::time::{Instant, timeout};

const SECOND: Duration = Duration::from_secs(1);

/// A login of this character.
fn of(character: u64) -> TriggerBuilder<PlayerLogin> {
    Trigger::on::<PlayerLogin>().characters([character])
}

fn number(login: PlayerLogin) -> u64 {
    login.character_id.0
}

#[track_caller]
fn assert_nothing_is_left(client: &Client) {
    assert!(client.triggers().is_empty(), "{}", client.explain());
    assert_eq!(client.explain(), "subscription\n  nothing");
}

#[tokio::test]
async fn a_wait_gets_the_first_event_that_fits_and_leaves_nothing() {
    let client = client();
    let wait = client.wait_for(Trigger::on::<PlayerLogin>().condition(|login: &PlayerLogin| login.character_id.0 > 1));
    for character in 1..=3 {
        client.dispatch(login(character)).await.unwrap();
    }
    assert_eq!(number(wait.await.unwrap()), 2);
    assert_nothing_is_left(&client);
}

#[tokio::test]
async fn a_wait_listens_from_the_call_on_and_not_from_the_await() {
    let client = client();
    client.dispatch(login(1)).await.unwrap();
    let wait = client.wait_for(Trigger::on::<PlayerLogin>());
    client.dispatch(login(2)).await.unwrap();
    assert_eq!(number(wait.await.unwrap()), 2);
}

#[tokio::test(start_paused = true)]
async fn without_a_limit_a_wait_takes_as_long_as_it_takes() {
    let client = client();
    let dispatching = client.clone();
    tokio::spawn(async move {
        tokio::time::sleep(100_000 * SECOND).await;
        dispatching.dispatch(login(1)).await.unwrap();
    });
    assert_eq!(number(client.wait_for(of(1)).await.unwrap()), 1);
}

#[tokio::test]
async fn a_wait_for_several_triggers_ends_with_whichever_is_first() {
    for (events, expected) in [([1, 2, 3], 1), ([3, 2, 1], 3), ([9, 2, 3], 2)] {
        let client = client();
        let wait = client.wait_for(of(1)).or(of(2)).or(of(3));
        assert_eq!(client.triggers().len(), 3);
        for event in events {
            client.dispatch(login(event)).await.unwrap();
        }
        assert_eq!(number(wait.await.unwrap()), expected);
        assert_nothing_is_left(&client);
    }
}

#[tokio::test]
async fn a_wait_may_be_for_different_events() {
    let client = client();
    let on = Trigger::builder::<Event>;
    let wait = client.wait_for(on().on::<Death>()).or(on().on_named("Novelty"));
    client.dispatch(novelty("Novelty", "")).await.unwrap();
    assert_eq!(wait.await.unwrap().name(), "Novelty");
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_at_its_limit_and_says_so() {
    let client = client();
    let start = Instant::now();
    let error = client.wait_for(of(1)).or(of(2)).timeout(30 * SECOND).await.unwrap_err();
    assert_eq!(start.elapsed().as_secs(), 30);
    assert_eq!((error.kind(), error.to_string()), (ErrorKind::Timeout, "no event was received within 30s".into()));
    assert_nothing_is_left(&client);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_came_before_the_limit_is_not_lost_to_a_late_await() {
    let client = client();
    let wait = client.wait_for(of(1)).timeout(SECOND);
    client.dispatch(login(1)).await.unwrap();
    tokio::time::sleep(2 * SECOND).await;
    assert_eq!(number(wait.await.unwrap()), 1);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_dropped_leaves_nothing() {
    let client = client();
    drop(client.wait_for(of(1)).or(of(2)));
    assert_nothing_is_left(&client);

    let mut wait = client.wait_for(of(1)).or(of(2)).into_future();
    assert!(wait.as_mut().now_or_never().is_none());
    assert_eq!(client.triggers().len(), 2);
    drop(wait);
    assert_nothing_is_left(&client);

    assert!(timeout(SECOND, client.wait_for(of(1)).into_future()).await.is_err());
    assert_nothing_is_left(&client);

    let waiting = client.clone();
    let task = tokio::spawn(async move { waiting.wait_for(of(1)).await });
    idle().await;
    assert_eq!(client.triggers().len(), 1);
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert_nothing_is_left(&client);
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_when_the_client_is_shut_down() {
    let client = client();
    let before = client.wait_for(of(1));
    let waiting = tokio::spawn(client.wait_for(of(1)).timeout(60 * SECOND).into_future());
    idle().await;
    client.shutdown();
    for ended in [waiting.await.unwrap(), before.await, client.wait_for(of(1)).await] {
        let error = ended.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::State);
        assert_eq!(error.to_string(), "the client stopped before an event was received");
    }
    assert_nothing_is_left(&client);
}

#[tokio::test]
async fn an_event_that_came_before_the_shutdown_is_handed_over() {
    let client = client();
    let wait = client.wait_for(of(1));
    client.dispatch(login(1)).await.unwrap();
    client.shutdown();
    assert_eq!(number(wait.await.unwrap()), 1);
}

#[tokio::test]
async fn an_impossible_trigger_is_the_error_of_its_wait() {
    let client = client();
    client.add(of(1).named("taken").action(|_: PlayerLogin| ())).unwrap();
    for trigger in [of(1).named("taken"), of(1).concurrency(0)] {
        let wait = client.wait_for(of(1)).or(trigger);
        client.dispatch(login(1)).await.unwrap();
        assert_eq!(wait.await.unwrap_err().kind(), ErrorKind::Setup);
        assert_eq!(client.triggers().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_may_wait_for_another_event() {
    let (client, log) = (client(), Log::new());
    let seen = log.clone();
    let follow = move |victim: Death, client: Client| {
        let seen = seen.clone();
        async move {
            let login = client.wait_for(of(victim.character_id.0)).timeout(60 * SECOND).await?;
            seen.add(number(login));
            Ok::<_, auraxis_runtime::Error>(())
        }
    };
    client.add(Trigger::on::<Death>().named("follow").action(follow)).unwrap();
    for victim in [5, 6] {
        client.dispatch(death(&[("character_id", victim)])).await.unwrap();
    }
    for character in [7, 6, 5] {
        client.dispatch(login(character)).await.unwrap();
        idle().await;
    }
    assert_eq!(log.take(), [6, 5]);
    assert_eq!(client.triggers().len(), 1);
}

#[tokio::test]
async fn many_waits_for_one_event_all_get_it() {
    let client = client();
    let waits: Vec<_> = (0..100).map(|_| client.wait_for(of(1)).into_future()).collect();
    client.dispatch(login(1)).await.unwrap();
    for ended in futures_util::future::join_all(waits).await {
        assert_eq!(number(ended.unwrap()), 1);
    }
    assert_nothing_is_left(&client);
}

#[tokio::test]
async fn a_stream_keeps_events_in_order_until_they_are_fetched() {
    let client = client();
    let mut logins = client.events(Trigger::on::<PlayerLogin>()).unwrap();
    for character in 1..=3 {
        client.dispatch(login(character)).await.unwrap();
    }
    for character in 1..=3 {
        assert_eq!(logins.next().await.map(number), Some(character));
    }
    assert!(logins.next().now_or_never().is_none());
    client.dispatch(login(4)).await.unwrap();
    assert_eq!(logins.next().await.map(number), Some(4));
    assert_eq!(logins.dropped(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_stream_wakes_whoever_waits_for_it() {
    let client = client();
    let mut logins = client.events(Trigger::on::<PlayerLogin>()).unwrap().map(number);
    let first = tokio::spawn(async move { StreamExt::next(&mut logins).await });
    idle().await;
    client.dispatch(login(1)).await.unwrap();
    assert_eq!(first.await.unwrap(), Some(1));
}

#[tokio::test]
async fn a_full_stream_drops_what_its_policy_says_and_counts_it() {
    let cases = [
        (OverflowPolicy::DropOldest, 3, [8, 9, 10].as_slice(), 7),
        (OverflowPolicy::DropNewest, 3, &[1, 2, 3], 7),
        (OverflowPolicy::DropOldest, 10, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0),
        (OverflowPolicy::DropOldest, 0, &[10], 9),
        (OverflowPolicy::DropNewest, 1, &[1], 9),
    ];
    for (policy, bound, kept, dropped) in cases {
        let client = client();
        let mut logins = client.events(Trigger::on::<PlayerLogin>().queue(bound).overflow(policy)).unwrap();
        for character in 1..=10 {
            client.dispatch(login(character)).await.unwrap();
        }
        assert_eq!(logins.dropped(), dropped, "{policy:?}, {bound}");
        for &character in kept {
            assert_eq!(logins.next().await.map(number), Some(character), "{policy:?}, {bound}");
        }
        assert!(logins.next().now_or_never().is_none(), "{policy:?}, {bound}");
    }
}

#[test]
fn a_stream_cannot_block() {
    let client = client();
    let error = client.events(Trigger::on::<PlayerLogin>().overflow(OverflowPolicy::Block)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Setup);
    assert_nothing_is_left(&client);
}

#[tokio::test]
async fn a_stream_that_is_dropped_leaves_nothing() {
    let client = client();
    let logins = client.events(Trigger::on::<PlayerLogin>()).unwrap();
    assert_eq!(client.triggers().len(), 1);
    drop(logins);
    assert_nothing_is_left(&client);
}

#[tokio::test]
async fn the_filters_of_a_stream_can_be_changed() {
    let client = client();
    let mut logins = client.events(of(1)).unwrap();
    logins.trigger().set_characters([2]);
    for character in [1, 2] {
        client.dispatch(login(character)).await.unwrap();
    }
    assert_eq!(logins.next().await.map(number), Some(2));
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_with_its_trigger_after_what_came_before() {
    let client = client();
    let mut logins = client.events(Trigger::on::<PlayerLogin>()).unwrap();
    client.dispatch(login(1)).await.unwrap();
    logins.trigger().remove();
    client.dispatch(login(2)).await.unwrap();
    assert_eq!(timeout(SECOND, logins.next()).await.unwrap().map(number), Some(1));
    assert_eq!(timeout(SECOND, logins.next()).await.unwrap(), None);
}

#[tokio::test]
async fn a_stream_ends_with_the_client_after_what_came_before() {
    let recording = Recording::of("ends", (1..=3).map(|character| login(character).to_frame()));
    let client = recording.replay(Speed::Max).build().unwrap();
    let logins = client.events(Trigger::on::<PlayerLogin>()).unwrap();
    client.run().await.unwrap();
    assert_eq!(logins.map(number).collect::<Vec<_>>().await, [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn no_event_is_lost_when_a_fetch_is_given_up() {
    let client = client();
    let mut logins = client.events(Trigger::on::<PlayerLogin>()).unwrap();
    assert!(timeout(SECOND, logins.next()).await.is_err());
    client.dispatch(login(1)).await.unwrap();
    drop(logins.next());
    assert_eq!(logins.next().await.map(number), Some(1));
}
