//! A client of the event stream, by hand.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)] // Each test uses a part.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::{
    io::AsyncReadExt as _,
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, client_async, connect_async,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest as _,
        protocol::frame::{CloseFrame, coding::CloseCode},
    },
};

/// The maximum time to wait for anything.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The command that subscribes to everything.
pub const EVERYTHING: &str =
    r#"{"service":"event","action":"subscribe","characters":["all"],"eventNames":["all"],"worlds":["all"]}"#;

/// A client of the event stream.
pub struct Ess(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Ess {
    pub async fn connect(url: &str) -> Self {
        Self::try_connect(url).await.unwrap()
    }

    /// Connects as a page of this origin does.
    pub async fn connect_from(url: &str, origin: &str) -> Result<Self, Error> {
        let mut request = url.into_client_request().unwrap();
        request.headers_mut().insert("origin", origin.parse().unwrap());
        Ok(Self(connect_async(request).await?.0))
    }

    pub async fn try_connect(url: &str) -> Result<Self, Error> {
        Ok(Self(timeout(TIMEOUT, connect_async(url)).await.expect("a connection in time")?.0))
    }

    /// Connects with a small receive buffer.
    pub async fn connect_small(address: &str) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(16 * 1024).unwrap();
        let stream = MaybeTlsStream::Plain(socket.connect(address.parse().unwrap()).await.unwrap());
        Self(client_async(format!("ws://{address}/streaming"), stream).await.unwrap().0)
    }

    pub async fn send(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    pub async fn send_message(&mut self, message: Message) -> Result<(), Error> {
        self.0.send(message).await
    }

    /// Returns the next message; `None` if the connection is broken.
    pub async fn next(&mut self) -> Option<Message> {
        timeout(TIMEOUT, self.0.next()).await.expect("a message in time")?.ok()
    }

    /// Returns the next frame that satisfies the condition.
    pub async fn find(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let find = async {
            loop {
                let message = self.next().await.expect("a frame");
                let Message::Text(text) = message else { continue };
                let frame = serde_json::from_str(&text).unwrap();
                if wanted(&frame) {
                    return frame;
                }
            }
        };
        timeout(TIMEOUT, find).await.expect("the frame in time")
    }

    /// Sends a command, and returns the echo of the subscription.
    pub async fn subscribe(&mut self, command: &str) -> Value {
        self.send(command).await;
        self.find(|frame| frame.get("subscription").is_some()).await
    }

    /// Returns the text of the next event; `None` if the connection is broken.
    pub async fn event(&mut self) -> Option<String> {
        loop {
            if let Message::Text(text) = self.next().await?
                && text.contains("event_name")
            {
                return Some(text.to_string());
            }
        }
    }

    /// Returns everything that is sent until the echoes of this marker, without heartbeats and states of worlds, as text.
    pub async fn until_echo(&mut self, marker: &str, echoes: usize) -> Vec<String> {
        self.send(&format!(r#"{{"service":"event","action":"echo","payload":{marker}}}"#)).await;
        let (mut seen, mut found) = (Vec::new(), 0);
        while found < echoes {
            let Message::Text(text) = self.next().await.expect("a frame") else { continue };
            if *text == *marker {
                found += 1;
            } else if !text.contains("heartbeat") {
                seen.push(text.to_string());
            }
        }
        seen
    }

    /// Returns the close frame.
    pub async fn close_frame(&mut self) -> (CloseCode, String) {
        let find = async {
            loop {
                if let Message::Close(frame) = self.next().await.expect("a close frame") {
                    let CloseFrame { code, reason } = frame.expect("a reason");
                    return (code, reason.to_string());
                }
            }
        };
        timeout(TIMEOUT, find).await.expect("the close frame in time")
    }

    /// Reads until the connection is closed or broken.
    pub async fn read_to_end(&mut self) {
        let read = async { while self.next().await.is_some() {} };
        timeout(TIMEOUT, read).await.expect("the end in time");
    }

    /// Reads bytes without answering pings, until the server closes the connection.
    pub async fn ignore_everything(self) {
        let mut stream = self.0.into_inner();
        let mut bytes = [0; 4096];
        let read = async { while stream.read(&mut bytes).await.is_ok_and(|count| count > 0) {} };
        timeout(TIMEOUT, read).await.expect("the server closes the connection");
    }
}
