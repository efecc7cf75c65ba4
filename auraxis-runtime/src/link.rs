//! A link: one WebSocket to the event stream, kept open for as long as any trigger needs it.

use std::{io, sync::Arc, time::Duration};

use auraxis_core::{
    command::Subscribed,
    event::signal::{Connected, Disconnected},
    frame::{Fault, FaultKind},
};
use futures_util::{FutureExt, SinkExt, StreamExt};
use tokio::{
    net::TcpStream,
    time::{Instant, MissedTickBehavior, interval, sleep, timeout},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{Error as SocketError, Message, error::UrlError, http::StatusCode, protocol::WebSocketConfig},
};

use crate::{
    backoff::Backoff,
    core::Core,
    error::{Error, ErrorKind, Result},
    recording::now_ms,
};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A connection that is not there by then is given up.
const CONNECT: Duration = Duration::from_secs(20);

/// The server sends a heartbeat each 30 seconds. Two and a half without any frame, and the connection is dead.
const SILENCE: Duration = Duration::from_secs(75);

/// Pings keep the way open through routers that forget, and reveal a dead peer.
const PING: Duration = Duration::from_secs(25);

/// How many frames are taken in a row before anything else has a turn.
const BURST: usize = 256;

/// The largest message that does not end the connection. What is longer than a frame of the service can be is
/// reported by the intake, and does not cost the connection unless it is absurd.
const LARGEST: usize = 64 << 20;

/// How a connection ended.
enum End {
    /// The client stops.
    Stopped,
    /// No trigger needs it.
    Idle,
    /// It broke.
    Lost(String),
}

/// Keeps the link open until the client stops.
///
/// # Errors
///
/// If the service id is refused; anything else is tried again.
pub(crate) async fn run(core: Arc<Core>) -> Result {
    let mut changes = core.registry.changes();
    let mut backoff = Backoff::new();
    let mut count = 0;
    while !core.shutdown.is_requested() {
        changes.mark_unchanged();
        if core.registry.subscription().is_empty() {
            tokio::select! {
                () = core.shutdown.requested() => break,
                _ = changes.changed() => continue,
            }
        }
        let attempt = tokio::select! {
            () = core.shutdown.requested() => break,
            attempt = connect(&core) => attempt,
        };
        let lost = match attempt {
            Err(Refusal::Final(error)) => return Err(error),
            Err(Refusal::Passing(reason)) => reason,
            Ok(socket) => {
                count += 1;
                tracing::info!("connected to {}", core.config.ess_address());
                let since = Instant::now();
                let subscribed = Subscribed::default();
                let mut session = Session { core: &core, socket, ahead: None, subscribed, heard: since };
                let end = session.run(count).await;
                let silence = u64::try_from(session.heard.elapsed().as_millis()).unwrap_or(u64::MAX);
                drop(session);
                core.connected.send_replace(false);
                // One that lived was a success, whatever ended it.
                if since.elapsed() > Duration::from_mins(1) {
                    backoff = Backoff::new();
                }
                let reason: Arc<str> = match &end {
                    End::Stopped => "the client stops".into(),
                    End::Idle => "no trigger needs the stream".into(),
                    End::Lost(reason) => reason.as_str().into(),
                };
                if let Some(recorder) = core.recorder.get() {
                    recorder.disconnected(now_ms(), 0, &reason, now_ms().saturating_sub(silence));
                }
                core.dispatch(|now| Disconnected::new(now, reason)).await;
                match end {
                    End::Stopped => break,
                    End::Idle => {
                        tracing::info!("disconnected: no trigger needs the stream");
                        continue;
                    }
                    End::Lost(reason) => reason,
                }
            }
        };
        let delay = backoff.next();
        tracing::warn!("no connection to the event stream: {lost}. Next attempt in {:.1} s", delay.as_secs_f32());
        tokio::select! {
            () = core.shutdown.requested() => break,
            () = sleep(delay) => {}
        }
    }
    Ok(())
}

enum Refusal {
    Final(Error),
    Passing(String),
}

async fn connect(core: &Core) -> Result<Socket, Refusal> {
    let config = WebSocketConfig::default().max_message_size(Some(LARGEST)).max_frame_size(Some(LARGEST));
    let request = core.config.ess_request();
    match timeout(CONNECT, connect_async_with_config(request, Some(config), true)).await {
        Ok(Ok((socket, _))) => Ok(socket),
        Ok(Err(SocketError::Http(answer))) if answer.status() == StatusCode::FORBIDDEN => {
            let message = format!(
                "the event stream refuses the service id {:?} (HTTP 403). Check it for typing errors, or get one at \
                 https://census.daybreakgames.com/#service-id and pass it with --service-id, AURAXIS_SERVICE_ID or \
                 `run!(service_id = …)`",
                core.config.service_id
            );
            Err(Refusal::Final(Error::new(ErrorKind::Refused, message)))
        }
        Ok(Err(SocketError::Http(answer))) => {
            Err(Refusal::Passing(format!("{} answers {}", core.config.ess_address(), answer.status())))
        }
        Ok(Err(SocketError::Url(UrlError::TlsFeatureNotEnabled))) => Err(Refusal::Final(Error::new(
            ErrorKind::Setup,
            format!(
                "{} wants TLS, and this program was built without: add the feature `native-tls` of auraxis",
                core.config.ess_address()
            ),
        ))),
        Ok(Err(error)) if is_handshake(&error, core) => Err(Refusal::Passing(format!(
            "the TLS handshake failed ({error}). The official host has been seen to offer only RSA key exchange, \
             which the feature `native-tls` can do and `rustls` cannot"
        ))),
        Ok(Err(error)) => Err(Refusal::Passing(format!("{} cannot be reached: {error}", core.config.ess_address()))),
        Err(_) => Err(Refusal::Passing(format!("{} did not answer within {CONNECT:?}", core.config.ess_address()))),
    }
}

/// Whether it is TLS that failed. With rustls, its failures come as invalid data.
fn is_handshake(error: &SocketError, core: &Core) -> bool {
    let is_tls = core.config.ess_url.scheme() == "wss";
    match error {
        SocketError::Tls(_) => true,
        SocketError::Io(error) => is_tls && matches!(error.kind(), io::ErrorKind::InvalidData),
        _ => false,
    }
}

/// One connection, from its first subscription to its end.
struct Session<'a> {
    core: &'a Core,
    socket: Socket,
    /// Read when a burst was over, for the next one.
    ahead: Option<Read>,
    subscribed: Subscribed,
    heard: Instant,
}

/// What a read brings; `None` if the connection is closed.
type Read = Option<Result<Message, SocketError>>;

impl Session<'_> {
    async fn run(&mut self, count: u64) -> End {
        let mut changes = self.core.registry.changes();
        changes.mark_changed();
        let mut ping = interval(PING);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut announced = false;
        let shutdown = self.core.shutdown.clone();
        let stop = shutdown.requested();
        tokio::pin!(stop);
        loop {
            tokio::select! {
                biased;
                () = &mut stop => {
                    // A peer that does not answer must not delay the end.
                    let _ = timeout(Duration::from_secs(1), self.socket.close(None)).await;
                    return End::Stopped;
                }
                _ = changes.changed() => {
                    match self.subscribe().await {
                        Ok(true) => {}
                        Ok(false) => {
                            let _ = timeout(Duration::from_secs(1), self.socket.close(None)).await;
                            return End::Idle;
                        }
                        Err(error) => return End::Lost(format!("the subscription could not be sent: {error}")),
                    }
                    if !announced {
                        announced = true;
                        self.core.connected.send_replace(true);
                        if let Some(recorder) = self.core.recorder.get() {
                            recorder.connected(now_ms(), 0, count);
                        }
                        self.core.dispatch(|now| Connected::new(now, count)).await;
                    }
                }
                message = self.message() => {
                    self.heard = Instant::now();
                    if let Some(end) = self.take(message).await {
                        return end;
                    }
                }
                _ = ping.tick() => {
                    if self.heard.elapsed() > SILENCE {
                        return End::Lost(format!("nothing was heard for {SILENCE:?}"));
                    }
                    if let Err(error) = self.socket.send(Message::Ping(Vec::new().into())).await {
                        return End::Lost(error.to_string());
                    }
                }
            }
        }
    }

    /// Brings the server's subscription to what the triggers need. False if they need nothing.
    async fn subscribe(&mut self) -> Result<bool, SocketError> {
        let wanted = self.core.registry.subscription();
        if wanted.is_empty() {
            return Ok(false);
        }
        for command in wanted.commands_from(&self.subscribed, self.core.config.environment) {
            self.socket.send(Message::text(command.to_frame())).await?;
            self.subscribed.apply(&command);
        }
        tracing::debug!("subscribed to {wanted}");
        Ok(true)
    }

    /// Takes a message and those that one read brought with it.
    async fn take(&mut self, first: Read) -> Option<End> {
        let mut intake = self.core.intake.lock().await;
        intake.clock.update();
        let mut next = first;
        for _ in 0..BURST {
            match next {
                Some(Ok(Message::Text(text))) => {
                    self.core.record(&text);
                    let waits = intake.text(&text);
                    if !waits.is_empty() {
                        drop(intake);
                        waits.settle(&self.core.intake).await;
                        intake = self.core.intake.lock().await;
                    }
                }
                Some(Ok(Message::Binary(bytes))) => {
                    let found = format!("{} bytes", bytes.len());
                    intake.fault(&Fault::new(FaultKind::Binary, &found), None);
                }
                Some(Ok(Message::Close(frame))) => {
                    let reason = frame.map_or_else(|| "without a reason".into(), |frame| frame.to_string());
                    return Some(End::Lost(format!("the server closed the connection, {reason}")));
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Some(End::Lost(error.to_string())),
                None => return Some(End::Lost("the server closed the connection".into())),
            }
            // What one read brought is taken before anything is waited for.
            next = self.socket.next().now_or_never()?;
        }
        self.ahead = Some(next);
        None
    }

    /// The next message.
    ///
    /// # Cancel safety
    ///
    /// No message is lost when this is dropped.
    async fn message(&mut self) -> Read {
        match self.ahead.take() {
            Some(message) => message,
            None => self.socket.next().await,
        }
    }
}
