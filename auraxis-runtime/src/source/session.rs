//! One connection to the event stream, from its first subscription to its end.

use std::time::Duration;

use auraxis_core::{
    command::{Command, Lists},
    environment::Environment,
    frame::{Fault, FaultKind, Frame},
    server_state::ServerState,
    time::Timestamp,
};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_tungstenite::tungstenite::{Error as SocketError, Message, Utf8Bytes};

use super::{
    batch::{Batch, Content},
    feed::Feed,
    socket::Socket,
};
use crate::clock::real_ms;

/// The server sends a heartbeat each 30 seconds. Two and a half without any frame, and the connection is dead, whatever
/// answers to pings.
const SILENCE: Duration = Duration::from_secs(75);

/// Pings keep the way open through routers that forget, and find a peer that is gone.
const PING: Duration = Duration::from_secs(20);

/// How long after a ping nothing at all may come, and how long the peer may take nothing of what is to be sent.
const DEAD: Duration = Duration::from_secs(15);

/// How long the answer to a subscription may take before it is asked for again.
const ECHO: Duration = Duration::from_secs(20);

/// How often it is asked for before the connection is given up.
const ASKS: u32 = 3;

/// How often these limits are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// How long the closing handshake may take: a peer that does not answer must not delay the end.
const CLOSE: Duration = Duration::from_secs(1);

/// How a connection ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The client stops.
    Stopped,
    /// No trigger needs it.
    Idle,
    /// It broke.
    Lost(String),
}

/// One connection.
pub(super) struct Session<'a> {
    feed: &'a Feed,
    socket: Socket,
    environment: Environment,
    linger: Duration,
    /// What the server has been asked for.
    asked: ServerState,
    pub(super) incoming: Incoming,
    /// Since when an answer to the subscription is waited for, and how often it was asked for.
    echo: Option<(Instant, u32)>,
    /// When the last ping was sent.
    ping: Instant,
    /// Since when no trigger has needed the connection.
    idle: Option<Instant>,
}

/// What has come over the connection.
pub(super) struct Incoming {
    /// What has been read and not handed over.
    batch: Batch,
    /// How often this link was connected, this time included.
    count: u64,
    /// Whether the server has to answer a subscription.
    awaits_echo: bool,
    /// Whether the stream has been told that the link is up.
    pub(super) is_announced: bool,
    /// Whether anything came that proves the connection: an event or a heartbeat.
    pub(super) has_worked: bool,
    /// When a frame came last.
    pub(super) heard: Timestamp,
    frame: Instant,
    /// When anything came last, be it an answer to a ping.
    anything: Instant,
    /// Why the server closed the connection.
    closed: Option<String>,
}

impl<'a> Session<'a> {
    /// `linger`: for how long the connection stays when no trigger needs it.
    pub(super) fn new(
        feed: &'a Feed,
        socket: Socket,
        environment: Environment,
        linger: Duration,
        link: u32,
        count: u64,
    ) -> Self {
        let incoming = Incoming::new(link, count);
        let ping = Instant::now();
        Self {
            feed,
            socket,
            environment,
            linger,
            asked: ServerState::default(),
            incoming,
            echo: None,
            ping,
            idle: None,
        }
    }

    pub(super) async fn run(&mut self) -> End {
        let end = self.listen().await;
        if !matches!(end, End::Lost(_)) {
            self.close().await;
        }
        let batch = self.incoming.batch.take();
        if !batch.is_empty() {
            self.feed.send(batch).await;
        }
        end
    }

    async fn listen(&mut self) -> End {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        if let Err(error) = self.subscribe() {
            return End::Lost(error.to_string());
        }
        loop {
            let Self { feed, socket, incoming, .. } = self;
            // What one read brought goes on before anything else is read.
            let is_full = !incoming.batch.is_empty();
            let done = tokio::select! {
                () = feed.stopping() => return End::Stopped,
                () = feed.subscription_changed() => self.subscribe(),
                () = feed.ready(), if is_full => {
                    feed.send(incoming.batch.take()).await;
                    Ok(())
                }
                result = socket.turn(!is_full, |message| incoming.take(message)) => result,
                _ = look.tick() => match self.look(is_full) {
                    Some(end) => return end,
                    None => Ok(()),
                },
            };
            match (self.incoming.closed.take(), done) {
                (Some(reason), _) => return End::Lost(reason),
                (None, Err(error)) => return End::Lost(lost(&error)),
                (None, Ok(())) => {}
            }
        }
    }

    /// Brings the server's subscription to what the triggers need. One that nobody needs any more stays as it is for a
    /// while, with its connection: somebody may come back.
    fn subscribe(&mut self) -> Result<(), SocketError> {
        let needs = self.feed.needs();
        if !needs.link {
            self.idle.get_or_insert_with(Instant::now);
            return Ok(());
        }
        self.idle = None;
        for command in needs.subscription.commands_from(&self.asked, self.environment) {
            self.socket.queue(Message::text(command.to_frame()))?;
            self.asked.apply(&command);
        }
        self.incoming.awaits_echo = !needs.subscription.is_empty();
        if self.incoming.awaits_echo && !self.incoming.is_announced {
            self.echo.get_or_insert_with(|| (Instant::now(), 1));
        }
        tracing::debug!("subscribed to {}", needs.subscription);
        Ok(())
    }

    /// Looks at all limits of time.
    fn look(&mut self, is_resting: bool) -> Option<End> {
        if self.socket.stalled_for() > DEAD {
            return Some(End::Lost(format!("the server has taken nothing of what is sent for {DEAD:?}")));
        }
        if self.idle.is_some_and(|since| since.elapsed() >= self.linger) {
            return Some(End::Idle);
        }
        if is_resting {
            // Nothing is read, so nothing can be heard.
            self.incoming.hears_now();
            self.ping = Instant::now();
            return None;
        }
        if self.incoming.frame.elapsed() > SILENCE {
            return Some(End::Lost(format!("nothing was heard for {SILENCE:?}")));
        }
        if self.ping > self.incoming.anything && self.ping.elapsed() > DEAD {
            return Some(End::Lost(format!("the server has not answered a ping for {DEAD:?}")));
        }
        if let Err(error) = self.ask_again() {
            return Some(End::Lost(lost(&error)));
        }
        if self.ping.elapsed() > PING {
            self.ping = Instant::now();
            if let Err(error) = self.socket.queue(Message::Ping(Vec::new().into())) {
                return Some(End::Lost(lost(&error)));
            }
        }
        match self.echo {
            Some((_, asks)) if asks > ASKS => Some(End::Lost("the server does not answer the subscription".into())),
            _ => None,
        }
    }

    /// Asks for an answer to the subscription that has not come.
    fn ask_again(&mut self) -> Result<(), SocketError> {
        if self.incoming.is_announced {
            self.echo = None;
        }
        match &mut self.echo {
            Some((since, asks)) if since.elapsed() > ECHO => {
                (*since, *asks) = (Instant::now(), *asks + 1);
                let lists = Lists::default();
                let ask = Command::Subscribe { lists, characters_and_worlds: None, list_characters: false };
                self.socket.queue(Message::text(ask.to_frame()))
            }
            _ => Ok(()),
        }
    }

    async fn close(&mut self) {
        let Self { socket, incoming, .. } = self;
        if socket.queue(Message::Close(None)).is_err() {
            return;
        }
        // What is under way still counts.
        let closing = async { while socket.turn(true, |message| incoming.take(message)).await.is_ok() {} };
        let _ = timeout(CLOSE, closing).await;
    }
}

impl Incoming {
    fn new(link: u32, count: u64) -> Self {
        let (now, now_ms) = (Instant::now(), real_ms());
        Self {
            batch: Batch::received_at(link, now_ms),
            count,
            awaits_echo: false,
            is_announced: false,
            has_worked: false,
            heard: Timestamp(now_ms.div_euclid(1_000)),
            frame: now,
            anything: now,
            closed: None,
        }
    }

    fn take(&mut self, message: Message) {
        if self.batch.is_empty() {
            self.batch.received_ms = real_ms();
            self.anything = Instant::now();
        }
        match message {
            Message::Text(text) => {
                self.frame = self.anything;
                self.heard = Timestamp(self.batch.received_ms.div_euclid(1_000));
                if !(self.is_announced && self.has_worked) {
                    self.prove(&text);
                }
                self.batch.contents.push(Content::Text(text));
            }
            Message::Binary(bytes) => {
                let found = format!("{} bytes", bytes.len());
                self.batch.contents.push(Content::Fault(Fault::new(FaultKind::Binary, &found), None));
            }
            Message::Close(frame) => {
                let reason = frame.map_or_else(|| "without a reason".into(), |frame| frame.to_string());
                self.closed = Some(format!("the server closed the connection, {reason}"));
            }
            _ => self.anything = Instant::now(),
        }
    }

    /// What the first frames say of the connection. It is up when the server has answered the subscription, or sends
    /// what was subscribed to.
    fn prove(&mut self, text: &Utf8Bytes) {
        let (answers, works) = match Frame::parse(text) {
            Ok(Frame::Event(_)) => (true, true),
            Ok(Frame::Heartbeat(_)) => (!self.awaits_echo, true),
            Ok(Frame::Subscription(_)) => (true, false),
            _ => (!self.awaits_echo, false),
        };
        self.has_worked |= works;
        if answers && !self.is_announced {
            self.is_announced = true;
            self.batch.contents.push(Content::Connected(self.count));
        }
    }

    fn hears_now(&mut self) {
        self.frame = Instant::now();
        self.anything = self.frame;
    }
}

fn lost(error: &SocketError) -> String {
    match error {
        SocketError::ConnectionClosed | SocketError::AlreadyClosed => "the server closed the connection".into(),
        error => error.to_string(),
    }
}
