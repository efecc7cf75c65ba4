//! Links to servers of the test, over real sockets.

mod answers;
mod endings;
mod life;

use std::{future::Future, sync::Arc, time::Duration};

use auraxis_core::{
    environment::Environment,
    event::{EventKind, Selector},
    id::CharacterId,
    scope::Scope,
    subscription::Subscription,
};
use futures_util::{SinkExt, StreamExt};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
    task::JoinHandle,
    time::timeout,
};
use tokio_tungstenite::{WebSocketStream, accept_async, tungstenite::Message};

use super::{Batch, Content, Feed, limits::Limits, link::Link};
use crate::{config::Config, dispatch::registry::Needs, shutdown::Shutdown};

const ECHO: &str = r#"{"subscription":{"characterCount":0,"eventNames":["Death"],"logicalAndCharactersWithWorlds":false,"worlds":["all"]}}"#;

const EVENT: &str = r#"{"payload":{"character_id":"5","event_name":"PlayerLogin","timestamp":"1","world_id":"1"},"service":"event","type":"serviceMessage"}"#;

/// Longer than any test takes, but for those that a test sets.
fn limits() -> Limits {
    let look = Duration::from_millis(20);
    Limits { look, ..Limits::lingering(Duration::from_secs(30)) }
}

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A subscription to logins of this many characters.
fn logins_of(characters: u64) -> Needs {
    let subscription = Subscription {
        events: [Selector::Kind(EventKind::PlayerLogin)].into(),
        characters: Scope::Only((1..=characters).map(|n| CharacterId(5_428_000_000_000_000_000 + n)).collect()),
        ..Subscription::default()
    };
    Needs { subscription, link: true }
}

/// A link that runs, and what it hands over.
struct Running {
    batches: mpsc::Receiver<Batch>,
    contents: std::vec::IntoIter<Content>,
    needs: watch::Sender<Arc<Needs>>,
    shutdown: Shutdown,
    task: JoinHandle<crate::Result>,
}

impl Running {
    fn start(urls: &str, limits: Limits, needs: Needs) -> Self {
        let config = Config::new(Some("s:verysecret"), Some(Environment::default()), Some(urls), vec![]).unwrap();
        let link = Link { config: Arc::new(config), number: 0, linger: limits.linger, is_proven: Arc::default() };
        let (sender, batches) = mpsc::channel(1);
        let (needs, changes) = watch::channel(Arc::new(needs));
        let shutdown = Shutdown::default();
        let feed = Feed::new(sender, changes, shutdown.clone());
        let task = tokio::spawn(async move { link.keep(&feed, limits).await });
        Self { batches, contents: Vec::new().into_iter(), needs, shutdown, task }
    }

    /// What comes next.
    async fn next(&mut self) -> Content {
        loop {
            if let Some(content) = self.contents.next() {
                return content;
            }
            self.contents = soon(self.batches.recv()).await.expect("a running link").contents.into_iter();
        }
    }

    /// For the how-manyth time the link is up.
    async fn connected(&mut self) -> u64 {
        match self.next().await {
            Content::Connected(count) => count,
            other => panic!("no connection but {other:?}"),
        }
    }

    async fn text(&mut self) -> String {
        match self.next().await {
            Content::Text(text) => text.to_string(),
            other => panic!("no text but {other:?}"),
        }
    }

    /// Waits for the end of the connection, and returns its reason.
    async fn disconnected(&mut self) -> String {
        loop {
            if let Content::Disconnected { reason, .. } = self.next().await {
                return reason.to_string();
            }
        }
    }

    async fn stop(self) {
        self.shutdown.request();
        // It may have something to hand over.
        drop(self.batches);
        soon(self.task).await.unwrap().unwrap();
    }
}

/// The server's end of a connection.
type Peer = WebSocketStream<TcpStream>;

struct Server(TcpListener);

impl Server {
    async fn start() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    fn url(&self) -> String {
        format!("ws://{}/streaming", self.0.local_addr().unwrap())
    }

    /// A connection before its handshake.
    async fn stream(&self) -> TcpStream {
        soon(self.0.accept()).await.unwrap().0
    }

    async fn accept(&self) -> Peer {
        soon(accept_async(self.stream().await)).await.unwrap()
    }

    /// A connection whose first command is answered.
    async fn accept_and_echo(&self) -> Peer {
        let mut peer = self.accept().await;
        command(&mut peer).await;
        send(&mut peer, ECHO).await;
        peer
    }
}

async fn send(peer: &mut Peer, text: &str) {
    peer.send(Message::text(text)).await.unwrap();
}

/// The next command.
async fn command(peer: &mut Peer) -> String {
    loop {
        if let Message::Text(text) = soon(peer.next()).await.expect("a command").unwrap() {
            return text.to_string();
        }
    }
}

/// Answers pings until the connection ends.
async fn answer_pings(mut peer: Peer) {
    while let Some(Ok(_)) = peer.next().await {}
}

async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(20), future).await.expect("it to come in time")
}
