//! A connection: one task that reads commands and one that writes queued frames.

use std::{pin::pin, sync::Arc, time::Duration};

use auraxis_core::command::Command;
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
    clients::{Connection, Outgoing},
    delivery::{self, Delivery},
    hub::Hub,
};
use crate::{faults::Fault, socket::SocketControl};

/// The time for sending the remaining queue when a client disconnects, or for the client to answer a close frame.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// The maximum number of frames per flush.
const BATCH: usize = 256;

/// Serves a client until it disconnects or is disconnected.
pub(super) async fn serve(hub: Arc<Hub>, socket: SocketControl, websocket: WebSocket) {
    let connection = hub.add_client(socket);
    let (id, cut) = (connection.id, connection.cut.clone());
    tracing::debug!(client = id, "a client connected");
    let (sink, stream) = websocket.split();
    let heartbeats = heartbeats(hub.heartbeat);
    let writer =
        Writer { hub: Arc::clone(&hub), delivery: Delivery::default(), heartbeats, sink, no_heartbeats_until: None };
    let mut writing = hub.tasks.spawn(write(writer, connection));
    let mut reading = pin!(read(&hub, id, stream));
    tokio::select! {
        () = &mut reading => {}
        () = cut.cancelled() => {}
        _ = &mut writing => {
            // The server closed the connection. If the answer were not read, the client would see a reset.
            hub.remove_client(id);
            let _ = timeout(CLOSE_TIMEOUT, reading).await;
            return;
        }
    }
    hub.remove_client(id);
    // Removing the client closes its queue, and the writer stops at the end of the queue unless the client does not
    // read.
    if timeout(CLOSE_TIMEOUT, &mut writing).await.is_err() {
        cut.cancel();
    }
    tracing::debug!(client = id, "a client disconnected");
}

/// Executes commands. All other messages are ignored, as by the real server.
async fn read(hub: &Hub, id: u64, mut stream: SplitStream<WebSocket>) {
    while let Some(Ok(message)) = stream.next().await {
        let Message::Text(text) = message else { continue };
        match serde_json::from_str::<Command>(&text) {
            Ok(command) => hub.execute(id, &command),
            Err(error) => tracing::debug!(client = id, %error, "ignoring an invalid command"),
        }
    }
}

fn heartbeats(period: Duration) -> Interval {
    let mut heartbeats = interval_at(Instant::now() + period, period);
    heartbeats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    heartbeats
}

async fn write(mut writer: Writer, Connection { id, queue, cut }: Connection) {
    // A cut discards the queue and sends no close frame.
    let result = tokio::select! {
        biased;
        () = cut.cancelled() => Ok(()),
        result = writer.run(queue) => result,
    };
    if let Err(error) = result {
        tracing::debug!(client = id, %error, "the connection is broken");
        cut.cancel();
    }
}

/// The state of the task that writes to a client.
struct Writer {
    hub: Arc<Hub>,
    delivery: Delivery,
    heartbeats: Interval,
    sink: SplitSink<WebSocket, Message>,
    no_heartbeats_until: Option<Instant>,
}

impl Writer {
    async fn run(&mut self, mut queue: Receiver<Outgoing>) -> Result<(), axum::Error> {
        let mut batch = Vec::with_capacity(BATCH);
        let mut ready = Vec::new();
        loop {
            let due = self.delivery.next();
            tokio::select! {
                many = queue.recv_many(&mut batch, BATCH) => {
                    if many == 0 {
                        return self.sink.close().await;
                    }
                    for outgoing in batch.drain(..) {
                        if let Some(close) = self.process(outgoing, &mut ready).await? {
                            return self.sink.send(close).await;
                        }
                    }
                }
                _ = self.heartbeats.tick() => {
                    let now = Instant::now();
                    if self.no_heartbeats_until.is_none_or(|until| until <= now) {
                        let text = self.hub.heartbeat();
                        self.delivery.push_other(Message::Text(text.into()), now, &mut ready);
                    }
                }
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    self.delivery.release(Instant::now(), &mut ready);
                }
            }
            for message in ready.drain(..) {
                self.sink.feed(message).await?;
            }
            self.sink.flush().await?;
        }
    }

    /// Writes a queued frame, subject to the faults of the delivery, or starts a fault. Returns the close frame if the
    /// connection is to be closed.
    async fn process(&mut self, outgoing: Outgoing, ready: &mut Vec<Message>) -> Result<Option<Message>, axum::Error> {
        match outgoing {
            Outgoing::Event(message) | Outgoing::Other(message) if self.delivery.is_passthrough() => {
                self.sink.feed(message).await?;
            }
            Outgoing::Event(message) => self.delivery.push_event(message, Instant::now(), ready),
            Outgoing::Other(message) => self.delivery.push_other(message, Instant::now(), ready),
            Outgoing::Fault(Fault::Close { code }) => return Ok(Some(close(code, ""))),
            Outgoing::Fault(Fault::CloseWithReason { code, reason }) => return Ok(Some(close(code, &reason))),
            Outgoing::Fault(fault) => self.start_fault(&fault, ready),
        }
        for message in ready.drain(..) {
            self.sink.feed(message).await?;
        }
        Ok(None)
    }

    fn start_fault(&mut self, fault: &Fault, ready: &mut Vec<Message>) {
        let now = Instant::now();
        match *fault {
            Fault::Silence { duration } | Fault::Freeze { duration } | Fault::StopHeartbeats { duration } => {
                self.no_heartbeats_until = self.no_heartbeats_until.max(Some(now + duration));
            }
            Fault::Garbage { frames } => ready.extend(delivery::garbage(frames)),
            _ => self.delivery.start_fault(fault, now),
        }
    }
}

/// Returns a close frame. The protocol limits the reason to 123 bytes; the rest is cut off.
fn close(code: u16, reason: &str) -> Message {
    const MAX_REASON: usize = 123;
    let reason = &reason[..reason.floor_char_boundary(MAX_REASON)];
    Message::Close(Some(CloseFrame { code, reason: reason.into() }))
}
