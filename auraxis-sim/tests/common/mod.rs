//! A client of the event stream, and one of REST.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub, missing_docs, reason = "each test binary uses a part")]

use std::time::Duration;

use auraxis_sim::Sim;
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::{
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, client_async, connect_async,
    tungstenite::{Error, Message},
};

/// The maximum time to wait for anything.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The time to wait for a frame that must not arrive.
const SILENCE: Duration = Duration::from_millis(120);

/// A client of the event stream.
pub struct TestClient {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl TestClient {
    /// Connects, and receives the first frames.
    pub async fn connect(sim: &Sim) -> Self {
        let mut client = Self::connect_to(&format!("{}?environment=ps2&service-id=s:example", sim.ess_url())).await;
        for _ in 0..6 {
            client.receive().await;
        }
        client
    }

    pub async fn connect_to(url: &str) -> Self {
        Self { socket: timeout(TIMEOUT, connect_async(url)).await.unwrap().unwrap().0 }
    }

    /// Connects with a small send buffer, and receives the first frames.
    pub async fn connect_with_small_buffer(sim: &Sim) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_send_buffer_size(64 * 1024).unwrap();
        let address = sim.rest_url().trim_start_matches("http://").parse().unwrap();
        let stream = MaybeTlsStream::Plain(socket.connect(address).await.unwrap());
        let url = format!("{}?environment=ps2&service-id=s:example", sim.ess_url());
        let mut client = Self { socket: client_async(url, stream).await.unwrap().0 };
        for _ in 0..6 {
            client.receive().await;
        }
        client
    }

    pub async fn send(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// Returns the next frame, or `None` if the connection is broken or closed.
    pub async fn next(&mut self) -> Option<Message> {
        timeout(TIMEOUT, self.socket.next()).await.expect("a frame in time")?.ok()
    }

    pub async fn receive(&mut self) -> String {
        self.next().await.expect("a frame").into_text().unwrap().to_string()
    }

    pub async fn receive_json(&mut self) -> Value {
        serde_json::from_str(&self.receive().await).unwrap()
    }

    /// Discards all frames that have already arrived.
    pub async fn drain(&mut self) {
        while timeout(Duration::ZERO, self.socket.next()).await.is_ok_and(|frame| frame.is_some()) {}
    }

    /// Sends a command and returns its echo.
    pub async fn request(&mut self, command: &str) -> Value {
        self.send(command).await;
        self.receive_json().await
    }

    /// Subscribes to everything, and receives the echo.
    pub async fn subscribe(&mut self) {
        self.request(EVERYTHING).await;
    }

    /// Returns whether a ping is answered. The next frame must be the pong.
    pub async fn ping(&mut self) -> bool {
        self.socket.send(Message::Ping("?".into())).await.unwrap();
        matches!(timeout(SILENCE, self.socket.next()).await, Ok(Some(Ok(Message::Pong(_)))))
    }

    /// Returns the error that broke the connection.
    pub async fn error(&mut self) -> Error {
        timeout(TIMEOUT, self.socket.next()).await.expect("an error in time").expect("no end").expect_err("no frame")
    }

    /// Returns whether no frame arrives.
    pub async fn is_silent(&mut self) -> bool {
        timeout(SILENCE, self.socket.next()).await.is_err()
    }
}

/// The command that subscribes to everything.
pub const EVERYTHING: &str =
    r#"{"service":"event","action":"subscribe","characters":["all"],"eventNames":["all"],"worlds":["all"]}"#;

/// Returns a gain of experience. The amount serves as an id.
pub fn experience(world: u32, amount: u32) -> String {
    format!(
        concat!(
            r#"{{"payload":{{"amount":"{}","character_id":"5428010618015189713","event_name":"GainExperience","#,
            r#""experience_id":"4","loadout_id":"1","other_id":"5428010618015189715","team_id":"2","#,
            r#""timestamp":"1700000000","world_id":"{}","zone_id":"2"}},"service":"event","type":"serviceMessage"}}"#
        ),
        amount, world
    )
}

pub async fn sim() -> Sim {
    Sim::builder().rate(0.0).start().await.unwrap()
}

/// Sends a REST request with this path, and returns the body.
pub async fn get(sim: &Sim, path: &str) -> Value {
    let response = reqwest::get(format!("{}{path}", sim.rest_url())).await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response.json().await.unwrap()
}
