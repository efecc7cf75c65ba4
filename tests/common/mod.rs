//! What the tests against the simulator share.
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

/// No test waits longer for anything.
const PATIENCE: Duration = Duration::from_secs(30);

/// A simulator in which only happens what the test publishes.
pub(crate) async fn quiet() -> Sim {
    Sim::builder().rate(0.0).start().await.expect("a free port")
}

/// Such a simulator on a port that was free. Another test may have taken it meanwhile, for as long as that lasts.
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

/// Stops the client and expects it to end well.
pub(crate) async fn stop(client: &Client, run: JoinHandle<auraxis::Result>) {
    client.shutdown();
    within(run).await.expect("no panic").expect("a stop in order");
}

/// Awaits what must come soon.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    time::timeout(PATIENCE, future).await.expect("it to come in time")
}

/// Waits until something is so.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let patience = time::Instant::now() + PATIENCE;
    while !holds() {
        assert!(time::Instant::now() < patience, "never came: {what}");
        time::sleep(Duration::from_millis(5)).await;
    }
}

/// The only subscription there is, once it is there.
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

/// What happened, in the order in which it did.
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
