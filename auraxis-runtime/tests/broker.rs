//! What a message broker is told about its messages.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use std::{future::pending, sync::Arc, time::Duration};

use auraxis_core::{
    delivery::{Delivered, Delivery, Origin},
    event::*,
    id::{CharacterId, WorldId},
    time::Timestamp,
};
use auraxis_runtime::{
    Client, OverflowPolicy, Trigger, TriggerBuilder,
    source::{Acknowledge, Batch, Feed, Message, Recipients, RunFailure, Running, Source, Ticket},
};
use common::*;
use tokio::sync::{Notify, mpsc};

const SECOND: Duration = Duration::from_secs(1);

/// Sends the messages that a test hands it, until the client stops.
struct Broker {
    messages: mpsc::UnboundedReceiver<Message>,
}

impl Source for Broker {
    fn run(mut self: Box<Self>, feed: Feed) -> Running {
        Box::pin(async move {
            loop {
                tokio::select! {
                    biased;
                    Some(message) = self.messages.recv() => {
                        let mut batch = Batch::new(0);
                        batch.message(message);
                        feed.send(batch).await;
                    }
                    () = feed.stopping() => return Ok(()),
                }
            }
        })
    }

    fn is_broker(&self) -> bool {
        true
    }
}

/// The other end of a [`Broker`], and a log of what it was told.
struct Server {
    messages: mpsc::UnboundedSender<Message>,
    log: Log<String>,
}

/// Logs what becomes of a message.
struct Receipt {
    name: String,
    log: Log<String>,
}

impl Acknowledge for Receipt {
    fn settled(&self) {
        self.log.add(format!("{} settled", self.name));
    }

    fn returned(&self) {
        self.log.add(format!("{} returned", self.name));
    }

    fn failed(&self, failure: RunFailure, ticket: Ticket) {
        let RunFailure { trigger, failure, message, .. } = failure;
        self.log.add(format!("{} failed in {trigger}: {failure:?}, {message}", self.name));
        ticket.settle();
    }
}

impl Server {
    fn new() -> (Self, Broker) {
        let (sender, messages) = mpsc::unbounded_channel();
        (Self { messages: sender, log: Log::new() }, Broker { messages })
    }

    /// Sends a login of this character, which is also the name of the message.
    fn login(&self, character: u64, recipients: Recipients) {
        self.send(&character.to_string(), login(character), recipients);
    }

    fn send(&self, name: &str, event: Event, recipients: Recipients) {
        let acknowledge = Receipt { name: name.into(), log: self.log.clone() };
        let delivery = Delivery::new(std::time::UNIX_EPOCH, Origin::Redelivery);
        let acknowledge = Some(Box::new(acknowledge) as Box<dyn Acknowledge>);
        self.messages.send(Message { event, text: None, delivery, recipients, is_copy: false, acknowledge }).unwrap();
    }

    /// Waits until this many things have been told, and returns them.
    async fn told(&self, count: usize) -> Vec<String> {
        until(|| self.log.len() >= count).await;
        self.log.take()
    }
}

fn on_login(name: &'static str) -> TriggerBuilder<PlayerLogin> {
    Trigger::on::<PlayerLogin>().named(name)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_settled_when_every_trigger_that_takes_it_has_settled_it() {
    let (server, broker) = Server::new();
    let finish = Arc::new(Notify::new());
    let finished = Arc::clone(&finish);
    let client = offline()
        .source(broker)
        .trigger(on_login("at once").action(|_: PlayerLogin| {}))
        .trigger(on_login("never").condition(|_: &PlayerLogin| false).action(|_: PlayerLogin| {}))
        .trigger(on_login("waits").action(move |_: PlayerLogin| {
            let finished = Arc::clone(&finished);
            async move { finished.notified().await }
        }))
        .build()
        .unwrap();
    let running = run(&client);
    server.login(1, Recipients::All);
    // No trigger takes it, so it is settled at once, while the other still runs.
    server.send("logout", event(EventKind::PlayerLogout, &[]), Recipients::All);
    assert_eq!(server.told(1).await, ["logout settled"]);
    finish.notify_one();
    assert_eq!(server.told(1).await, ["1 settled"]);
    client.shutdown();
    within(running).await.unwrap().unwrap();
    assert!(server.log.take().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_trigger_that_fails_hands_over_its_failure_and_the_others_settle() {
    let (server, broker) = Server::new();
    let client = offline()
        .source(broker)
        .trigger(on_login("a").action(|_: PlayerLogin| anyhow::bail!("no")))
        .trigger(on_login("b").action(|_: PlayerLogin| {}))
        .trigger(on_login("c").timeout(Duration::from_millis(1)).action(async |_: PlayerLogin| pending::<()>().await))
        .trigger(
            on_login("d")
                .retry(1)
                .on_error(|_| {})
                .action(async |login: PlayerLogin| assert_eq!(login.character_id.0, 0)),
        )
        .build()
        .unwrap();
    let running = run(&client);
    server.login(1, Recipients::All);
    let mut told = server.told(4).await;
    assert_eq!(told.pop().unwrap(), "1 settled");
    told.sort();
    assert_eq!(
        told,
        [
            "1 failed in a: Error, no",
            "1 failed in c: Timeout, did not finish within 1ms",
            "1 failed in d: Panic, assertion `left == right` failed\n  left: 1\n right: 0",
        ]
    );
    client.shutdown();
    within(running).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn triggers_have_a_timeout_and_the_source_waits_while_they_are_full() {
    let (server, broker) = Server::new();
    let build = |builder: TriggerBuilder<PlayerLogin>| {
        builder.concurrency(1).queue(0).action(async |_: PlayerLogin| pending::<()>().await)
    };
    let client = offline().source(broker).trigger(build(on_login("stuck"))).build().unwrap();
    assert!(client.explain().contains("when full the stream waits, timeout 60s"), "{}", client.explain());
    let running = run(&client);
    for character in 1..=3 {
        server.login(character, Recipients::All);
    }
    tokio::time::sleep(59 * SECOND).await;
    assert!(server.log.take().is_empty());
    tokio::time::sleep(2 * SECOND).await;
    let failed = |character| format!("{character} failed in stuck: Timeout, did not finish within 60s");
    assert_eq!(server.log.take(), [failed(1), "1 settled".into()]);
    tokio::time::sleep(60 * SECOND).await;
    assert_eq!(server.log.take(), [failed(2), "2 settled".into()]);
    client.shutdown();
    running.await.unwrap().unwrap();
    assert_eq!(server.log.take(), ["3 returned"]);
}

#[tokio::test(start_paused = true)]
async fn what_an_explicit_policy_drops_is_settled_and_what_has_not_begun_is_returned() {
    let (server, broker) = Server::new();
    let overflow = |name, policy| {
        on_login(name).concurrency(1).queue(1).overflow(policy).action(async |_: PlayerLogin| pending::<()>().await)
    };
    let client = offline()
        .source(broker)
        .grace(Duration::ZERO)
        .trigger(overflow("oldest", OverflowPolicy::DropOldest))
        .build()
        .unwrap();
    let running = run(&client);
    for character in 1..=3 {
        server.login(character, Recipients::All);
    }
    tokio::time::sleep(SECOND).await;
    assert_eq!(server.log.take(), ["2 settled"]);
    assert_eq!(client.trigger("oldest").unwrap().stats().dropped, 1);
    client.shutdown();
    running.await.unwrap().unwrap();
    let mut told = server.log.take();
    told.sort();
    assert_eq!(told, ["1 returned", "3 returned"]);
}

#[tokio::test(start_paused = true)]
async fn recipients_are_told_apart_by_when_they_were_added() {
    let (server, broker) = Server::new();
    let log = Log::new();
    let on =
        |name: &'static str| on_login(name).action(log.handler(move |login: PlayerLogin| (name, login.character_id.0)));
    let client = offline().source(broker).trigger(on("early")).build().unwrap();
    let running = run(&client);
    idle().await;
    client.add(on("late")).unwrap();
    for (character, recipients) in [(1, Recipients::All), (2, Recipients::Startup), (3, Recipients::Later)] {
        server.login(character, recipients);
        idle().await;
    }
    assert_eq!(log.take(), [("early", 1), ("late", 1), ("early", 2), ("late", 3)]);
    assert_eq!(server.log.take(), ["1 settled", "2 settled", "3 settled"]);
    client.shutdown();
    running.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_failed_event_is_offered_to_its_trigger_again_without_conditions_and_cooldown() {
    let (server, broker) = Server::new();
    let log = Log::new();
    let on = |name: &'static str| {
        let handler = log.handler(move |login: Delivered<PlayerLogin>| (name, login.character_id.0, login.origin()));
        on_login(name).delivered().condition(|_: &Delivered<PlayerLogin>| false).cooldown(60 * SECOND).action(handler)
    };
    let client = offline().source(broker).trigger(on("a")).trigger(on("b")).build().unwrap();
    let running = run(&client);
    for character in 1..=2 {
        server.login(character, Recipients::Trigger("b".into()));
    }
    server.login(3, Recipients::Trigger("gone".into()));
    idle().await;
    client.trigger("a").unwrap().pause();
    server.login(4, Recipients::Trigger("a".into()));
    idle().await;
    assert_eq!(log.take(), [("b", 1, Origin::Redelivery), ("b", 2, Origin::Redelivery)]);
    assert_eq!(server.log.take(), ["1 settled", "2 settled", "3 returned", "4 returned"]);
    client.shutdown();
    running.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_batch_settles_or_fails_for_each_of_its_events() {
    let (server, broker) = Server::new();
    let client = offline()
        .source(broker)
        .trigger(on_login("batch").batch(2, 60 * SECOND).action(|logins: Vec<PlayerLogin>| {
            anyhow::ensure!(logins[0].character_id != CharacterId(3), "three");
            Ok(())
        }))
        .build()
        .unwrap();
    let running = run(&client);
    for character in 1..=5 {
        server.login(character, Recipients::All);
    }
    idle().await;
    let mut told = server.log.take();
    told.sort();
    let failed = |character| format!("{character} failed in batch: Error, three");
    assert_eq!(
        told,
        ["1 settled".into(), "2 settled".into(), failed(3), "3 settled".into(), failed(4), "4 settled".into()]
    );
    client.shutdown();
    running.await.unwrap().unwrap();
    // The rest of a batch runs when the client stops.
    assert_eq!(server.log.take(), ["5 settled"]);
}

#[tokio::test(start_paused = true)]
async fn derived_events_and_signals_come_from_the_broker() {
    let (server, broker) = Server::new();
    let log = Log::new();
    let client = offline()
        .source(broker)
        .trigger(Trigger::on::<SessionStart>().action(log.handler(|start: SessionStart| start.character_id.0)))
        .trigger(
            Trigger::on::<WorldStateChanged>()
                .action(log.handler(|change: WorldStateChanged| u64::from(change.online))),
        )
        .build()
        .unwrap();
    let running = run(&client);
    server.login(7, Recipients::All);
    server.send("world", WorldStateChanged::new(Timestamp(1), WorldId::SOLTECH, true).into(), Recipients::All);
    tokio::time::sleep(20 * SECOND).await;
    assert_eq!(log.take(), [1], "the login is not derived from");
    assert_eq!(server.log.take(), ["7 settled", "world settled"]);
    let health = client.health();
    assert!(health.worlds.iter().any(|world| world.online == Some(true)), "{health:?}");
    client.shutdown();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn other_sources_know_nothing_of_it() {
    let client: Client = silent().trigger(on_login("a").action(|_: PlayerLogin| {})).build().unwrap();
    assert!(client.explain().contains("the oldest event is dropped"), "{}", client.explain());
    assert!(!client.explain().contains("timeout"), "{}", client.explain());
}
