//! Connections that can be disturbed.

use std::{
    io::{self, ErrorKind, IoSlice},
    net::SocketAddr,
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
    net::{TcpListener, TcpStream},
    time::{Instant, Sleep, sleep_until},
};

use crate::log::lock;

/// Accepts connections, each with a [`Line`] that breaks it.
#[derive(Debug)]
pub(crate) struct Exchange(pub(crate) TcpListener);

/// A connection.
#[derive(Debug)]
pub(crate) struct Wire {
    tcp: TcpStream,
    line: Line,
    reading: Nap,
    writing: Nap,
}

/// Disturbs a connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line(Arc<Condition>);

#[derive(Debug, Default)]
struct Condition {
    /// Whether any of what follows was ever set. Nearly always false, and then nothing else is looked at.
    is_disturbed: AtomicBool,
    trouble: Mutex<Trouble>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Trouble {
    is_reset: bool,
    /// Nothing is read before.
    deaf_until: Option<Instant>,
    /// Nothing is written before.
    dumb_until: Option<Instant>,
    /// So many bytes a second are written until then.
    slow: Option<(u32, Instant)>,
}

impl Line {
    /// Resets the connection with the next thing that is written to it, or when it is dropped.
    pub(crate) fn reset(&self) {
        self.disturb(|trouble| trouble.is_reset = true);
    }

    /// Reads nothing for so long.
    pub(crate) fn deafen(&self, lasting: Duration) {
        self.disturb(|trouble| trouble.deaf_until = Some(Instant::now() + lasting));
    }

    /// Neither reads nor writes for so long.
    pub(crate) fn freeze(&self, lasting: Duration) {
        let until = Some(Instant::now() + lasting);
        self.disturb(|trouble| (trouble.deaf_until, trouble.dumb_until) = (until, until));
    }

    /// Writes so many bytes a second for so long.
    pub(crate) fn slow_down(&self, bytes: u32, lasting: Duration) {
        self.disturb(|trouble| trouble.slow = Some((bytes, Instant::now() + lasting)));
    }

    fn disturb(&self, change: impl FnOnce(&mut Trouble)) {
        change(&mut lock(&self.0.trouble));
        self.0.is_disturbed.store(true, Ordering::Release);
    }

    fn trouble(&self) -> Option<Trouble> {
        self.0.is_disturbed.load(Ordering::Acquire).then(|| *lock(&self.0.trouble))
    }
}

/// Waits for a moment, one way of a connection.
#[derive(Debug, Default)]
struct Nap(Option<Pin<Box<Sleep>>>);

impl Nap {
    fn poll_until(&mut self, moment: Instant, cx: &mut Context<'_>) -> Poll<()> {
        if moment <= Instant::now() {
            return Poll::Ready(());
        }
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(moment)));
        sleep.as_mut().reset(moment);
        sleep.as_mut().poll(cx)
    }
}

impl Connected<IncomingStream<'_, Exchange>> for Line {
    fn connect_info(stream: IncomingStream<'_, Exchange>) -> Self {
        stream.io().line.clone()
    }
}

impl Listener for Exchange {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        loop {
            match self.0.accept().await {
                Ok((tcp, address)) => {
                    // Without it, small frames would wait for each other; with an error there is nothing to do.
                    let _ = tcp.set_nodelay(true);
                    let line = Line::default();
                    let (reading, writing) = (Nap::default(), Nap::default());
                    return (Wire { tcp, line, reading, writing }, address);
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

impl Wire {
    /// How much may be written now.
    fn poll_room(&mut self, cx: &mut Context<'_>, wanted: usize) -> Poll<io::Result<usize>> {
        let Some(trouble) = self.line.trouble() else { return Poll::Ready(Ok(wanted)) };
        if trouble.is_reset {
            self.tcp.set_zero_linger()?;
            return Poll::Ready(Err(ErrorKind::ConnectionReset.into()));
        }
        if let Some(until) = trouble.dumb_until {
            ready!(self.writing.poll_until(until, cx));
        }
        match trouble.slow {
            Some((bytes, until)) if until > Instant::now() => {
                // The last step was over when this nap ended; the next one begins with this write.
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

impl Drop for Wire {
    fn drop(&mut self) {
        if self.line.trouble().is_some_and(|trouble| trouble.is_reset) {
            // With an error, the other end sees an end instead of a reset; there is nothing to do about it.
            let _ = self.tcp.set_zero_linger();
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if let Some(trouble) = self.line.trouble() {
            if trouble.is_reset {
                return Poll::Ready(Err(ErrorKind::ConnectionReset.into()));
            }
            if let Some(until) = trouble.deaf_until {
                ready!(self.reading.poll_until(until, cx));
            }
        }
        Pin::new(&mut self.tcp).poll_read(cx, into)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        let room = ready!(self.poll_room(cx, from.len()))?;
        Pin::new(&mut self.tcp).poll_write(cx, &from[..room])
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
        if self.line.trouble().is_some() {
            let first = from.iter().find(|slice| !slice.is_empty()).map_or(&[][..], |slice| slice);
            return self.poll_write(cx, first);
        }
        Pin::new(&mut self.tcp).poll_write_vectored(cx, from)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }
}
