//! A connection.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use auraxis_core::{
    command::Command,
    event::{Event, EventKind, Selector},
    interest::Interest,
    server::{self, Subscriber, frames},
    time::Timestamp,
};
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use futures_util::{StreamExt as _, stream::SplitStream};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};

use super::{
    endpoints::Endpoints,
    limits::{self, MAX_MESSAGE, Pace},
    outbox::{self, Outbox},
};
use crate::{
    app::App,
    hub::{Reader, Received},
    needs::Need,
    readers::Place,
};

/// A client that sends nothing for this number of heartbeats, not even a pong, is disconnected.
const SILENT_HEARTBEATS: u32 = 3;

/// The time between a change of the subscription and its effect on what the program subscribes to. Long lists come in several
/// commands.
const RESUBSCRIBE_DELAY: Duration = Duration::from_millis(50);

/// The minimum time between such effects, because each costs the stream of events some time.
const RESUBSCRIBE_INTERVAL: Duration = Duration::from_secs(1);

/// The time that a client has to answer a close frame.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// The minimum time between warnings about one client.
const WARNING_INTERVAL: Duration = Duration::from_mins(1);

/// Why a connection ends.
enum End {
    /// The client has left, or the connection is broken.
    Gone,
    /// The client does not read.
    Stalled,
    /// The server closes the connection.
    Close(u16, String),
}

/// A connection.
pub(super) struct Connection {
    /// Identifies the connection in the log.
    number: u64,
    app: Arc<App>,
    place: Place,
    reader: Reader,
    subscriber: Subscriber,
    /// What the program is subscribed to because of this connection.
    needs: Vec<Need>,
    interests: Vec<Interest>,
    /// When the needs can be updated next.
    needs_from: Instant,
    /// When the needs are updated, if the subscription has changed.
    needs_at: Option<Instant>,
    /// Without it, the state of worlds is unknown while nothing else needs a link.
    _worlds: Option<Need>,
    endpoints: Endpoints,
    /// The time of the last event.
    event_time: Option<Timestamp>,
    /// When the client last sent something.
    heard_at: Instant,
    /// The number of events that this client has lost.
    lost: u64,
    warned_at: Option<Instant>,
}

impl Connection {
    pub(super) fn new(app: Arc<App>, place: Place) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(1);

        let environment = app.client.environment();
        // First, so that no change of a world is missed.
        let reader = app.hub.read();
        let worlds = Interest::new([Selector::Kind(EventKind::WorldStateChanged)]);
        let worlds = Need::new(&app.client, &worlds).ok();
        let mut endpoints = Endpoints::new(environment);
        for (world, online) in app.client.worlds() {
            endpoints.set(world, online);
        }
        Self {
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
            app,
            place,
            reader,
            subscriber: Subscriber::new(environment),
            needs: Vec::new(),
            interests: Vec::new(),
            needs_from: Instant::now(),
            needs_at: None,
            _worlds: worlds,
            endpoints,
            event_time: None,
            heard_at: Instant::now(),
            lost: 0,
            warned_at: None,
        }
    }

    pub(super) async fn run(mut self, socket: WebSocket) {
        let number = self.number;
        tracing::debug!(number, "a client of /streaming has connected");
        let (sink, mut stream) = socket.split();
        let mut outbox = Outbox::new(sink);
        match self.serve(&mut outbox, &mut stream).await {
            End::Gone => {}
            End::Stalled => {
                self.place.time_out();
                tracing::warn!(number, "a client of /streaming does not read; it is disconnected");
            }
            End::Close(code, reason) => {
                tracing::debug!(number, code, reason, "disconnecting a client of /streaming");
                outbox.push(Message::Close(Some(CloseFrame { code, reason: reason.into() })));
                // If the answer were not read, the client would see a reset.
                let close = async {
                    outbox.write().await?;
                    while let Some(Ok(_)) = stream.next().await {}
                    Ok::<_, axum::Error>(())
                };
                // What the client misses now is no loss: it is told that the connection ends.
                let _ = timeout(CLOSE_TIMEOUT, close).await;
            }
        }
        match self.lost {
            0 => tracing::debug!(number, "a client of /streaming has left"),
            lost => tracing::info!(number, lost, "a client of /streaming has left, which had lost events"),
        }
    }

    async fn serve(&mut self, outbox: &mut Outbox, stream: &mut SplitStream<WebSocket>) -> End {
        let (read_timeout, period) = (self.app.settings.read_timeout(), self.app.settings.heartbeat_period());
        let mut heartbeats = interval_at(Instant::now() + period, period);
        heartbeats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut pace = Pace::new(Instant::now().into_std());
        for frame in frames::greeting(self.endpoints.states()) {
            outbox.push_text(frame);
        }
        loop {
            let is_idle = outbox.is_idle();
            let stalled_at = outbox.progress_at() + read_timeout;
            let read = async {
                sleep_until(pace.next().into()).await;
                stream.next().await
            };
            tokio::select! {
                message = read, if !outbox.is_full() => {
                    let Some(message) = message else { return End::Gone };
                    self.heard_at = Instant::now();
                    pace.count(self.heard_at.into_std(), message.as_ref().map_or(0, outbox::size));
                    if let Err(end) = self.handle(message, outbox) {
                        return end;
                    }
                }
                received = self.reader.next(), if is_idle => match received {
                    Some(received) => self.send_events(&received, outbox),
                    None => return End::Close(close_code::AWAY, "the bot stops".into()),
                },
                result = outbox.write(), if !is_idle => if result.is_err() {
                    return End::Gone;
                },
                () = sleep_until(stalled_at), if !is_idle => return End::Stalled,
                () = sleep_until(self.needs_at.unwrap_or(stalled_at)), if self.needs_at.is_some() => self.update_needs(),
                _ = heartbeats.tick() => {
                    if self.heard_at.elapsed() > period * SILENT_HEARTBEATS {
                        return End::Close(close_code::POLICY, "pings are not answered".into());
                    }
                    self.send_heartbeat(outbox);
                }
            }
        }
    }

    /// Executes a command. Other messages are ignored, as by the game's server.
    fn handle(&mut self, message: Result<Message, axum::Error>, outbox: &mut Outbox) -> Result<(), End> {
        let text = match message {
            Ok(Message::Text(text)) => text,
            Ok(Message::Close(_)) => return Err(End::Gone),
            Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_)) => return Ok(()),
            Err(error) => {
                tracing::debug!(number = self.number, %error, "a client of /streaming sends what is no message");
                return Err(End::Close(close_code::PROTOCOL, "this is no message, or far too large".into()));
            }
        };
        if text.len() > MAX_MESSAGE {
            let reason = format!("a command has {MAX_MESSAGE} bytes at most; split it");
            return Err(End::Close(close_code::SIZE, reason));
        }
        let command: Command = match serde_json::from_str(&text) {
            Ok(command) => command,
            Err(error) => {
                tracing::debug!(number = self.number, %error, "ignoring an invalid command of a client of /streaming");
                return Ok(());
            }
        };
        limits::check(self.subscriber.state(), &command).map_err(|reason| End::Close(close_code::POLICY, reason))?;
        if self.subscriber.apply(&command) {
            self.needs_at.get_or_insert_with(|| (Instant::now() + RESUBSCRIBE_DELAY).max(self.needs_from));
        }
        for answer in self.subscriber.answers(&command, || self.app.streaming.recent_characters()) {
            outbox.push_text(answer);
        }
        Ok(())
    }

    fn send_events(&mut self, received: &Received, outbox: &mut Outbox) {
        if received.lost > 0 {
            self.lose(received.lost);
            self.follow_worlds(outbox);
        }
        self.app.streaming.record(received);
        for (_, served) in received.events() {
            match &served.event {
                Event::WorldStateChanged(change) => {
                    if let Some(frame) = self.endpoints.set(change.world_id, change.online) {
                        outbox.push_text(frame);
                    }
                }
                event if self.subscriber.admits(event) => {
                    self.event_time = event.timestamp().or(self.event_time);
                    outbox.push_text(served.frame());
                }
                _ => {}
            }
        }
    }

    /// Counts events that this client has lost, whether it was subscribed to them or not.
    fn lose(&mut self, events: u64) {
        self.place.lose(events);
        self.lost += events;
        if self.warned_at.is_none_or(|at| at.elapsed() > WARNING_INTERVAL) {
            self.warned_at = Some(Instant::now());
            let (number, lost) = (self.number, self.lost);
            tracing::warn!(number, lost, "a client of /streaming reads too slowly, and has lost events");
        }
    }

    /// Announces changes of worlds that this client has not been told.
    fn follow_worlds(&mut self, outbox: &mut Outbox) {
        for (world, online) in self.app.client.worlds() {
            if let Some(frame) = self.endpoints.set(world, online) {
                outbox.push_text(frame);
            }
        }
    }

    fn send_heartbeat(&mut self, outbox: &mut Outbox) {
        self.follow_worlds(outbox);
        // A simulator in fast motion has events of the future, but no server has.
        let now = Timestamp::now().max(self.event_time.unwrap_or(Timestamp(0)));
        outbox.push_text(frames::heartbeat(now, self.endpoints.states()));
        outbox.push(Message::Ping(Vec::new().into()));
    }

    /// Subscribes to what the connection needs now.
    fn update_needs(&mut self) {
        self.needs_at = None;
        let interests = server::interests(self.subscriber.subscription());
        if interests == self.interests {
            return;
        }
        let need = |interest: &Interest| match Need::new(&self.app.client, interest) {
            Ok(need) => Some(need),
            Err(error) => {
                tracing::debug!(number = self.number, %error, "cannot subscribe for a client of /streaming");
                None
            }
        };
        // The former needs are dropped afterwards, so that no event is missed.
        self.needs = interests.iter().filter_map(need).collect();
        self.interests = interests;
        self.needs_from = Instant::now() + RESUBSCRIBE_INTERVAL;
    }
}
