//! Helpers for tests against the simulator.
#![allow(dead_code)] // Each test binary uses its part.

use std::{
    collections::BTreeSet,
    future::Future,
    sync::{Arc, Mutex},
    time::Duration,
};

use auraxis::{Client, ClientBuilder};
use auraxis_core::server_state::ServerState;
use auraxis_sim::Sim;
use tokio::{task::JoinHandle, time};

/// The timeout of every wait.
const PATIENCE: Duration = Duration::from_secs(30);

/// A simulator that only sends what the test publishes.
pub(crate) async fn quiet() -> Sim {
    Sim::builder().rate(0.0).start().await.expect("a free port")
}

/// Such a simulator on a given port. Waits while another test uses the port.
pub(crate) async fn quiet_at(port: u16) -> Sim {
    within(async {
        loop {
            match Sim::builder().rate(0.0).port(port).start().await {
                Ok(sim) => break sim,
                Err(_) => time::sleep(Duration::from_millis(50)).await,
            }
        }
    })
    .await
}

/// A client of the simulator.
pub(crate) fn client(sim: &Sim) -> ClientBuilder {
    Client::builder().service_id("s:test").ess_url(sim.ess_url()).rest_url(sim.rest_url())
}

/// Runs the client and waits until it is connected.
pub(crate) async fn start(client: &Client) -> JoinHandle<auraxis::Result> {
    let run = tokio::spawn({
        let client = client.clone();
        async move { client.run().await }
    });
    within(client.wait_ready()).await.expect("a connection");
    run
}

/// Stops the client, which must succeed.
pub(crate) async fn stop(client: &Client, run: JoinHandle<auraxis::Result>) {
    client.shutdown();
    within(run).await.expect("no panic").expect("a graceful stop");
}

/// Awaits a future with a timeout.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    time::timeout(PATIENCE, future).await.expect("no timeout")
}

/// Waits until a condition holds.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let patience = time::Instant::now() + PATIENCE;
    while !holds() {
        assert!(time::Instant::now() < patience, "timed out waiting for {what}");
        time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits for the subscription of the only connection.
pub(crate) async fn subscription(sim: &Sim) -> ServerState {
    until("a subscription", || sim.subscriptions().iter().any(|subscribed| *subscribed != ServerState::default()))
        .await;
    let [subscribed] = sim.subscriptions().try_into().expect("one connection");
    subscribed
}

/// A set of texts.
pub(crate) fn set<const N: usize>(texts: [&str; N]) -> BTreeSet<String> {
    texts.map(String::from).into()
}

/// A log of entries, in order. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Diary(Arc<Mutex<Vec<String>>>);

impl Diary {
    pub(crate) fn note(&self, entry: impl ToString) {
        self.0.lock().expect("no panic").push(entry.to_string());
    }

    pub(crate) fn read(&self) -> Vec<String> {
        self.0.lock().expect("no panic").clone()
    }

    /// Waits for this many entries, and returns them.
    pub(crate) async fn entries(&self, count: usize) -> Vec<String> {
        until(&format!("{count} entries"), || self.read().len() >= count).await;
        self.read()
    }
}

/// A login of this character.
pub(crate) fn login(character: u64, world: u32) -> String {
    format!(
        r#"{{"payload":{{"character_id":"{character}","event_name":"PlayerLogin","timestamp":"1","world_id":"{world}"}},"service":"event","type":"serviceMessage"}}"#
    )
}

/// The death of `victim` by `attacker`.
pub(crate) fn death(attacker: u64, victim: u64, timestamp: i64, world: u32) -> String {
    format!(
        r#"{{"payload":{{"attacker_character_id":"{attacker}","attacker_fire_mode_id":"0","attacker_loadout_id":"1","attacker_team_id":"1","attacker_vehicle_id":"0","attacker_weapon_id":"7","character_id":"{victim}","character_loadout_id":"1","event_name":"Death","is_critical":"0","is_headshot":"0","team_id":"2","timestamp":"{timestamp}","world_id":"{world}","zone_id":"2"}},"service":"event","type":"serviceMessage"}}"#
    )
}
