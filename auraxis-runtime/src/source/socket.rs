//! A WebSocket: tungstenite over memory, which one read fills and one write empties.
//!
//! One read of the connection may bring many frames, and all of them are decoded before anything else is done. What is
//! to be sent waits in memory until the peer takes it, so writing never keeps from reading.

use std::{
    io::{self, Read, Write},
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::tungstenite::{
    Error, Message, WebSocket,
    protocol::{Role, WebSocketConfig},
};
use tokio_util::io::poll_read_buf;

use super::limits::Traffic;

/// The largest message that does not end the connection. What is longer than a frame of the service can be is reported,
/// and does not cost the connection unless it is absurd.
const LARGEST: usize = 64 << 20;

/// How much is read at once.
const READ: usize = 64 << 10;

/// How much is decoded at once: tungstenite clears so much memory each time.
const DECODE: usize = 4 << 10;

/// How much may wait to be sent, answers to pings included: a subscription to a million characters.
const UNSENT: usize = 32 << 20;

/// A connection that frames come over. Its kind, with TLS or without, matters to nobody.
pub(super) trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<C: AsyncRead + AsyncWrite + Send + Unpin> Connection for C {}

pub(super) struct Socket {
    connection: Box<dyn Connection>,
    websocket: WebSocket<Memory>,
    received: u64,
    sent: u64,
    /// Whether the connection may hold back something that it has taken, as TLS does.
    is_unflushed: bool,
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
        Self { connection, websocket, received: 0, sent: 0, is_unflushed: false }
    }

    /// Takes a message to be sent when the peer lets it.
    ///
    /// # Errors
    ///
    /// If too much waits already, or if the connection is closed.
    pub(super) fn queue(&mut self, message: Message) -> Result<(), Error> {
        self.websocket.send(message)
    }

    /// What has gone over it. It knows nothing of frames of the service.
    pub(super) fn traffic(&self) -> Traffic {
        Traffic { frames: 0, received: self.received, sent: self.sent, is_sending: self.is_sending() }
    }

    fn is_sending(&self) -> bool {
        self.is_unflushed || !self.websocket.get_ref().outgoing.is_empty()
    }

    /// Sends everything that waits.
    ///
    /// # Errors
    ///
    /// Whatever ended the connection.
    pub(super) async fn send(&mut self) -> Result<(), Error> {
        std::future::poll_fn(|context| {
            self.poll_send(context)?;
            if self.is_sending() { Poll::Pending } else { Poll::Ready(Ok(())) }
        })
        .await
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
        let mut connection = Pin::new(&mut *self.connection);
        while !outgoing.is_empty() {
            match connection.as_mut().poll_write(context, outgoing) {
                Poll::Ready(Ok(0)) => return Err(Error::Io(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(count)) => {
                    outgoing.advance(count);
                    self.sent += count as u64;
                    self.is_unflushed = true;
                }
                Poll::Ready(Err(error)) => return Err(Error::Io(error)),
                Poll::Pending => return Ok(()),
            }
        }
        if self.is_unflushed
            && let Poll::Ready(flushed) = connection.poll_flush(context)
        {
            flushed?;
            self.is_unflushed = false;
        }
        Ok(())
    }

    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let memory = self.websocket.get_mut();
        memory.incoming.reserve(READ);
        let count = ready!(poll_read_buf(Pin::new(&mut *self.connection), context, &mut memory.incoming))?;
        memory.has_ended = count == 0;
        self.received += count as u64;
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
        if self.outgoing.len() + bytes.len() > UNSENT {
            return Err(io::Error::other("the server does not take what is sent, and too much waits"));
        }
        self.outgoing.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::ReadBuf;

    use super::*;

    /// A connection of which each test says what it does.
    struct Fake {
        /// What it brings again and again.
        brings: &'static [u8],
        takes: bool,
        /// How often it has to be asked before it lets go of what it has taken.
        holds_back: u32,
    }

    impl AsyncRead for Fake {
        fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
            if self.brings.is_empty() {
                return Poll::Pending;
            }
            while buffer.remaining() >= self.brings.len() {
                buffer.put_slice(self.brings);
            }
            Poll::Ready(Ok(()))
        }
    }

    impl AsyncWrite for Fake {
        fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
            if self.takes { Poll::Ready(Ok(bytes.len())) } else { Poll::Pending }
        }

        fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
            if self.holds_back == 0 {
                return Poll::Ready(Ok(()));
            }
            self.holds_back -= 1;
            context.waker().wake_by_ref();
            Poll::Pending
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[tokio::test]
    async fn what_tls_holds_back_is_flushed_and_counts_as_unsent_until_then() {
        let mut socket = Socket::new(Box::new(Fake { brings: &[], takes: true, holds_back: 3 }), &[]);
        socket.queue(Message::text("x")).unwrap();
        let _ = futures_util::poll!(std::pin::pin!(socket.turn(true, |_| {})));
        assert!(socket.traffic().is_sending);
        socket.send().await.unwrap();
        assert!(!socket.traffic().is_sending);
    }

    #[tokio::test]
    async fn a_server_that_pings_and_reads_nothing_does_not_fill_the_memory() {
        let mut socket = Socket::new(
            Box::new(Fake {
                brings: b"\x89\x7d#########################################################\
            ####################################################################",
                takes: false,
                holds_back: 0,
            }),
            &[],
        );
        let error = loop {
            if let Err(error) = socket.turn(true, |_| {}).await {
                break error;
            }
            assert!(socket.websocket.get_ref().outgoing.len() <= UNSENT);
        };
        assert!(error.to_string().contains("too much waits"), "{error}");
    }
}
