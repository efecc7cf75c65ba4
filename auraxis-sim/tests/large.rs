//! Large subscriptions take linear time and space, and block if the server does not read.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use std::time::Duration;

use auraxis_sim::{Fault, Sim, TruthEntry};
use common::{TestClient, experience, sim};
use tokio::time::timeout;

const CHARACTERS: usize = 100_000;

/// Returns commands that subscribe to the deaths of all [`CHARACTERS`], 500 per command.
fn commands() -> Vec<String> {
    let ids: Vec<String> = (0..CHARACTERS).map(|n| (5_428_010_618_000_000_001 + n as u64).to_string()).collect();
    let command = |ids: &[String]| {
        let list = ids.join("\",\"");
        format!(r#"{{"service":"event","action":"subscribe","characters":["{list}"],"eventNames":["Death"]}}"#)
    };
    ids.chunks(500).map(command).collect()
}

#[tokio::test]
async fn the_truth_of_a_large_subscription_grows_with_its_commands() {
    let sim = Sim::builder().rate(200.0).keep_truth().start().await.unwrap();
    let mut client = TestClient::connect(&sim).await;
    let commands = commands();
    for command in &commands {
        client.send(command).await;
    }
    let all = format!(r#""characterCount":{CHARACTERS}"#);
    while !client.receive().await.contains(&all) {}
    assert_eq!(sim.subscriptions()[0].lists.characters.len(), CHARACTERS);

    let is_change = |entry: &TruthEntry| matches!(entry, TruthEntry::Subscribed { .. });
    let changes: Vec<_> = sim.truth().into_iter().filter(is_change).collect();
    assert_eq!(changes.len(), commands.len());
    let length = |text: String| text.len();
    let written: usize = changes.iter().map(|entry| length(serde_json::to_string(entry).unwrap())).sum();
    let sent: usize = commands.iter().map(String::len).sum();
    assert!(written < sent * 2, "{written} bytes for {sent} bytes of commands");
}

/// Returns a link that receives experience, and the number of commands it sent before one of them blocked. It has sent
/// the same commands before the fault, so that the system has already enlarged its buffers.
async fn block(sim: &Sim, fault: &str) -> (TestClient, usize) {
    let mut client = TestClient::connect_with_small_buffer(sim).await;
    for command in commands() {
        client.send(&command).await;
    }
    while !client.receive().await.contains(&format!(r#""characterCount":{CHARACTERS}"#)) {}
    client
        .request(
            r#"{"service":"event","action":"subscribe","characters":["5428010618015189713"],
        "eventNames":["GainExperience"]}"#,
        )
        .await;
    let mut sent = sim.commands().len();
    sim.inject(fault.parse::<Fault>().unwrap());
    let say = async {
        for command in commands() {
            client.send(&command).await;
            sent += 1;
        }
    };
    assert!(timeout(Duration::from_secs(1), say).await.is_err(), "no command blocked");
    (client, sent)
}

#[tokio::test]
async fn commands_that_are_not_read_block_while_events_continue() {
    let sim = sim().await;
    let (mut client, sent) = block(&sim, "deaf for 3s").await;
    assert_eq!(sim.publish(&experience(1, 1)), 1);
    assert_eq!(client.receive().await, experience(1, 1));
    // Once the server reads again, it executes the earlier commands.
    while sim.commands().len() < sent {
        assert!(client.receive().await.contains("subscription"));
    }
}

#[tokio::test]
async fn commands_to_a_frozen_link_block_and_nothing_is_sent() {
    let sim = sim().await;
    let (mut client, _) = block(&sim, "freeze for 1m").await;
    assert_eq!(sim.publish(&experience(1, 1)), 0);
    sim.push("a frame");
    assert!(client.is_silent().await);
    assert_eq!(sim.connections(), 1);
}
