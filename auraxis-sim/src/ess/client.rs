//! One connection: a task that reads commands and one that writes what is queued.

use std::{pin::pin, sync::Arc, time::Duration};

use auraxis_core::{command::Command, environment::Environment};
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use tokio::{
    sync::mpsc::Receiver,
    time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until, timeout},
};

use super::{
    gate::{self, Gate},
    hub::Hub,
    room::{Parcel, Seat},
};
use crate::{line::Line, trouble::Fault};

/// So long a client may take to read what was still queued when it left, or to answer a close frame.
const FAREWELL: Duration = Duration::from_secs(1);

/// So many frames are written at once at most.
const BATCH: usize = 256;

/// Serves a client until it leaves or is cut off.
pub(super) async fn serve(hub: Arc<Hub>, environment: Environment, line: Line, socket: WebSocket) {
    let seat = hub.enter(environment, line);
    let (id, cut) = (seat.id, seat.cut.clone());
    tracing::debug!(client = id, %environment, "a client connected");
    let (sink, stream) = socket.split();
    let heartbeats = heartbeats(hub.heartbeat);
    let writer = Writer { hub: Arc::clone(&hub), environment, gate: Gate::default(), heartbeats, sink, mute: None };
    let mut writing = hub.tasks.spawn(write(writer, seat));
    let mut reading = pin!(read(&hub, id, stream));
    tokio::select! {
        () = &mut reading => {}
        () = cut.cancelled() => {}
        _ = &mut writing => {
            // It was closed from here. Without its answer, the other end would see a reset.
            hub.leave(id);
            let _ = timeout(FAREWELL, reading).await;
            return;
        }
    }
    hub.leave(id);
    // Without its place in the room, the queue ends, and the writer with it; unless the client does not read.
    if timeout(FAREWELL, &mut writing).await.is_err() {
        cut.cancel();
    }
    tracing::debug!(client = id, "a client left");
}

/// Obeys commands. What is none is ignored, as the server does.
async fn read(hub: &Hub, id: u64, mut stream: SplitStream<WebSocket>) {
    while let Some(Ok(message)) = stream.next().await {
        let Message::Text(text) = message else { continue };
        match serde_json::from_str::<Command>(&text) {
            Ok(command) => hub.obey(id, &command),
            Err(error) => tracing::debug!(client = id, %error, "ignoring what is no command"),
        }
    }
}

fn heartbeats(period: Duration) -> Interval {
    let mut heartbeats = interval_at(Instant::now() + period, period);
    heartbeats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    heartbeats
}

async fn write(mut writer: Writer, Seat { id, queue, cut }: Seat) {
    // Cut off means just that: no close frame, whatever is still queued.
    let result = tokio::select! {
        biased;
        () = cut.cancelled() => Ok(()),
        result = writer.run(queue) => result,
    };
    if let Err(error) = result {
        tracing::debug!(client = id, %error, "a connection broke");
        cut.cancel();
    }
}

/// What writes to a client.
struct Writer {
    hub: Arc<Hub>,
    environment: Environment,
    gate: Gate,
    heartbeats: Interval,
    sink: SplitSink<WebSocket, Message>,
    /// Up to when there are no heartbeats.
    mute: Option<Instant>,
}

impl Writer {
    async fn run(&mut self, mut queue: Receiver<Parcel>) -> Result<(), axum::Error> {
        let mut batch = Vec::with_capacity(BATCH);
        let mut ready = Vec::new();
        loop {
            let due = self.gate.next();
            tokio::select! {
                many = queue.recv_many(&mut batch, BATCH) => {
                    if many == 0 {
                        return self.sink.close().await;
                    }
                    for parcel in batch.drain(..) {
                        if let Some(close) = self.take(parcel, &mut ready).await? {
                            return self.sink.send(close).await;
                        }
                    }
                }
                _ = self.heartbeats.tick() => {
                    let now = Instant::now();
                    if self.mute.is_none_or(|until| until <= now) {
                        let text = self.hub.heartbeat(self.environment);
                        self.gate.other(Message::Text(text.into()), now, &mut ready);
                    }
                }
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    self.gate.release(Instant::now(), &mut ready);
                }
            }
            for message in ready.drain(..) {
                self.sink.feed(message).await?;
            }
            self.sink.flush().await?;
        }
    }

    /// Writes a parcel, or what the gate makes of it. Returns the close frame if that is to be the last.
    async fn take(&mut self, parcel: Parcel, ready: &mut Vec<Message>) -> Result<Option<Message>, axum::Error> {
        match parcel {
            Parcel::Event(message) | Parcel::Other(message) if self.gate.is_open() => self.sink.feed(message).await?,
            Parcel::Event(message) => self.gate.event(message, Instant::now(), ready),
            Parcel::Other(message) => self.gate.other(message, Instant::now(), ready),
            Parcel::Fault(Fault::Close { code }) => {
                return Ok(Some(Message::Close(Some(CloseFrame { code, reason: "".into() }))));
            }
            Parcel::Fault(fault) => self.begin(&fault, ready),
        }
        for message in ready.drain(..) {
            self.sink.feed(message).await?;
        }
        Ok(None)
    }

    fn begin(&mut self, fault: &Fault, ready: &mut Vec<Message>) {
        let now = Instant::now();
        match *fault {
            Fault::Silence { lasting } | Fault::Freeze { lasting } | Fault::StopHeartbeats { lasting } => {
                self.mute = self.mute.max(Some(now + lasting));
            }
            Fault::Garbage { frames } => ready.extend(gate::garbage(frames)),
            _ => self.gate.begin(fault, now),
        }
    }
}
