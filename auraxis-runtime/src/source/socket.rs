//! A WebSocket, driven without a lock or a waker for each message.
//!
//! All frames that have arrived are read and decoded before anything else is done, up to a limit. tungstenite decodes all but
//! [text messages](super::receive_buffer). Sent data is buffered until the peer takes it, so writing never blocks reading.

use std::{
    io::{self, Read, Write},
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_tungstenite::tungstenite::{
    Error, Message, WebSocket,
    protocol::{CloseFrame, Role, WebSocketConfig},
};

use super::{
    liveness::Traffic,
    receive_buffer::{Next, ReceiveBuffer},
};

/// The maximum message size. Much larger than any frame of the service, so that an oversized frame is reported without
/// closing the connection.
const MAX_MESSAGE_SIZE: usize = 64 << 20;

/// The size of tungstenite's buffer. It reads few frames, and zeroes as many bytes for each.
const READ_SIZE: usize = 4 << 10;

/// No more is read at a time if this many bytes were received.
const MAX_RECEIVED: usize = 64 << 10;

/// The maximum size of buffered sent data, including pongs: enough for a subscription to a million characters.
const MAX_UNSENT: usize = 32 << 20;

/// A connection with or without TLS.
pub(super) trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<C: AsyncRead + AsyncWrite + Send + Unpin> Connection for C {}

/// A WebSocket over a [`Connection`].
pub(super) struct Socket {
    websocket: WebSocket<Transport>,
    sent: u64,
    /// Whether the connection may have buffered written data, as TLS does.
    is_unflushed: bool,
}

/// A connection as tungstenite sees it: reading returns frames that it has to decode, and writing fills a buffer.
struct Transport {
    connection: Box<dyn Connection>,
    incoming: ReceiveBuffer,
    outgoing: BytesMut,
    received: u64,
    /// The end of the connection, which tungstenite reports.
    end: Option<io::Result<usize>>,
}

/// A received message that matters to a client.
#[derive(Debug)]
pub(super) enum Received<'a> {
    /// A text message, which may not be UTF-8.
    Text(&'a [u8]),
    /// The length of a binary message.
    Binary(usize),
    Close(Option<CloseFrame>),
}

impl Socket {
    /// Creates a WebSocket from a connection after the handshake, and the data received after the handshake.
    pub(super) fn new(connection: Box<dyn Connection>, received: &[u8]) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_SIZE)
            .max_message_size(Some(MAX_MESSAGE_SIZE))
            .max_frame_size(Some(MAX_MESSAGE_SIZE))
            .max_write_buffer_size(usize::MAX)
            .write_buffer_size(0);
        let incoming = ReceiveBuffer::new(received);
        let transport = Transport { connection, incoming, outgoing: BytesMut::new(), received: 0, end: None };
        let websocket = WebSocket::from_raw_socket(transport, Role::Client, Some(config));
        Self { websocket, sent: 0, is_unflushed: false }
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
        let received = self.websocket.get_ref().received;
        Traffic { frames: 0, received, sent: self.sent, is_sending: self.is_sending() }
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

    /// Sends buffered messages and, if `receive`, passes all messages that have arrived to `handle`. Without
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
        mut handle: impl FnMut(Received<'_>),
    ) -> Result<(), Error> {
        std::future::poll_fn(|context| {
            self.poll_send(context)?;
            if receive { self.poll_receive(context, &mut handle) } else { Poll::Pending }
        })
        .await
    }

    /// Sends as much buffered data as the peer takes without waiting.
    fn poll_send(&mut self, context: &mut Context<'_>) -> Result<(), Error> {
        let Transport { connection, outgoing, .. } = self.websocket.get_mut();
        let mut connection = Pin::new(&mut **connection);
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

    /// Reads what has arrived, and decodes all complete messages.
    fn poll_receive(
        &mut self,
        context: &mut Context<'_>,
        handle: &mut impl FnMut(Received<'_>),
    ) -> Poll<Result<(), Error>> {
        let mut can_read = MAX_RECEIVED;
        // Data may have been received together with the response to the handshake.
        let mut has_received = false;
        loop {
            has_received |= self.decode(handle)?;
            if can_read == 0 {
                return Poll::Ready(Ok(()));
            }
            let Poll::Ready((count, is_all)) = self.websocket.get_mut().poll_read(context) else {
                return if has_received { Poll::Ready(Ok(())) } else { Poll::Pending };
            };
            has_received = true;
            can_read = if is_all { 0 } else { can_read.saturating_sub(count) };
        }
    }

    /// Passes all complete messages in the buffer to `handle`. Returns whether there were any.
    fn decode(&mut self, handle: &mut impl FnMut(Received<'_>)) -> Result<bool, Error> {
        let mut has_received = false;
        loop {
            let can_read = self.websocket.can_read();
            let incoming = &mut self.websocket.get_mut().incoming;
            let next = loop {
                match incoming.next(can_read) {
                    Next::Text(text) => handle(Received::Text(text)),
                    next => break next == Next::Other,
                }
                has_received = true;
            };
            loop {
                match self.websocket.read() {
                    Ok(Message::Text(text)) => handle(Received::Text(text.as_bytes())),
                    Ok(Message::Binary(bytes)) => handle(Received::Binary(bytes.len())),
                    Ok(Message::Close(frame)) => handle(Received::Close(frame)),
                    Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {}
                    Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(error) => return Err(error),
                }
                has_received = true;
            }
            if !next {
                return Ok(has_received);
            }
        }
    }
}

impl Transport {
    /// Reads once. Returns the number of bytes, and whether that is all that has arrived.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<(usize, bool)> {
        let mut buffer = ReadBuf::new(self.incoming.free());
        let result = ready!(Pin::new(&mut *self.connection).poll_read(context, &mut buffer));
        let (count, is_all) = (buffer.filled().len(), buffer.remaining() > 0);
        self.incoming.add(count);
        self.received += count as u64;
        if count == 0 || result.is_err() {
            self.end = Some(result.map(|()| 0));
        }
        Poll::Ready((count, is_all))
    }
}

impl Read for Transport {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.incoming.read(buffer) {
            Err(error) => self.end.take().unwrap_or(Err(error)),
            read => read,
        }
    }
}

impl Write for Transport {
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
