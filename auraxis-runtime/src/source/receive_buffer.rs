//! Received data that has not been decoded.

use std::{
    io::{self, Cursor},
    ops::Range,
};

use tokio_tungstenite::tungstenite::protocol::frame::{
    FrameHeader,
    coding::{Data, OpCode},
};

/// The size of the buffer, and so the maximum number of bytes per read.
const SIZE: usize = 64 << 10;

/// Received data that has not been decoded.
///
/// tungstenite decodes the header of each frame. Nearly every frame is a whole text message, whose payload is taken out of
/// the buffer as it is. tungstenite reads all other frames, each as a whole, so that it sees a connection without text
/// messages.
#[derive(Debug)]
pub(super) struct ReceiveBuffer {
    bytes: Box<[u8]>,
    /// The part of `bytes` that has not been decoded.
    unread: Range<usize>,
    /// How much of the current frame tungstenite still has to read.
    left: u64,
    /// Whether the last frame of a message in several frames is missing.
    is_fragmented: bool,
}

/// What comes next in a [`ReceiveBuffer`].
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next<'a> {
    /// A text message, which is not checked to be UTF-8.
    Text(&'a [u8]),
    /// A frame, or the rest of one, that tungstenite has to [`read`](io::Read::read).
    Other,
    /// More data has to be received.
    Missing,
}

impl ReceiveBuffer {
    /// Creates a buffer that contains this data.
    pub(super) fn new(received: &[u8]) -> Self {
        let mut bytes = received.to_vec();
        bytes.resize(received.len().max(SIZE), 0);
        Self { bytes: bytes.into(), unread: 0..received.len(), left: 0, is_fragmented: false }
    }

    /// Returns the free part of the buffer, which is not empty if the [next](Self::next) data is missing.
    pub(super) fn free(&mut self) -> &mut [u8] {
        self.bytes.copy_within(self.unread.clone(), 0);
        self.unread = 0..self.unread.len();
        &mut self.bytes[self.unread.end..]
    }

    /// Adds this number of bytes, which were written to the free part.
    pub(super) fn add(&mut self, count: usize) {
        self.unread.end += count;
    }

    /// Takes a text message, or returns what has to be done first. Without `takes_text`, leaves all to tungstenite.
    pub(super) fn next(&mut self, takes_text: bool) -> Next<'_> {
        let unread = &self.bytes[self.unread.clone()];
        if self.left > 0 {
            return if unread.is_empty() { Next::Missing } else { Next::Other };
        }
        let mut cursor = Cursor::new(unread);
        let (header, payload) = match FrameHeader::parse(&mut cursor) {
            Ok(Some(parsed)) => parsed,
            Ok(None) => return Next::Missing,
            Err(_) => {
                // tungstenite reports it, so nothing after it is read.
                self.left = u64::MAX;
                return Next::Other;
            }
        };
        let length = payload.saturating_add(cursor.position());
        let is_text = takes_text && !self.is_fragmented && is_whole_text(&header);
        match usize::try_from(length) {
            Ok(length) if is_text && length <= unread.len() => {
                self.unread.start += length;
                let payload = usize::try_from(payload).unwrap_or(usize::MAX);
                return Next::Text(&unread[length - payload..length]);
            }
            Ok(length) if is_text && length <= self.bytes.len() => return Next::Missing,
            _ => {}
        }
        if matches!(header.opcode, OpCode::Data(_)) {
            self.is_fragmented = !header.is_final;
        }
        self.left = length;
        Next::Other
    }
}

/// Returns whether this is the header of a whole text message, without extensions and mask.
fn is_whole_text(header: &FrameHeader) -> bool {
    let FrameHeader { is_final, rsv1, rsv2, rsv3, opcode, mask } = header;
    *is_final && !(*rsv1 || *rsv2 || *rsv3) && *opcode == OpCode::Data(Data::Text) && mask.is_none()
}

impl io::Read for ReceiveBuffer {
    /// Reads from the frame that is left to tungstenite.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        let count = left.min(self.unread.len()).min(buffer.len());
        if count == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        buffer[..count].copy_from_slice(&self.bytes[self.unread.start..][..count]);
        self.unread.start += count;
        self.left -= count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use proptest::prelude::*;
    use tokio_tungstenite::tungstenite::{
        Error, Message, WebSocket,
        error::ProtocolError,
        protocol::{Role, frame::Frame},
    };

    use super::*;

    /// Reads from `R`, and ignores what is written.
    struct Peer<R>(R);

    impl<R: Read> Read for Peer<R> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(buffer)
        }
    }

    impl<R> Write for Peer<R> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Receives at most `step` bytes at a time. Returns all messages, how many of them did not pass tungstenite, and the
    /// error.
    fn receive(mut bytes: &[u8], step: usize) -> (Vec<Message>, usize, Option<String>) {
        let mut websocket = WebSocket::from_raw_socket(Peer(ReceiveBuffer::new(&[])), Role::Client, None);
        let (mut messages, mut direct) = (Vec::new(), 0);
        loop {
            match websocket.get_mut().0.next(true) {
                Next::Text(text) => match str::from_utf8(text) {
                    Ok(text) => {
                        messages.push(Message::text(text));
                        direct += 1;
                    }
                    Err(error) => return (messages, direct, Some(Error::from(error).to_string())),
                },
                Next::Other => loop {
                    match websocket.read() {
                        Ok(message) => messages.push(message),
                        Err(Error::Io(_)) => break,
                        Err(error) => return (messages, direct, Some(error.to_string())),
                    }
                },
                Next::Missing if bytes.is_empty() => return (messages, direct, None),
                Next::Missing => {
                    let free = websocket.get_mut().0.free();
                    let count = step.min(free.len()).min(bytes.len());
                    assert!(count > 0, "the buffer is full");
                    free[..count].copy_from_slice(&bytes[..count]);
                    bytes = &bytes[count..];
                    websocket.get_mut().0.add(count);
                }
            }
        }
    }

    /// What tungstenite receives on its own.
    fn expected(bytes: &[u8]) -> (Vec<Message>, Option<String>) {
        let mut websocket = WebSocket::from_raw_socket(Peer(bytes), Role::Client, None);
        let mut messages = Vec::new();
        loop {
            match websocket.read() {
                Ok(message) => messages.push(message),
                Err(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => return (messages, None),
                Err(error) => return (messages, Some(error.to_string())),
            }
        }
    }

    fn frame() -> impl Strategy<Value = Vec<u8>> {
        let length = prop_oneof![0..130_usize, 65_500..65_600_usize];
        let first =
            prop_oneof![8 => Just(0x81_u8), 1 => Just(0x01), 1 => Just(0x80), 1 => Just(0x89), 1 => any::<u8>()];
        (first, length, prop_oneof![50 => Just(b'x'), 1 => any::<u8>()], prop_oneof![50 => Just(0_u8), 1 => Just(0x80)])
            .prop_map(|(first, length, byte, mask)| {
                let mut frame = vec![first];
                match u16::try_from(length) {
                    Ok(length @ ..126) => frame.push(mask | length.to_be_bytes()[1]),
                    Ok(length) => {
                        frame.push(mask | 0x7E);
                        frame.extend(length.to_be_bytes());
                    }
                    Err(_) => {
                        frame.push(mask | 0x7F);
                        frame.extend((length as u64).to_be_bytes());
                    }
                }
                frame.extend(vec![byte; length]);
                frame
            })
    }

    proptest! {
        #[test]
        fn what_is_received_is_what_tungstenite_receives(
            frames in proptest::collection::vec(frame(), 0..12),
            step in prop_oneof![1..9_usize, 100..100_000_usize],
        ) {
            let bytes = frames.concat();
            let (messages, _, error) = receive(&bytes, step);
            // The messages are too long to be printed.
            prop_assert!((messages, error) == expected(&bytes));
        }
    }

    #[test]
    fn text_messages_do_not_pass_tungstenite_unless_they_are_larger_than_the_buffer() {
        let mut bytes = Vec::new();
        for length in [0, 5, 125, 126, 1_000, SIZE - 4, SIZE] {
            Frame::message(vec![b'x'; length], OpCode::Data(Data::Text), true).format(&mut bytes).unwrap();
        }
        for step in [1, 3, SIZE] {
            let (messages, direct, error) = receive(&bytes, step);
            assert_eq!((messages.len(), direct, error), (7, 6, None));
        }
    }
}
