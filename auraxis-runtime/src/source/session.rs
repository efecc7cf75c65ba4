//! A single connection to the event stream.

use std::{sync::Arc, time::Duration};

use auraxis_core::{
    command::{Command, Echo},
    delivery::Origin,
    environment::Environment,
    frame::{Fault, FaultKind, Frame},
    server_state::ServerState,
    time::Timestamp,
};
use futures_util::FutureExt;
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval, timeout},
};
use tokio_tungstenite::tungstenite::{Error as SocketError, Message, Utf8Bytes, error::ProtocolError};

use super::{
    batch::{Batch, BatchItem},
    feed::{Feed, ProbeStep, changed},
    liveness::{Liveness, Timeouts, Traffic},
    socket::{Received, Socket},
    verification::{self, Verdict, Verification},
};
use crate::{clock::real_ms, dispatch::registry::Requirements};

/// The number of requests for the answer to a subscription before the connection is closed.
const MAX_ECHO_REQUESTS: u32 = 3;

/// The timeout of the closing handshake, so that an unresponsive peer does not delay the shutdown.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Why a session ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SessionEnd {
    /// The client stops.
    Stopped,
    /// No trigger needs the connection.
    Idle,
    /// The connection is open, but has to be replaced for this reason.
    Replace(String),
    /// Another connection has replaced this one.
    Replaced,
    /// The connection was lost for this reason.
    Lost(String),
}

/// A single connection to the event stream.
pub(super) struct Session<'a> {
    feed: &'a Feed,
    requirements: watch::Receiver<Arc<Requirements>>,
    socket: Socket,
    environment: Environment,
    timeouts: Timeouts,
    /// The state of the server after all sent commands.
    requested: ServerState,
    pub(super) incoming: Incoming,
    /// How long the answer to the subscription has been awaited, and how many times it was requested.
    pending_echo: Option<(Duration, u32)>,
    liveness: Liveness,
    verification: Verification,
    /// The number of requested echoes since the last one that was received.
    unanswered: u32,
    /// When the server's subscription was last known to be the requested one.
    verified_at: Timestamp,
    /// When the timeouts were last checked.
    checked_at: Instant,
    /// Since when no trigger has needed the connection.
    idle_since: Option<Instant>,
    /// Whether another connection replaces this one, which only delivers events until then.
    is_replaced: bool,
}

/// The received data of a session.
pub(super) struct Incoming {
    /// Whether the texts of frames may be recorded.
    keeps_text: bool,
    /// Items that were received but not sent to the stream.
    batch: Batch,
    /// The number of times that the link has connected, including this session.
    count: u64,
    /// Whether the server has to answer a subscription.
    awaits_echo: bool,
    /// Whether the server has accepted the subscription, and `Connected` was added to the batch.
    pub(super) is_confirmed: bool,
    pub(super) last_frame_at: Timestamp,
    /// The number of received text frames.
    frames: u64,
    /// Why the server closed the connection, if it did.
    close_reason: Option<String>,
    /// The received reports of the server's subscription that have not been verified.
    echoes: Vec<Echo>,
}

impl<'a> Session<'a> {
    pub(super) fn new(
        feed: &'a Feed,
        socket: Socket,
        environment: Environment,
        timeouts: Timeouts,
        numbers: (u32, u32),
        count: u64,
    ) -> Self {
        Self {
            feed,
            requirements: feed.watch_requirements(),
            socket,
            environment,
            timeouts,
            requested: ServerState::default(),
            incoming: Incoming::new(numbers, count, feed.keeps_text),
            pending_echo: None,
            liveness: Liveness::new(timeouts),
            verification: Verification::new(timeouts.verify),
            unanswered: 0,
            verified_at: now(),
            checked_at: Instant::now(),
            idle_since: None,
            is_replaced: false,
        }
    }

    pub(super) async fn run(&mut self) -> SessionEnd {
        // A step that was requested from an earlier connection.
        let _ = self.feed.probed().now_or_never();
        let end = match self.subscribe() {
            Ok(()) => self.listen().await,
            Err(error) => SessionEnd::Lost(error.to_string()),
        };
        if !matches!(end, SessionEnd::Replace(_)) {
            self.finish(&end).await;
        }
        end
    }

    /// Keeps delivering events until the stream reports that the connection has been replaced, then closes it.
    pub(super) async fn run_until_replaced(&mut self) -> SessionEnd {
        self.is_replaced = true;
        let end = self.listen().await;
        self.finish(&end).await;
        end
    }

    /// Closes the connection, and delivers what was received.
    pub(super) async fn finish(&mut self, end: &SessionEnd) {
        if !matches!(end, SessionEnd::Lost(_)) {
            self.close().await;
        }
        let batch = self.incoming.batch.take();
        if !batch.is_empty() {
            self.feed.send(batch).await;
        }
    }

    async fn listen(&mut self) -> SessionEnd {
        let mut check = interval(self.timeouts.check_interval);
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let Self { feed, requirements, socket, incoming, is_replaced, .. } = self;
            // Nothing more is read until the stream has taken the last batch.
            let is_held = !incoming.batch.is_empty();
            let result = tokio::select! {
                () = feed.stopping() => return SessionEnd::Stopped,
                () = feed.replaced(incoming.batch.connection), if *is_replaced => return SessionEnd::Replaced,
                () = changed(requirements) => self.subscribe(),
                step = feed.probed(), if !*is_replaced => match self.probe(step) {
                    Some(end) => return end,
                    None => Ok(()),
                },
                () = feed.ready(), if is_held => {
                    feed.send(incoming.batch.take()).await;
                    Ok(())
                }
                result = socket.send_and_receive(!is_held, |message| incoming.add(message)) => result,
                _ = check.tick() => match self.check_timeouts(is_held) {
                    Some(end) => return end,
                    None => Ok(()),
                },
            };
            match (self.incoming.close_reason.take(), result) {
                (Some(reason), _) => {
                    let _ = timeout(CLOSE_TIMEOUT, self.socket.flush()).await;
                    return SessionEnd::Lost(reason);
                }
                (None, Err(error)) => return SessionEnd::Lost(lost_reason(&error)),
                (None, Ok(())) => {}
            }
            if !self.incoming.echoes.is_empty()
                && let Some(end) = self.verify()
            {
                return end;
            }
        }
    }

    /// Updates the server's subscription to the triggers' requirements. If no trigger needs the connection any more, it
    /// is kept with its subscription for a while, because another trigger may soon need it.
    fn subscribe(&mut self) -> Result<(), SocketError> {
        let requirements = Arc::clone(&self.requirements.borrow_and_update());
        if !requirements.link {
            self.idle_since.get_or_insert_with(Instant::now);
            return Ok(());
        }
        self.idle_since = None;
        let commands = requirements.subscription.commands_from(&self.requested, self.environment);
        self.send(&commands)?;
        self.incoming.awaits_echo = !requirements.subscription.is_empty();
        if self.incoming.awaits_echo && !self.incoming.is_confirmed {
            self.pending_echo.get_or_insert((Duration::ZERO, 1));
        }
        tracing::debug!("subscribed to {}", requirements.subscription);
        Ok(())
    }

    fn send(&mut self, commands: &[Command]) -> Result<(), SocketError> {
        for command in commands {
            self.socket.queue(Message::text(command.to_frame()))?;
            self.requested.apply(command);
        }
        self.verification.sent(commands.len(), &self.requested);
        Ok(())
    }

    /// Takes a step against events that stay out.
    fn probe(&mut self, step: ProbeStep) -> Option<SessionEnd> {
        let commands = match step {
            ProbeStep::Verify => vec![self.verification.request()],
            ProbeStep::Resubscribe => {
                tracing::warn!("events are missing on an open connection; subscribing again");
                let ServerState { lists, characters_and_worlds } = self.requested.clone();
                verification::subscribe(lists, Some(characters_and_worlds)).collect()
            }
            ProbeStep::Reconnect => {
                return Some(SessionEnd::Replace("events are missing although the connection is open".into()));
            }
        };
        self.send(&commands).err().map(|error| SessionEnd::Lost(lost_reason(&error)))
    }

    /// Compares the received echoes with the requested subscription, and repairs the difference.
    fn verify(&mut self) -> Option<SessionEnd> {
        self.unanswered = 0;
        if self.is_replaced {
            self.incoming.echoes.clear();
        }
        for echo in std::mem::take(&mut self.incoming.echoes) {
            match self.verification.compare(&echo, &self.requested) {
                Verdict::Outdated => {}
                Verdict::Match { is_repaired } => {
                    self.verified_at = now();
                    if is_repaired {
                        self.incoming.push(BatchItem::DriftRepaired);
                    }
                }
                Verdict::Drift(drift, commands) => {
                    let item = BatchItem::Drift { drift: Box::new(drift), since: self.verified_at };
                    self.incoming.push(item);
                    if let Err(error) = self.send(&commands) {
                        return Some(SessionEnd::Lost(lost_reason(&error)));
                    }
                }
                Verdict::Capacity(drift) => {
                    tracing::error!(
                        "the server does not hold the whole subscription; it lacks {}. Events are missing until fewer \
                         characters or events are subscribed",
                        drift.missing
                    );
                }
                Verdict::Unrepairable => {
                    return Some(SessionEnd::Replace("the server's subscription cannot be repaired".into()));
                }
            }
        }
        None
    }

    fn check_timeouts(&mut self, is_held: bool) -> Option<SessionEnd> {
        let Timeouts { check_interval, linger, .. } = self.timeouts;
        // The time in which a handler blocked this thread does not count.
        let elapsed = self.checked_at.elapsed().min(2 * check_interval);
        self.checked_at = Instant::now();
        if self.idle_since.is_some_and(|since| since.elapsed() >= linger) {
            return Some(SessionEnd::Idle);
        }
        let traffic = Traffic { frames: self.incoming.frames, ..self.socket.traffic() };
        let queued = match self.liveness.advance(elapsed, traffic, is_held) {
            Ok(true) => self.socket.queue(Message::Ping(Vec::new().into())),
            Ok(false) => Ok(()),
            Err(reason) => return Some(SessionEnd::Lost(reason)),
        };
        if let Err(error) = queued.and_then(|()| if is_held { Ok(()) } else { self.check_echo(elapsed) }) {
            return Some(SessionEnd::Lost(lost_reason(&error)));
        }
        if self.pending_echo.is_some_and(|(_, requests)| requests > MAX_ECHO_REQUESTS)
            || self.unanswered > MAX_ECHO_REQUESTS
        {
            return Some(SessionEnd::Lost("the server has not answered the subscription".into()));
        }
        None
    }

    /// Requests the answer to the subscription again if it is overdue.
    fn check_echo(&mut self, elapsed: Duration) -> Result<(), SocketError> {
        if self.incoming.is_confirmed {
            self.pending_echo = None;
            if !self.is_replaced && self.verification.advance(elapsed) && self.requested != ServerState::default() {
                self.unanswered += 1;
                return self.send(&[self.verification.request()]);
            }
        }
        let Some((waiting, requests)) = &mut self.pending_echo else { return Ok(()) };
        *waiting += elapsed;
        if *waiting <= self.timeouts.echo {
            return Ok(());
        }
        (*waiting, *requests) = (Duration::ZERO, *requests + 1);
        self.send(&[self.verification.request()])
    }

    async fn close(&mut self) {
        let Self { socket, incoming, .. } = self;
        if socket.queue(Message::Close(None)).is_err() {
            return;
        }
        // Frames received until the handshake completes are still processed.
        let closing = async {
            while incoming.close_reason.is_none()
                && socket.send_and_receive(true, |message| incoming.add(message)).await.is_ok()
            {}
        };
        let _ = timeout(CLOSE_TIMEOUT, closing).await;
    }
}

impl Incoming {
    fn new((link, connection): (u32, u32), count: u64, keeps_text: bool) -> Self {
        let now_ms = real_ms();
        Self {
            keeps_text,
            batch: Batch { connection, origin: Origin::Live, ..Batch::received_at(link, now_ms) },
            count,
            awaits_echo: false,
            is_confirmed: false,
            last_frame_at: Timestamp(now_ms.div_euclid(1_000)),
            frames: 0,
            close_reason: None,
            echoes: Vec::new(),
        }
    }

    /// Returns an empty batch of this connection.
    pub(super) fn empty_batch(&self) -> Batch {
        Batch { connection: self.batch.connection, ..Batch::new(self.batch.link) }
    }

    fn push(&mut self, item: BatchItem) {
        if self.batch.is_empty() {
            self.batch.received_ms = real_ms();
        }
        self.batch.items.push(item);
    }

    fn add(&mut self, message: Received<'_>) {
        if self.batch.is_empty() {
            self.batch.received_ms = real_ms();
        }
        match message {
            Received::Text(bytes) => {
                self.frames += 1;
                self.last_frame_at = Timestamp(self.batch.received_ms.div_euclid(1_000));
                // A text that is kept has to be checked anyway.
                let usual = if self.keeps_text { None } else { Frame::parse_usual(bytes) };
                match usual {
                    Some(frame) => self.add_frame(Ok(frame), None),
                    None => match str::from_utf8(bytes) {
                        Ok(text) => self.add_frame(Frame::parse(text), self.keeps_text.then(|| text.into())),
                        Err(error) => self.close_reason = Some(SocketError::from(error).to_string()),
                    },
                }
            }
            Received::Binary(length) => {
                let found = format!("{length} bytes");
                self.batch.push_parsed(Err(Fault::new(FaultKind::Binary, &found)), None);
            }
            Received::Close(frame) => {
                let reason = match frame {
                    None => " without a reason".into(),
                    Some(frame) if frame.reason.is_empty() => format!(" without a reason ({})", u16::from(frame.code)),
                    Some(frame) => format!(": {frame}"),
                };
                self.close_reason = Some(format!("the server closed the connection{reason}"));
            }
        }
    }

    fn add_frame(&mut self, frame: Result<Frame, Fault>, text: Option<Utf8Bytes>) {
        if let Ok(Frame::Subscription(echo)) = &frame {
            self.echoes.push(echo.clone());
        }
        if !self.is_confirmed && self.confirms_subscription(frame.as_ref().ok()) {
            self.is_confirmed = true;
            self.batch.items.push(BatchItem::Connected(self.count));
        }
        self.batch.push_parsed(frame, text);
    }

    /// Returns whether the frame shows that the server has accepted the subscription: it is the answer, or an event.
    fn confirms_subscription(&self, frame: Option<&Frame>) -> bool {
        matches!(frame, Some(Frame::Event(_) | Frame::Subscription(_))) || !self.awaits_echo
    }
}

fn now() -> Timestamp {
    Timestamp(real_ms().div_euclid(1_000))
}

fn lost_reason(error: &SocketError) -> String {
    match error {
        SocketError::ConnectionClosed | SocketError::AlreadyClosed => "the server closed the connection".into(),
        SocketError::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            "the server closed the connection without a closing handshake".into()
        }
        SocketError::Io(error) => error.to_string(),
        error => error.to_string(),
    }
}
