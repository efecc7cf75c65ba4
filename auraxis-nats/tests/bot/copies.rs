//! Copies of a bot, which share a durable name and so the events.

use std::{collections::BTreeSet, time::Duration};

use auraxis_core::event::{PlayerLogin, PlayerLogout};
use auraxis_runtime::{Client, Trigger, health::LinkState};

use crate::{
    common::{collect_log, eventually, logged},
    harness::*,
};

type Handled = Log<(&'static str, &'static str, u64)>;

/// A copy with this name whose triggers add to the log.
fn copy(broker: &Broker, log: &Handled, name: &'static str, triggers: &[&'static str]) -> Client {
    let mut builder = bot(broker.source("bot").unclaimed_for(2 * SECOND));
    for &trigger in triggers {
        let log = log.clone();
        builder = builder.trigger(match trigger {
            "logins" => Trigger::on::<PlayerLogin>()
                .named(trigger)
                .action(move |login: PlayerLogin| log.add((name, trigger, login.character_id.0))),
            _ => Trigger::on::<PlayerLogout>()
                .named(trigger)
                .action(move |logout: PlayerLogout| log.add((name, trigger, logout.character_id.0))),
        });
    }
    builder.build().unwrap()
}

fn handled(log: &Handled, trigger: &str) -> Vec<u64> {
    let mut handled: Vec<_> = log.all().iter().filter(|entry| entry.1 == trigger).map(|entry| entry.2).collect();
    handled.sort_unstable();
    handled
}

#[tokio::test(flavor = "multi_thread")]
async fn four_copies_share_the_events_evenly_and_one_that_joins_or_leaves_costs_nothing() {
    let Some(broker) = Broker::start().await else { return };
    let log = Log::new();
    let start = |name| {
        let client = copy(&broker, &log, name, &["logins"]);
        let running = run(&client);
        (client, running)
    };
    let first: Vec<_> = ["a", "b", "c"].map(start).into();
    tokio::time::sleep(SECOND).await;
    for character in 0..3_000 {
        broker.login(character);
        if character % 10 == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    let (d, d_running) = start("d");
    tokio::time::sleep(SECOND / 2).await;
    let mut first = first.into_iter();
    let (a, a_running) = first.next().unwrap();
    for character in 3_000..6_000 {
        broker.login(character);
        if character % 10 == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        if character == 4_000 {
            a.shutdown();
        }
    }
    log.wait_for(6_000).await;
    broker.all_acknowledged("bot").await;
    stop(&a, a_running).await;
    stop(&d, d_running).await;
    for (client, running) in first {
        stop(&client, running).await;
    }
    assert_eq!(handled(&log, "logins"), (0..6_000).collect::<Vec<_>>());
    let share = |name, range: std::ops::Range<u64>| {
        log.all().iter().filter(|entry| entry.0 == name && range.contains(&entry.2)).count()
    };
    for name in ["a", "b", "c"] {
        let events = share(name, 0..3_000);
        assert!((700..1_300).contains(&events), "{name} has handled {events} of 3,000");
    }
    for name in ["b", "c", "d"] {
        let events = share(name, 4_500..6_000);
        assert!((350..650).contains(&events), "{name} has handled {events} of 1,500");
    }
}

/// A new version takes logouts as well, and no longer logins. While both versions run, and while the old one leaves, each
/// event is handled by a version that takes it.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_while_a_bot_is_replaced_by_one_with_other_triggers() {
    collect_log();
    let Some(broker) = Broker::start().await else { return };
    let log = Log::new();
    let old: Vec<_> = ["old 1", "old 2"]
        .map(|name| {
            let client = copy(&broker, &log, name, &["logins"]);
            (client.clone(), run(&client))
        })
        .into();
    broker.logins(0..500);
    log.wait_for(500).await;

    let new = copy(&broker, &log, "new", &["logouts"]);
    let new_running = run(&new);
    eventually("the new version is connected", || new.health().links.iter().any(|link| link.state == LinkState::Up))
        .await;
    for character in 500..1_000 {
        broker.login(character);
        broker.send(logout(character));
    }
    eventually("both versions have handled what they take", || {
        handled(&log, "logins").len() >= 1_000 && handled(&log, "logouts").len() >= 500
    })
    .await;
    assert_eq!(handled(&log, "logins"), (0..1_000).collect::<Vec<_>>());
    assert_eq!(handled(&log, "logouts"), (500..1_000).collect::<Vec<_>>());
    let versions: BTreeSet<_> = log.all().iter().map(|entry| (entry.0, entry.1)).collect();
    assert!(!versions.contains(&("new", "logins")), "{versions:?}");

    // The old version leaves, one copy after the other.
    for (client, running) in old {
        stop(&client, running).await;
    }
    for character in 1_000..1_200 {
        broker.login(character);
        broker.send(logout(character));
    }
    eventually("the new version handles all logouts", || handled(&log, "logouts").len() >= 700).await;
    let mut filters = Vec::new();
    for _ in 0..1_500 {
        let config = broker.consumer("bot").await.config;
        filters = config.filter_subjects;
        filters.extend(Some(config.filter_subject).filter(|filter| !filter.is_empty()));
        if filters == ["ps2.ps2.*.PlayerLogout"] {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(filters, ["ps2.ps2.*.PlayerLogout"], "nobody takes logins");
    broker.all_acknowledged("bot").await;
    assert!(!logged(&["`ps2.ps2.1.PlayerLogin` are dropped, because no copy"]).is_empty());
    assert_eq!(handled(&log, "logouts"), (500..1_200).collect::<Vec<_>>());
    stop(&new, new_running).await;
}
