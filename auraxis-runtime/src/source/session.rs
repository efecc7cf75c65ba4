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
use tokio_tungstenite::tungstenite::{Error as SocketError, Message, Utf8Bytes, error::ProtocolError};

use super::{
    batch::{Batch, Content},
    feed::Feed,
    limits::{Limits, Traffic, Watch},
    socket::Socket,
};
use crate::clock::real_ms;

/// How often the answer to a subscription is asked for before the connection is given up.
const ASKS: u32 = 3;

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
    limits: Limits,
    /// What the server has been asked for.
    asked: ServerState,
    pub(super) incoming: Incoming,
    /// For how long an answer to the subscription is waited for, and how often it was asked for.
    echo: Option<(Duration, u32)>,
    watch: Watch,
    /// When the limits were looked at last.
    looked: Instant,
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
    /// When a frame came last.
    pub(super) heard: Timestamp,
    /// How many have come.
    frames: u64,
    /// Why the server closed the connection.
    closed: Option<String>,
}

impl<'a> Session<'a> {
    pub(super) fn new(
        feed: &'a Feed,
        socket: Socket,
        environment: Environment,
        limits: Limits,
        link: u32,
        count: u64,
    ) -> Self {
        Self {
            feed,
            socket,
            environment,
            limits,
            asked: ServerState::default(),
            incoming: Incoming::new(link, count),
            echo: None,
            watch: Watch::new(limits),
            looked: Instant::now(),
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
        let mut look = interval(self.limits.look);
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
                (Some(reason), _) => {
                    let _ = timeout(CLOSE, self.socket.send()).await;
                    return End::Lost(reason);
                }
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
            self.echo.get_or_insert((Duration::ZERO, 1));
        }
        tracing::debug!("subscribed to {}", needs.subscription);
        Ok(())
    }

    /// Looks at all limits of time.
    fn look(&mut self, is_resting: bool) -> Option<End> {
        let Limits { look, linger, .. } = self.limits;
        // Time in which a handler held up this thread is nobody's silence.
        let passed = self.looked.elapsed().min(2 * look);
        self.looked = Instant::now();
        if self.idle.is_some_and(|since| since.elapsed() >= linger) {
            return Some(End::Idle);
        }
        let traffic = Traffic { frames: self.incoming.frames, ..self.socket.traffic() };
        let kept = match self.watch.pass(passed, traffic, is_resting) {
            Ok(true) => self.socket.queue(Message::Ping(Vec::new().into())),
            Ok(false) => Ok(()),
            Err(reason) => return Some(End::Lost(reason)),
        };
        if let Err(error) = kept.and_then(|()| if is_resting { Ok(()) } else { self.ask_again(passed) }) {
            return Some(End::Lost(lost(&error)));
        }
        match self.echo {
            Some((_, asks)) if asks > ASKS => Some(End::Lost("the server does not answer the subscription".into())),
            _ => None,
        }
    }

    /// Asks for an answer to the subscription that has not come.
    fn ask_again(&mut self, passed: Duration) -> Result<(), SocketError> {
        if self.incoming.is_announced {
            self.echo = None;
        }
        let Some((waiting, asks)) = &mut self.echo else { return Ok(()) };
        *waiting += passed;
        if *waiting <= self.limits.echo {
            return Ok(());
        }
        (*waiting, *asks) = (Duration::ZERO, *asks + 1);
        let lists = Lists::default();
        let ask = Command::Subscribe { lists, characters_and_worlds: None, list_characters: false };
        self.socket.queue(Message::text(ask.to_frame()))
    }

    async fn close(&mut self) {
        let Self { socket, incoming, .. } = self;
        if socket.queue(Message::Close(None)).is_err() {
            return;
        }
        // What is under way still counts.
        let closing = async {
            while incoming.closed.is_none() && socket.turn(true, |message| incoming.take(message)).await.is_ok() {}
        };
        let _ = timeout(CLOSE, closing).await;
    }
}

impl Incoming {
    fn new(link: u32, count: u64) -> Self {
        let now_ms = real_ms();
        Self {
            batch: Batch::received_at(link, now_ms),
            count,
            awaits_echo: false,
            is_announced: false,
            heard: Timestamp(now_ms.div_euclid(1_000)),
            frames: 0,
            closed: None,
        }
    }

    fn take(&mut self, message: Message) {
        if self.batch.is_empty() {
            self.batch.received_ms = real_ms();
        }
        match message {
            Message::Text(text) => {
                self.frames += 1;
                self.heard = Timestamp(self.batch.received_ms.div_euclid(1_000));
                if !self.is_announced && self.is_proof(&text) {
                    self.is_announced = true;
                    self.batch.contents.push(Content::Connected(self.count));
                }
                self.batch.contents.push(Content::Text(text));
            }
            Message::Binary(bytes) => {
                let found = format!("{} bytes", bytes.len());
                self.batch.contents.push(Content::Fault(Fault::new(FaultKind::Binary, &found), None));
            }
            Message::Close(frame) => {
                let reason = match frame {
                    None => "without a reason".into(),
                    Some(frame) if frame.reason.is_empty() => format!("without a reason ({})", u16::from(frame.code)),
                    Some(frame) => frame.to_string(),
                };
                self.closed = Some(format!("the server closed the connection, {reason}"));
            }
            _ => {}
        }
    }

    /// Whether the frame shows that the connection is up: the server answers the subscription, or sends what was
    /// subscribed to.
    fn is_proof(&self, text: &Utf8Bytes) -> bool {
        match Frame::parse(text) {
            Ok(Frame::Event(_) | Frame::Subscription(_)) => true,
            _ => !self.awaits_echo,
        }
    }
}

fn lost(error: &SocketError) -> String {
    match error {
        SocketError::ConnectionClosed | SocketError::AlreadyClosed => "the server closed the connection".into(),
        SocketError::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            "the server closed the connection without a closing handshake".into()
        }
        SocketError::Io(error) => error.to_string(),
        error => error.to_string(),
    }
}
