//! When an event is acknowledged, and what happens to one that is not.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use auraxis_core::{
    delivery::{Delivered, Origin},
    event::PlayerLogin,
};
use auraxis_nats::{
    dead,
    stream::{DEAD, RETRY},
};
use auraxis_runtime::{Trigger, TriggerBuilder};
use tokio::sync::Notify;

use crate::{
    common::{eventually, header, messages, within},
    harness::*,
};

fn on_login(name: &'static str) -> TriggerBuilder<PlayerLogin> {
    Trigger::on::<PlayerLogin>().named(name)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_is_handled_once_in_order_and_acknowledged() {
    let Some(broker) = Broker::start().await else { return };
    broker.logins(0..3_000);
    let log = Log::new();
    let add = log.clone();
    let (client, running) = start(bot(broker.source("bot")).trigger(on_login("log").delivered().action(
        move |login: Delivered<PlayerLogin>| {
            add.add((login.character_id.0, login.origin(), login.lag() > Duration::from_hours(1)));
        },
    )));
    let handled = log.wait_for(3_000).await;
    assert_eq!(handled, (0..3_000).map(|character| (character, Origin::Live, true)).collect::<Vec<_>>());
    broker.all_acknowledged("bot").await;
    stop(&client, running).await;

    // The broker knows where the bot was.
    broker.login(5_000);
    let add = log.clone();
    let (client, running) = start(bot(broker.source("bot")).trigger(
        on_login("log").action(move |login: PlayerLogin| add.add((login.character_id.0, Origin::Live, false))),
    ));
    assert_eq!(log.wait_for(3_001).await.last().unwrap().0, 5_000);
    stop(&client, running).await;
    assert_eq!(log.len(), 3_001);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_acknowledged_when_all_its_triggers_have_settled_it_however_long_that_takes() {
    let Some(broker) = Broker::start().await else { return };
    broker.logins(0..2);
    let (log, finish) = (Log::new(), Arc::new(Notify::new()));
    let (add, finished) = (log.clone(), Arc::clone(&finish));
    let (client, running) = start(
        bot(broker.source("bot").ack_wait(Duration::from_millis(300)))
            .trigger(on_login("at once").action(|_: PlayerLogin| {}))
            .trigger(on_login("slow").action(move |login: PlayerLogin| {
                let (add, finished) = (add.clone(), Arc::clone(&finished));
                async move {
                    add.add(login.character_id.0);
                    finished.notified().await;
                }
            })),
    );
    log.wait_for(2).await;
    // Five times as long as the broker waits for a sign of life.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(broker.consumer("bot").await.num_ack_pending, 2);
    assert_eq!(log.all(), [0, 1], "it was delivered again");
    finish.notify_waiters();
    broker.all_acknowledged("bot").await;
    stop(&client, running).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trigger_that_fails_is_tried_again_alone_and_at_last_its_events_are_dead_letters() {
    let Some(broker) = Broker::start().await else { return };
    let (log, is_mended) = (Log::new(), Arc::new(AtomicBool::new(false)));
    let (good, bad, mended) = (log.clone(), log.clone(), Arc::clone(&is_mended));
    let (client, running) = start(
        bot(broker.source("bot").retry_delays([50, 100].map(Duration::from_millis)))
            .trigger(
                on_login("good")
                    .action(move |login: PlayerLogin| good.add(("good", login.character_id.0, Origin::Live))),
            )
            .trigger(on_login("bad one").delivered().action(move |login: Delivered<PlayerLogin>| {
                bad.add(("bad", login.character_id.0, login.origin()));
                anyhow::ensure!(mended.load(Ordering::Relaxed), "no\nway");
                Ok(())
            })),
    );
    broker.logins(1..4);
    let count = |name, character| log.all().iter().filter(|entry| (entry.0, entry.1) == (name, character)).count();
    eventually("all attempts", || (1..4).all(|character| count("bad", character) == 3)).await;
    assert!((1..4).all(|character| count("good", character) == 1), "{:?}", log.all());
    let origins = |origin| log.all().iter().filter(|entry| entry.0 == "bad" && entry.2 == origin).count();
    assert_eq!((origins(Origin::Live), origins(Origin::Redelivery)), (3, 6));

    let letters = broker.dead_letters(3).await;
    assert_eq!(letters.len(), 3);
    let letter = &letters[0];
    assert_eq!(letter.subject.as_str(), "ps2dead.bot.bad%20one");
    assert_eq!(header(letter, dead::ERROR).as_deref(), Some("no way"));
    assert_eq!(header(letter, dead::ATTEMPTS).as_deref(), Some("3"));
    assert_eq!(header(letter, dead::SUBJECT).as_deref(), Some("ps2.ps2.1.PlayerLogin"));
    assert!(header(letter, dead::SEQUENCE).is_some() && header(letter, dead::DIED_AT).is_some());
    broker.all_acknowledged("bot").await;

    is_mended.store(true, Ordering::Relaxed);
    assert_eq!(within(dead::redrive(&broker.context, "bot", None, None)).await.unwrap(), 3);
    eventually("the letters are handled", || (1..4).all(|character| count("bad", character) == 4)).await;
    stop(&client, running).await;
    assert!(messages(&broker.context, DEAD).await.is_empty());
    assert!(messages(&broker.context, RETRY).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poisoned_event_does_not_hold_up_others() {
    let Some(broker) = Broker::start().await else { return };
    broker.logins(0..500);
    let log = Log::new();
    let add = log.clone();
    let (client, running) =
        start(bot(broker.source("bot")).trigger(on_login("log").sequential().action(move |login: PlayerLogin| {
            anyhow::ensure!(login.character_id.0 != 250, "poison");
            add.add(login.character_id.0);
            Ok(())
        })));
    log.wait_for(499).await;
    broker.all_acknowledged("bot").await;
    stop(&client, running).await;
    let retries = within(broker.context.get_stream(RETRY)).await.unwrap();
    assert_eq!(retries.cached_info().state.messages, 1);
    let waiting = within(retries.get_last_raw_message_by_subject("ps2retry.bot.log")).await.unwrap();
    assert_eq!(waiting.headers.get(dead::ATTEMPTS).unwrap().as_str(), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_not_begun_is_given_back_at_shutdown() {
    let Some(broker) = Broker::start().await else { return };
    broker.logins(0..100);
    let log = Log::new();
    let add = log.clone();
    let (client, running) = start(bot(broker.source("bot")).grace(Duration::from_millis(200)).trigger(
        on_login("stuck").sequential().queue(3).action(move |login: PlayerLogin| {
            let add = add.clone();
            async move {
                add.add(login.character_id.0);
                std::future::pending::<()>().await;
            }
        }),
    ));
    log.wait_for(1).await;
    client.shutdown();
    within(running).await.unwrap().unwrap();
    assert_eq!(log.all(), [0]);

    // The other copy does not have to wait until the broker notices, which takes 30 seconds.
    let (client, running) = start(bot(broker.source("bot")).trigger(log_logins(&log)));
    let began = std::time::Instant::now();
    log.wait_for(101).await;
    assert!(began.elapsed() < 20 * SECOND, "{:?}", began.elapsed());
    let mut handled = log.all().split_off(1);
    handled.sort_unstable();
    assert_eq!(handled, (0..100).collect::<Vec<_>>());
    stop(&client, running).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_never_settled_becomes_a_dead_letter_unrun() {
    let Some(broker) = Broker::start().await else { return };
    broker.logins(0..1);
    let log = Log::new();
    let start = || {
        let add = log.clone();
        let source = broker.source("bot").max_deliveries(2).ack_wait(Duration::from_millis(300));
        start(bot(source).trigger(on_login("killer").action(move |login: PlayerLogin| {
            add.add(login.character_id.0);
            std::future::pending::<()>()
        })))
    };
    for run_number in 1..=2 {
        let (_client, running) = start();
        log.wait_for(run_number).await;
        // As if the process died.
        running.abort();
        let _ = running.await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let (client, running) = start();
    let letters = broker.dead_letters(1).await;
    assert_eq!(log.len(), 2);
    let [letter] = &letters[..] else { panic!("{letters:?}") };
    assert_eq!(letter.subject.as_str(), "ps2dead.bot.%");
    assert!(header(letter, dead::ERROR).unwrap().contains("without being settled"), "{:?}", letter.headers);
    broker.all_acknowledged("bot").await;

    // All triggers get it again.
    assert_eq!(within(dead::redrive(&broker.context, "bot", None, None)).await.unwrap(), 1);
    log.wait_for(3).await;
    client.shutdown();
    let _ = within(running).await;
}
