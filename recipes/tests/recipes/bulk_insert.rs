//! Deaths in a real PostgreSQL server.

use auraxis_sim::Sim;
use tokio::time::{Duration, sleep};

use crate::{
    common::{death, quiet, subscription, within},
    postgres::Postgres,
    process::{Bot, run},
    recipe,
};

const ALL: &str = "SELECT count(*) FROM deaths";

fn bulk_insert(sim: &Sim, url: &str) -> tokio::process::Command {
    let mut command = recipe(env!("CARGO_BIN_EXE_bulk_insert"), sim);
    command.env("DATABASE_URL", url);
    command
}

/// Publishes so many deaths of different characters.
fn publish(sim: &Sim, from: u64, count: u64) {
    for victim in from..from + count {
        assert_eq!(sim.publish(&death(5, victim, 1_700_000_000, 1)), 1);
    }
}

/// Waits until there are at least so many rows.
async fn rows(postgres: &Postgres, count: i64) {
    within(async {
        while postgres.count(ALL).await < count {
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn every_death_is_a_row_when_the_bot_has_stopped() {
    let Some(postgres) = Postgres::start().await else { return };
    let sim = quiet().await;
    let bot = Bot::spawn(bulk_insert(&sim, &postgres.url()));
    subscription(&sim).await;
    publish(&sim, 1_000, 1_234);
    // Nobody's death, by nobody.
    sim.publish(&death(0, 1, 1_700_000_001, 1));
    rows(&postgres, 1_000).await;
    let end = bot.terminate().await;
    assert!(end.status.success(), "{end:?}");
    assert!(end.stdout.starts_with("received 1235,") && end.stdout.contains(" 3 started"), "{end:?}");
    assert_eq!(postgres.count(ALL).await, 1_235);
    let one = "SELECT character_id FROM deaths WHERE happened_at = to_timestamp(1700000001) AND world_id = 1
        AND zone_id = 2 AND attacker_character_id IS NULL AND attacker_weapon_id = 7 AND NOT is_headshot";
    assert_eq!(postgres.count(one).await, 1);

    // Deaths that are already stored are not stored twice.
    let bot = Bot::spawn(bulk_insert(&sim, &postgres.url()));
    subscription(&sim).await;
    publish(&sim, 2_000, 500);
    sim.publish(&death(0, 1, 1_700_000_001, 1));
    rows(&postgres, 1_235 + 266).await;
    assert!(bot.terminate().await.status.success());
    assert_eq!(postgres.count(ALL).await, 1_235 + 266);
}

#[tokio::test]
async fn deaths_are_kept_while_the_server_is_restarted() {
    let Some(mut postgres) = Postgres::start().await else { return };
    let sim = quiet().await;
    let bot = Bot::spawn(bulk_insert(&sim, &postgres.url()));
    subscription(&sim).await;
    publish(&sim, 1_000, 500);
    rows(&postgres, 500).await;
    postgres.pause();
    publish(&sim, 2_000, 1_100);
    // For at least one attempt to fail.
    sleep(Duration::from_millis(500)).await;
    postgres.resume().await;
    rows(&postgres, 1_500).await;
    let end = bot.terminate().await;
    assert!(end.status.success() && end.stdout.contains("retried"), "{end:?}");
    assert_eq!(postgres.count(ALL).await, 1_600);
}

#[tokio::test]
async fn a_server_that_is_missing_at_the_start_is_an_error() {
    let sim = quiet().await;
    let end = run(bulk_insert(&sim, "host=/nowhere user=postgres password=secret")).await;
    assert_eq!(end.status.code(), Some(1), "{end:?}");
    assert!(end.stderr.contains("cannot connect to PostgreSQL") && !end.stderr.contains("secret"), "{end:?}");
    assert_eq!(sim.connections(), 0);
}
