//! The alert board, stopped and started again.

use std::{fs, path::PathBuf};

use auraxis::Timestamp;
use auraxis_sim::{RestFault, Sim};

use crate::{
    common::{quiet, subscription},
    process::Bot,
    recipe,
};

const STARTED: u32 = 135;
const ENDED: u32 = 138;
const XP_BONUS_CHANGED: u32 = 139;

/// A path without a database.
fn database(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    for suffix in ["", "-shm", "-wal"] {
        let _ = fs::remove_file(path.with_added_extension(format!("db{suffix}")));
    }
    path.with_added_extension("db")
}

fn board(sim: &Sim, database: &PathBuf) -> Bot {
    let mut command = recipe(env!("CARGO_BIN_EXE_alert_board"), sim);
    command.env("ALERTS_DB", database);
    Bot::spawn(command)
}

/// The next board, without the times.
async fn next(bot: &mut Bot) -> Vec<String> {
    let title = bot.line().await;
    let count = title.strip_prefix("current alerts: ").unwrap_or_else(|| panic!("{title}")).parse().unwrap();
    let mut lines = Vec::new();
    for _ in 0..count {
        let line = bot.line().await;
        lines.push(line.split_once(", since ").unwrap().0.trim().to_owned());
    }
    lines
}

/// The state of an alert of kind 147 (Indar), so many seconds ago.
fn alert(world: u32, instance: u32, state: u32, ago: i64) -> String {
    let timestamp = Timestamp::now().0 - ago;
    format!(
        r#"{{"payload":{{"event_name":"MetagameEvent","experience_bonus":"25.000000","faction_nc":"52.156864","faction_tr":"19.607843","faction_vs":"27.843140","instance_id":"{instance}","metagame_event_id":"147","metagame_event_state":"{state}","metagame_event_state_name":"?","timestamp":"{timestamp}","world_id":"{world}","zone_id":"2"}},"service":"event","type":"serviceMessage"}}"#
    )
}

fn places(board: &[String]) -> Vec<&str> {
    board.iter().map(|line| line.split_once(':').unwrap().0).collect()
}

#[tokio::test]
async fn a_board_that_was_stopped_knows_what_has_happened_since() {
    let (sim, database) = (quiet().await, database("alerts-restart"));
    let mut bot = board(&sim, &database);
    subscription(&sim).await;
    assert!(next(&mut bot).await.is_empty());
    sim.publish(&alert(1, 1, STARTED, 600));
    assert_eq!(places(&next(&mut bot).await), ["Osprey, Indar"]);
    sim.publish(&alert(10, 7, STARTED, 500));
    assert_eq!(places(&next(&mut bot).await), ["Osprey, Indar", "Wainwright, Indar"]);
    sim.publish(&alert(10, 7, XP_BONUS_CHANGED, 400));
    assert_eq!(next(&mut bot).await.len(), 2);
    assert!(bot.terminate().await.status.success());

    // One ends, and another starts, on a continent that REST does not have.
    sim.publish(&alert(1, 1, ENDED, 200));
    sim.publish(&alert(19, 1, STARTED, 100));
    let mut bot = board(&sim, &database);
    let now = next(&mut bot).await;
    assert_eq!(places(&now), ["Wainwright, Indar", "Jaeger, ?"], "{now:?}");
    subscription(&sim).await;
    sim.publish(&alert(10, 7, ENDED, 50));
    assert_eq!(places(&next(&mut bot).await), ["Jaeger, ?"]);
    assert!(bot.terminate().await.status.success());
}

#[tokio::test]
async fn a_board_that_was_stopped_keeps_its_continents() {
    let (sim, database) = (quiet().await, database("alerts-offline"));
    let mut bot = board(&sim, &database);
    subscription(&sim).await;
    assert!(next(&mut bot).await.is_empty());
    sim.publish(&alert(1, 1, STARTED, 600));
    let [first] = next(&mut bot).await.try_into().unwrap();
    assert!(bot.terminate().await.status.success());
    assert!(first.starts_with("Osprey, Indar: ") && !first.contains("alert 147"), "{first}");

    // Which auraxis does not retry by itself.
    sim.next_rest_faults([RestFault::BadRequest]);
    let mut bot = board(&sim, &database);
    assert_eq!(next(&mut bot).await, [first]);
    // An alert whose end was missed disappears at last.
    subscription(&sim).await;
    sim.publish(&alert(10, 2, STARTED, -7_000));
    assert_eq!(places(&next(&mut bot).await), ["Wainwright, Indar"]);
    assert!(bot.terminate().await.status.success());
}
