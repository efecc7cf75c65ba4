//! A WebSocket: tungstenite over memory, which one read fills and one write empties.
//!
//! One read of the connection may bring many frames, and all of them are decoded before anything else is done. What is
//! to be sent waits in memory until the peer takes it, so writing never keeps from reading.

use std::{
    io::{self, Read, Write},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Buf, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::Instant,
};
use tokio_tungstenite::tungstenite::{
    Error, Message, WebSocket,
    protocol::{Role, WebSocketConfig},
};
use tokio_util::io::poll_read_buf;

/// The largest message that does not end the connection. What is longer than a frame of the service can be is reported,
/// and does not cost the connection unless it is absurd.
const LARGEST: usize = 64 << 20;

/// How much is read at once.
const READ: usize = 64 << 10;

/// How much is decoded at once: tungstenite clears so much memory each time.
const DECODE: usize = 4 << 10;

/// How much may wait to be sent: a subscription to a million characters.
const UNSENT: usize = 32 << 20;

/// A connection that frames come over. Its kind, with TLS or without, matters to nobody.
pub(super) trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<C: AsyncRead + AsyncWrite + Send + Unpin> Connection for C {}

pub(super) struct Socket {
    connection: Box<dyn Connection>,
    websocket: WebSocket<Memory>,
    /// Since when the peer has taken nothing of what is to be sent.
    stalled: Option<Instant>,
}

/// What has been read and what is to be sent.
#[derive(Default)]
struct Memory {
    incoming: BytesMut,
    outgoing: BytesMut,
    has_ended: bool,
}

impl Socket {
    /// A connection on which the handshake is over, and what came behind it.
    pub(super) fn new(connection: Box<dyn Connection>, incoming: &[u8]) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(DECODE)
            .max_message_size(Some(LARGEST))
            .max_frame_size(Some(LARGEST))
            .max_write_buffer_size(usize::MAX)
            .write_buffer_size(0);
        let memory = Memory { incoming: incoming.into(), ..Memory::default() };
        let websocket = WebSocket::from_raw_socket(memory, Role::Client, Some(config));
        Self { connection, websocket, stalled: None }
    }

    /// Takes a message to be sent when the peer lets it.
    ///
    /// # Errors
    ///
    /// If too much waits already, or if the connection is closed.
    pub(super) fn queue(&mut self, message: Message) -> Result<(), Error> {
        if self.websocket.get_ref().outgoing.len() > UNSENT {
            return Err(Error::Io(io::Error::other("the server does not take what is sent, and too much waits")));
        }
        self.websocket.send(message)
    }

    /// For how long the peer has taken nothing of what is to be sent.
    pub(super) fn stalled_for(&self) -> Duration {
        self.stalled.map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// Sends what waits, and reads once if `reads` says so. Every message that this brings is handed to `take`.
    ///
    /// # Errors
    ///
    /// Whatever ended the connection. Messages before it have been handed over.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when this is dropped.
    pub(super) async fn turn(&mut self, reads: bool, mut take: impl FnMut(Message)) -> Result<(), Error> {
        std::future::poll_fn(|context| {
            self.poll_send(context)?;
            if !reads {
                return Poll::Pending;
            }
            // Something may have come together with the answer to the handshake.
            if self.websocket.get_ref().incoming.is_empty() {
                ready!(self.poll_receive(context))?;
            }
            Poll::Ready(self.decode(&mut take))
        })
        .await
    }

    /// Sends as much as the peer takes now.
    fn poll_send(&mut self, context: &mut Context<'_>) -> Result<(), Error> {
        let outgoing = &mut self.websocket.get_mut().outgoing;
        if outgoing.is_empty() {
            return Ok(());
        }
        let mut connection = Pin::new(&mut *self.connection);
        while !outgoing.is_empty() {
            match connection.as_mut().poll_write(context, outgoing) {
                Poll::Ready(Ok(0)) => return Err(Error::Io(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(count)) => {
                    outgoing.advance(count);
                    self.stalled = None;
                }
                Poll::Ready(Err(error)) => return Err(Error::Io(error)),
                Poll::Pending => {
                    self.stalled.get_or_insert_with(Instant::now);
                    return Ok(());
                }
            }
        }
        match connection.poll_flush(context) {
            Poll::Ready(Err(error)) => Err(Error::Io(error)),
            _ => Ok(()),
        }
    }

    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let memory = self.websocket.get_mut();
        memory.incoming.reserve(READ);
        let count = ready!(poll_read_buf(Pin::new(&mut *self.connection), context, &mut memory.incoming))?;
        memory.has_ended = count == 0;
        Poll::Ready(Ok(()))
    }

    /// Hands over all messages that are there.
    fn decode(&mut self, take: &mut impl FnMut(Message)) -> Result<(), Error> {
        loop {
            match self.websocket.read() {
                Ok(message) => take(message),
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }
}

impl Read for Memory {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.incoming.len().min(buffer.len());
        if count == 0 && !self.has_ended {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.incoming.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.outgoing.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
