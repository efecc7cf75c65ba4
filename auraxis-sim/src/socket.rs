//! TCP connections that can be slowed down, frozen and reset.

use std::{
    io::{self, ErrorKind, IoSlice},
    net::{Ipv4Addr, SocketAddr},
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpSocket, TcpStream},
    time::{Instant, Sleep, sleep_until},
};

use crate::log::lock;

/// The receive buffer of a connection, in bytes. A buffer of the system's choice takes megabytes from a client before
/// the client notices that nobody reads.
const RECEIVE_BUFFER: u32 = 64 * 1024;

/// The number of connections that may wait to be accepted.
const BACKLOG: u32 = 1_024;

/// Listens on this port of 127.0.0.1; 0 is any free port.
pub(crate) fn listen(port: u16) -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    // As Tokio's own listener does: on Windows it would let two programs share the port.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    socket.bind((Ipv4Addr::LOCALHOST, port).into())?;
    socket.listen(BACKLOG)
}

/// Accepts connections, each with a [`SocketControl`].
#[derive(Debug)]
pub(crate) struct Acceptor(pub(crate) TcpListener);

/// A connection.
#[derive(Debug)]
pub(crate) struct Socket {
    tcp: TcpStream,
    control: SocketControl,
    reading: Pause,
    writing: Pause,
}

/// Disturbs a connection. Clones control the same one.
#[derive(Clone, Debug, Default)]
pub(crate) struct SocketControl(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// Whether `faults` was ever set. If not, which is the rule, the lock is never taken.
    has_faults: AtomicBool,
    faults: Mutex<SocketFaults>,
}

#[derive(Clone, Copy, Debug, Default)]
struct SocketFaults {
    is_reset: bool,
    /// Nothing is read until then.
    reads_paused_until: Option<Instant>,
    /// Nothing is written until then.
    writes_paused_until: Option<Instant>,
    /// The number of bytes that are written per second, and until when.
    rate_limit: Option<(u32, Instant)>,
}

impl SocketControl {
    /// Resets the connection at the next write, or when it is dropped.
    pub(crate) fn reset(&self) {
        self.update(|faults| faults.is_reset = true);
    }

    /// Reads nothing for this time.
    pub(crate) fn pause_reads(&self, duration: Duration) {
        self.update(|faults| faults.reads_paused_until = Some(Instant::now() + duration));
    }

    /// Neither reads nor writes for this time.
    pub(crate) fn freeze(&self, duration: Duration) {
        let until = Some(Instant::now() + duration);
        self.update(|faults| (faults.reads_paused_until, faults.writes_paused_until) = (until, until));
    }

    /// Writes this number of bytes per second for this time.
    pub(crate) fn limit_rate(&self, bytes: u32, duration: Duration) {
        self.update(|faults| faults.rate_limit = Some((bytes, Instant::now() + duration)));
    }

    fn update(&self, change: impl FnOnce(&mut SocketFaults)) {
        change(&mut lock(&self.0.faults));
        self.0.has_faults.store(true, Ordering::Release);
    }

    fn faults(&self) -> Option<SocketFaults> {
        self.0.has_faults.load(Ordering::Acquire).then(|| *lock(&self.0.faults))
    }
}

/// Waits for a moment, in one direction of a connection.
#[derive(Debug, Default)]
struct Pause(Option<Pin<Box<Sleep>>>);

impl Pause {
    fn poll_until(&mut self, moment: Instant, cx: &mut Context<'_>) -> Poll<()> {
        if moment <= Instant::now() {
            return Poll::Ready(());
        }
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(moment)));
        sleep.as_mut().reset(moment);
        sleep.as_mut().poll(cx)
    }
}

impl Connected<IncomingStream<'_, Acceptor>> for SocketControl {
    fn connect_info(stream: IncomingStream<'_, Acceptor>) -> Self {
        stream.io().control.clone()
    }
}

impl Listener for Acceptor {
    type Io = Socket;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Socket, SocketAddr) {
        loop {
            match self.0.accept().await {
                Ok((tcp, address)) => {
                    // Without it, small frames would wait for each other. An error changes nothing else.
                    let _ = tcp.set_nodelay(true);
                    let control = SocketControl::default();
                    let (reading, writing) = (Pause::default(), Pause::default());
                    return (Socket { tcp, control, reading, writing }, address);
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// Slow writing is done in steps of this length.
const STEP: Duration = Duration::from_millis(50);

impl Socket {
    /// How much may be written now.
    fn poll_write_allowance(&mut self, cx: &mut Context<'_>, wanted: usize) -> Poll<io::Result<usize>> {
        let Some(faults) = self.control.faults() else { return Poll::Ready(Ok(wanted)) };
        if faults.is_reset {
            self.tcp.set_zero_linger()?;
            return Poll::Ready(Err(ErrorKind::ConnectionReset.into()));
        }
        if let Some(until) = faults.writes_paused_until {
            ready!(self.writing.poll_until(until, cx));
        }
        match faults.rate_limit {
            Some((bytes, until)) if until > Instant::now() => {
                // This write begins the next step, once the last one is over.
                if let Some(sleep) = &mut self.writing.0 {
                    ready!(sleep.as_mut().poll(cx));
                }
                self.writing.0 = Some(Box::pin(sleep_until(Instant::now() + STEP)));
                let steps = u32::try_from(1_000 / STEP.as_millis()).unwrap_or(1);
                Poll::Ready(Ok(wanted.min((bytes / steps).max(1) as usize)))
            }
            _ => Poll::Ready(Ok(wanted)),
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.control.faults().is_some_and(|faults| faults.is_reset) {
            // After an error, the other end sees an end instead of a reset.
            let _ = self.tcp.set_zero_linger();
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if let Some(faults) = self.control.faults() {
            if faults.is_reset {
                return Poll::Ready(Err(ErrorKind::ConnectionReset.into()));
            }
            if let Some(until) = faults.reads_paused_until {
                ready!(self.reading.poll_until(until, cx));
            }
        }
        Pin::new(&mut self.tcp).poll_read(cx, into)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        let allowance = ready!(self.poll_write_allowance(cx, from.len()))?;
        Pin::new(&mut self.tcp).poll_write(cx, &from[..allowance])
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        from: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.control.faults().is_some() {
            let first = from.iter().find(|slice| !slice.is_empty()).map_or(&[][..], |slice| slice);
            return self.poll_write(cx, first);
        }
        Pin::new(&mut self.tcp).poll_write_vectored(cx, from)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }
}
