//! The test kit, where triggers come, go and wait.

use std::{future::pending, time::Duration};

use auraxis::{prelude::*, test::*};

const NOBODY: [&str; 0] = [];

fn on(name: &'static str) -> auraxis::TriggerBuilder<PlayerLogin> {
    Trigger::on::<PlayerLogin>().named(name)
}

#[test]
fn a_trigger_that_replaces_one_of_its_name_is_reported_as_itself() {
    paused(async {
        let bot = TestClient::start(Client::builder().trigger(on("login").action(|_: PlayerLogin| ()))).await;
        for _ in 0..3 {
            assert_eq!(bot.send(PlayerLogin::sample()).await.ran(), ["login"]);
        }
        bot.remove("login").unwrap();
        bot.add(on("login").condition(|login: &PlayerLogin| login.character_id.0 == 5).action(|_: PlayerLogin| ()))
            .unwrap();
        let report = bot.send(PlayerLogin::sample().with(|login| login.character_id = CharacterId(5))).await;
        assert_eq!((report.ran(), report.stats("login").started), (vec!["login"], 1));
        let report = bot.send(PlayerLogin::sample().with(|login| login.character_id = CharacterId(6))).await;
        assert_eq!((report.ran(), report.stats("login").rejected), (NOBODY.to_vec(), 1));
        let all = bot.stop().await;
        assert_eq!((all.ran(), all.stats("login").started), (vec!["login"], 1), "{all}");
    });
}

#[test]
fn a_handler_may_replace_its_own_trigger_while_it_is_reported() {
    paused(async {
        fn next(client: &Client) {
            client.add(on("next").single_shot().action(|_: PlayerLogin, client: Client| next(&client))).unwrap();
        }
        let bot = TestClient::start(Client::builder()).await;
        next(&bot);
        for _ in 0..5 {
            assert_eq!(bot.send(PlayerLogin::sample()).await.ran(), ["next"]);
        }
    });
}

#[test]
fn only_triggers_of_the_test_are_shown() {
    paused(async {
        let shown =
            |client: &Client| client.triggers().iter().map(|trigger| trigger.name().to_owned()).collect::<Vec<_>>();
        let bot = TestClient::start(Client::builder().trigger(on("mine").action(|_: PlayerLogin| ()))).await;
        assert_eq!(shown(&bot), ["mine"]);
        assert!(!bot.explain().contains("auraxis::"), "{}", bot.explain());
        bot.add(Trigger::on::<PlayerLogout>().named("fails").action(|_: PlayerLogout| -> () { panic!("told") }))
            .unwrap();
        let report = bot.send(PlayerLogout::sample()).await;
        assert_eq!(report.failures().len(), 1, "failures are noted still");
        assert_eq!(shown(&bot), ["mine", "fails"]);
    });
}

#[test]
fn as_many_events_are_queued_as_wait() {
    paused(async {
        let never = |_: PlayerLogin| pending::<()>();
        let bot = TestClient::start(
            Client::builder()
                .grace(Duration::ZERO)
                .trigger(on("ordered").sequential().action(never))
                .trigger(on("two").concurrency(2).action(never))
                .trigger(on("keyed").key(|_| ()).action(never))
                .trigger(on("dropping").sequential().queue(2).action(never)),
        )
        .await;
        for number in 1..=6 {
            let report = bot.send(PlayerLogin::sample()).await;
            let queued = |name: &str| report.stats(name).queued;
            assert_eq!(queued("ordered"), u64::from(number > 1), "{number}: {report}");
            assert_eq!(queued("two"), u64::from(number > 2), "{number}: {report}");
        }
        let report = bot.report();
        let stats = ["ordered", "two", "keyed", "dropping"].map(|name| report.stats(name));
        let counts = stats.map(|stats| (stats.started, stats.queued, stats.dropped));
        assert_eq!(counts, [(1, 5, 0), (2, 4, 0), (1, 5, 0), (1, 5, 3)], "{report}");
    });
}
