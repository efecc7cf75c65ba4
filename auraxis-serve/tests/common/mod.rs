//! A client that serves, fed by a simulator.
#![allow(dead_code)] // Each test uses a part.

use std::{net::TcpListener, time::Duration};

use auraxis_core::environment::Environment;
use auraxis_runtime::{Client, ClientBuilder};
use auraxis_serve::Serve as _;
use auraxis_sim::Sim;
use reqwest::{Response, StatusCode};
use serde_json::Value;
use tokio::{
    task::JoinHandle,
    time::{sleep, timeout},
};

/// A service id that is easily found in what is served.
pub(crate) const SERVICE_ID: &str = "s:SecretServiceId";

pub(crate) const TOKEN: &str = "open sesame";

/// A client that runs and serves.
pub(crate) struct Bot {
    pub(crate) client: Client,
    pub(crate) address: String,
    pub(crate) sim: Sim,
    pub(crate) run: JoinHandle<auraxis_runtime::Result>,
}

impl Bot {
    pub(crate) async fn start(
        sim: auraxis_sim::Builder,
        configure: impl FnOnce(ClientBuilder) -> ClientBuilder,
    ) -> Self {
        let sim = sim.heartbeat(Duration::from_millis(100)).start().await.expect("a simulator");
        let address = free_address();
        let builder = Client::builder()
            .service_id(SERVICE_ID)
            .environment(Environment::Pc)
            .ess_url(sim.ess_url())
            .rest_url(sim.rest_url())
            .serve(&address)
            .serve_token(TOKEN);
        let client = configure(builder).build().expect("a client");
        let run = tokio::spawn({
            let client = client.clone();
            async move { client.run().await }
        });
        let bot = Self { client, address, sim, run };
        until("it serves", async || bot.try_get("/livez").await.is_some()).await;
        bot
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) async fn try_get(&self, path: &str) -> Option<Response> {
        reqwest::get(self.url(path)).await.ok()
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, String) {
        let response = self.try_get(path).await.expect("a response");
        (response.status(), response.text().await.expect("a body"))
    }

    pub(crate) async fn json(&self, path: &str) -> (StatusCode, Value) {
        let (status, text) = self.get(path).await;
        (status, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}: {text}")))
    }

    pub(crate) async fn state(&self) -> Value {
        self.json("/api/state").await.1
    }

    pub(crate) async fn stop(self) {
        self.client.shutdown();
        self.run.await.expect("no panic").expect("a graceful stop");
        self.sim.shutdown().await;
    }
}

/// Another program could take it, but hardly does so within milliseconds.
pub(crate) fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").to_string()
}

/// Waits for a condition.
pub(crate) async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    let wait = async {
        while !condition().await {
            sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(timeout(Duration::from_secs(90), wait).await.is_ok(), "waited too long: {what}");
}
