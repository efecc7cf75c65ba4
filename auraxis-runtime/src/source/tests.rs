//! Tests of links to local servers, over real sockets.

mod disconnects;
mod handshake;
mod liveness;
mod replacement;

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
    sync::{Semaphore, mpsc, watch},
    task::JoinHandle,
    time::timeout,
};
use tokio_tungstenite::{WebSocketStream, accept_async, tungstenite::Message};
use tokio_util::task::TaskTracker;

use super::{Batch, BatchItem, Feed, FeedContext, feed::Probe, link::Link, liveness::Timeouts};
use crate::{config::Config, dispatch::registry::Requirements, shutdown::Shutdown};

/// The answer to `logins_of(1)`.
const ECHO: &str = r#"{"subscription":{"characterCount":1,"eventNames":["PlayerLogin"],"logicalAndCharactersWithWorlds":false,"worlds":[]}}"#;

const EVENT: &str = r#"{"payload":{"character_id":"5","event_name":"PlayerLogin","timestamp":"1","world_id":"1"},"service":"event","type":"serviceMessage"}"#;

/// The default timeouts, which are longer than any test takes.
fn timeouts() -> Timeouts {
    let check_interval = Duration::from_millis(20);
    Timeouts { check_interval, ..Timeouts::new(Duration::from_secs(30), Duration::from_mins(1)) }
}

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Returns a subscription to logins of this many characters.
fn logins_of(characters: u64) -> Requirements {
    let subscription = Subscription {
        events: [Selector::Kind(EventKind::PlayerLogin)].into(),
        characters: Scope::Only((1..=characters).map(|n| CharacterId(5_428_000_000_000_000_000 + n)).collect()),
        ..Subscription::default()
    };
    Requirements { subscription, link: true }
}

/// A running link and its received items.
struct Running {
    batches: mpsc::Receiver<Batch>,
    items: std::vec::IntoIter<BatchItem>,
    requirements: watch::Sender<Arc<Requirements>>,
    probe: Arc<Probe>,
    open: Arc<Semaphore>,
    shutdown: Shutdown,
    task: JoinHandle<crate::Result>,
}

impl Running {
    fn start(urls: &str, timeouts: Timeouts, requirements: Requirements) -> Self {
        Self::start_with(urls, timeouts, requirements, 2)
    }

    /// Starts a link that can open this many connections.
    fn start_with(urls: &str, timeouts: Timeouts, requirements: Requirements, connections: usize) -> Self {
        let config = Config::new(Some("s:verysecret"), Some(Environment::default()), Some(urls), vec![]).unwrap();
        let open = Arc::new(Semaphore::new(connections));
        let link = Link {
            config: Arc::new(config),
            number: 0,
            linger: timeouts.linger,
            verify_interval: timeouts.verify,
            has_connected: Arc::default(),
            connections: Arc::default(),
            open: Arc::clone(&open),
        };
        let (sender, batches) = mpsc::channel(1);
        let (requirements, changes) = watch::channel(Arc::new(requirements));
        let shutdown = Shutdown::default();
        let interests = watch::channel(Arc::default()).1;
        let context = FeedContext {
            environment: Environment::Pc,
            shutdown: shutdown.clone(),
            finishing: TaskTracker::new(),
            keeps_text: true,
        };
        let feed = Feed::new(sender, changes, interests, context);
        let probe = feed.probe();
        let task = tokio::spawn(async move { link.run_until_stopped(&feed, timeouts).await });
        Self { batches, items: Vec::new().into_iter(), requirements, probe, open, shutdown, task }
    }

    async fn next(&mut self) -> BatchItem {
        loop {
            if let Some(item) = self.items.next() {
                return item;
            }
            self.items = soon(self.batches.recv()).await.expect("a running link").items.into_iter();
        }
    }

    /// Waits until the link is up, and returns the number of connections so far.
    async fn connected(&mut self) -> u64 {
        match self.next().await {
            BatchItem::Connected(count) => count,
            other => panic!("expected a connection, got {other:?}"),
        }
    }

    async fn text(&mut self) -> String {
        match self.next().await {
            BatchItem::Frame { text: Some(text), .. } | BatchItem::Fault { text: Some(text), .. } => text.to_string(),
            other => panic!("expected a text, got {other:?}"),
        }
    }

    /// Waits until the link is down, and returns the reason.
    async fn disconnected(&mut self) -> String {
        loop {
            if let BatchItem::Disconnected { reason, .. } = self.next().await {
                return reason.to_string();
            }
        }
    }

    async fn stop(self) {
        self.shutdown.request();
        // The link must not wait for capacity.
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

    /// Accepts a connection without a handshake.
    async fn stream(&self) -> TcpStream {
        soon(self.0.accept()).await.unwrap().0
    }

    async fn accept(&self) -> Peer {
        soon(accept_async(self.stream().await)).await.unwrap()
    }

    /// Accepts a connection and answers its first command.
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

/// Receives the next command.
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
    timeout(Duration::from_secs(20), future).await.expect("no timeout")
}
