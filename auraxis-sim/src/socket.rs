//! TCP connections that can be throttled, frozen and reset.

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

/// The size of a connection's receive buffer, in bytes. With the system's default size, a client can send megabytes
/// before its writes block because the server does not read.
const RECEIVE_BUFFER: u32 = 64 * 1024;

/// The maximum number of connections that wait to be accepted.
const BACKLOG: u32 = 1_024;

/// Listens on this port of 127.0.0.1; 0 picks any free port.
pub(crate) fn listen(port: u16) -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    // As in `TcpListener::bind`: on Windows, SO_REUSEADDR would let two programs share the port.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    socket.bind((Ipv4Addr::LOCALHOST, port).into())?;
    socket.listen(BACKLOG)
}

/// A listener that gives each connection a [`SocketControl`].
#[derive(Debug)]
pub(crate) struct Acceptor(pub(crate) TcpListener);

/// A TCP connection with the faults of its [`SocketControl`].
#[derive(Debug)]
pub(crate) struct Socket {
    tcp: TcpStream,
    control: SocketControl,
    reading: Pause,
    writing: Pause,
}

/// Injects faults into a connection. Clones control the same connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct SocketControl(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// Whether `faults` was ever set. Most connections have no faults and never take the lock.
    has_faults: AtomicBool,
    faults: Mutex<SocketFaults>,
}

#[derive(Clone, Copy, Debug, Default)]
struct SocketFaults {
    is_reset: bool,
    /// Reads block until this moment.
    reads_paused_until: Option<Instant>,
    /// Writes block until this moment.
    writes_paused_until: Option<Instant>,
    /// The number of bytes written per second, and when the limit ends.
    rate_limit: Option<(u32, Instant)>,
}

impl SocketControl {
    /// Resets the connection at the next write, or when it is dropped.
    pub(crate) fn reset(&self) {
        self.update(|faults| faults.is_reset = true);
    }

    /// Stops reading for this time.
    pub(crate) fn pause_reads(&self, duration: Duration) {
        self.update(|faults| faults.reads_paused_until = Some(Instant::now() + duration));
    }

    /// Stops reading and writing for this time.
    pub(crate) fn freeze(&self, duration: Duration) {
        let until = Some(Instant::now() + duration);
        self.update(|faults| (faults.reads_paused_until, faults.writes_paused_until) = (until, until));
    }

    /// Limits writes to this number of bytes per second for this time.
    pub(crate) fn limit_rate(&self, bytes_per_second: u32, duration: Duration) {
        self.update(|faults| faults.rate_limit = Some((bytes_per_second, Instant::now() + duration)));
    }

    fn update(&self, change: impl FnOnce(&mut SocketFaults)) {
        change(&mut lock(&self.0.faults));
        self.0.has_faults.store(true, Ordering::Release);
    }

    fn faults(&self) -> Option<SocketFaults> {
        self.0.has_faults.load(Ordering::Acquire).then(|| *lock(&self.0.faults))
    }
}

/// A timer for one direction of a connection.
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
                    // Nagle's algorithm would delay small frames. An error is harmless.
                    let _ = tcp.set_nodelay(true);
                    let control = SocketControl::default();
                    let (reading, writing) = (Pause::default(), Pause::default());
                    return (Socket { tcp, control, reading, writing }, address);
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// The interval between writes while the rate is limited.
const STEP: Duration = Duration::from_millis(50);

impl Socket {
    /// Returns how many bytes can be written now.
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
            Some((bytes_per_second, until)) if until > Instant::now() => {
                // Each write waits for the previous step to finish and starts the next one.
                if let Some(sleep) = &mut self.writing.0 {
                    ready!(sleep.as_mut().poll(cx));
                }
                self.writing.0 = Some(Box::pin(sleep_until(Instant::now() + STEP)));
                let steps = u32::try_from(1_000 / STEP.as_millis()).unwrap_or(1);
                Poll::Ready(Ok(wanted.min((bytes_per_second / steps).max(1) as usize)))
            }
            _ => Poll::Ready(Ok(wanted)),
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.control.faults().is_some_and(|faults| faults.is_reset) {
            // If it fails, the client sees a normal close instead of a reset.
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
