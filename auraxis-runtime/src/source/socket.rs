//! A WebSocket: tungstenite over memory buffers.
//!
//! One read of the connection fills the input buffer with many frames, all of which are decoded at the same time. Sent
//! data is buffered until the peer takes it, so writing never blocks reading.

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

use super::liveness::Traffic;

/// The maximum message size. Much larger than any frame of the service, so that an oversized frame is reported without
/// closing the connection.
const MAX_MESSAGE_SIZE: usize = 64 << 20;

/// The maximum number of bytes per read.
const READ_SIZE: usize = 64 << 10;

/// The size of tungstenite's read buffer, which it zeroes for each read.
const DECODE_SIZE: usize = 4 << 10;

/// The maximum size of buffered sent data, including pongs: enough for a subscription to a million characters.
const MAX_UNSENT: usize = 32 << 20;

/// A connection with or without TLS.
pub(super) trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<C: AsyncRead + AsyncWrite + Send + Unpin> Connection for C {}

/// A WebSocket over a [`Connection`].
pub(super) struct Socket {
    connection: Box<dyn Connection>,
    websocket: WebSocket<Memory>,
    received: u64,
    sent: u64,
    /// Whether the connection may have buffered written data, as TLS does.
    is_unflushed: bool,
}

/// The input and output buffers of a WebSocket.
#[derive(Default)]
struct Memory {
    incoming: BytesMut,
    outgoing: BytesMut,
    has_ended: bool,
}

impl Socket {
    /// Creates a WebSocket from a connection after the handshake, and the data received after the handshake.
    pub(super) fn new(connection: Box<dyn Connection>, incoming: &[u8]) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(DECODE_SIZE)
            .max_message_size(Some(MAX_MESSAGE_SIZE))
            .max_frame_size(Some(MAX_MESSAGE_SIZE))
            .max_write_buffer_size(usize::MAX)
            .write_buffer_size(0);
        let memory = Memory { incoming: incoming.into(), ..Memory::default() };
        let websocket = WebSocket::from_raw_socket(memory, Role::Client, Some(config));
        Self { connection, websocket, received: 0, sent: 0, is_unflushed: false }
    }

    /// Buffers a message to be sent.
    ///
    /// # Errors
    ///
    /// Returns an error if the buffer is full or the connection is closed.
    pub(super) fn queue(&mut self, message: Message) -> Result<(), Error> {
        self.websocket.send(message)
    }

    /// Returns the transferred bytes. Does not count frames.
    pub(super) fn traffic(&self) -> Traffic {
        Traffic { frames: 0, received: self.received, sent: self.sent, is_sending: self.is_sending() }
    }

    fn is_sending(&self) -> bool {
        self.is_unflushed || !self.websocket.get_ref().outgoing.is_empty()
    }

    /// Sends all buffered messages.
    ///
    /// # Errors
    ///
    /// Returns an error if the connection is lost.
    pub(super) async fn flush(&mut self) -> Result<(), Error> {
        std::future::poll_fn(|context| {
            self.poll_send(context)?;
            if self.is_sending() { Poll::Pending } else { Poll::Ready(Ok(())) }
        })
        .await
    }

    /// Sends buffered messages and, if `receive`, reads once and passes all received messages to `handle`. Without
    /// `receive`, returns only errors.
    ///
    /// # Errors
    ///
    /// Returns an error if the connection is lost, after earlier messages have been passed to `handle`.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe.
    pub(super) async fn send_and_receive(
        &mut self,
        receive: bool,
        mut handle: impl FnMut(Message),
    ) -> Result<(), Error> {
        std::future::poll_fn(|context| {
            self.poll_send(context)?;
            if !receive {
                return Poll::Pending;
            }
            // Data may have been received together with the response to the handshake.
            if self.websocket.get_ref().incoming.is_empty() {
                ready!(self.poll_receive(context))?;
            }
            Poll::Ready(self.decode(&mut handle))
        })
        .await
    }

    /// Sends as much buffered data as the peer takes without waiting.
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
        memory.incoming.reserve(READ_SIZE);
        let count = ready!(poll_read_buf(Pin::new(&mut *self.connection), context, &mut memory.incoming))?;
        memory.has_ended = count == 0;
        self.received += count as u64;
        Poll::Ready(Ok(()))
    }

    /// Decodes all complete messages of the input buffer.
    fn decode(&mut self, handle: &mut impl FnMut(Message)) -> Result<(), Error> {
        loop {
            match self.websocket.read() {
                Ok(message) => handle(message),
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
        if self.outgoing.len() + bytes.len() > MAX_UNSENT {
            return Err(io::Error::other("the server does not accept any data, and the send buffer is full"));
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

    /// A connection with a scripted peer.
    struct Fake {
        /// Received data, which is repeated forever.
        receives: &'static [u8],
        is_writable: bool,
        /// The number of pending flushes.
        pending_flushes: u32,
    }

    impl AsyncRead for Fake {
        fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
            if self.receives.is_empty() {
                return Poll::Pending;
            }
            while buffer.remaining() >= self.receives.len() {
                buffer.put_slice(self.receives);
            }
            Poll::Ready(Ok(()))
        }
    }

    impl AsyncWrite for Fake {
        fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
            if self.is_writable { Poll::Ready(Ok(bytes.len())) } else { Poll::Pending }
        }

        fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
            if self.pending_flushes == 0 {
                return Poll::Ready(Ok(()));
            }
            self.pending_flushes -= 1;
            context.waker().wake_by_ref();
            Poll::Pending
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[tokio::test]
    async fn data_buffered_by_tls_is_flushed_and_counts_as_unsent_until_then() {
        let mut socket = Socket::new(Box::new(Fake { receives: &[], is_writable: true, pending_flushes: 3 }), &[]);
        socket.queue(Message::text("x")).unwrap();
        let _ = futures_util::poll!(std::pin::pin!(socket.send_and_receive(true, |_| {})));
        assert!(socket.traffic().is_sending);
        socket.flush().await.unwrap();
        assert!(!socket.traffic().is_sending);
    }

    #[tokio::test]
    async fn a_server_that_pings_and_reads_nothing_does_not_fill_the_memory() {
        let mut socket = Socket::new(
            Box::new(Fake {
                receives: b"\x89\x7d#########################################################\
            ####################################################################",
                is_writable: false,
                pending_flushes: 0,
            }),
            &[],
        );
        let error = loop {
            if let Err(error) = socket.send_and_receive(true, |_| {}).await {
                break error;
            }
            assert!(socket.websocket.get_ref().outgoing.len() <= MAX_UNSENT);
        };
        assert!(error.to_string().contains("send buffer is full"), "{error}");
    }
}
