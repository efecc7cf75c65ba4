//! Who lets the stream take its turns before the client runs: whoever has something for it.

use std::{
    ops::{Deref, DerefMut},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::Notify;

use super::stream::Stream;
use crate::dispatch::inbox::Inbox;

/// Where the stream stands while nobody drives it.
#[derive(Debug)]
pub(crate) struct Seat {
    stream: Mutex<Option<Box<Stream>>>,
    free: Notify,
    /// Somebody was woken to let the stream do something, and found that somebody else drives it.
    is_called: AtomicBool,
    /// Nobody will drive it any more.
    is_closed: AtomicBool,
    inbox: Inbox,
}

/// The stream, for as long as somebody drives it.
pub(crate) struct Seated<'a> {
    seat: &'a Seat,
    stream: Option<Box<Stream>>,
}

impl Seat {
    pub(crate) fn new(stream: Stream, inbox: Inbox) -> Self {
        let stream = Mutex::new(Some(Box::new(stream)));
        Self {
            stream,
            free: Notify::new(),
            is_called: AtomicBool::new(false),
            is_closed: AtomicBool::new(false),
            inbox,
        }
    }

    /// Takes the stream, if nobody drives it.
    pub(crate) fn take(&self) -> Option<Seated<'_>> {
        let stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner).take();
        let stream = stream?;
        Some(Seated { seat: self, stream: Some(stream) })
    }

    /// Takes the stream, or has whoever drives it look again.
    pub(crate) fn take_or_call(&self) -> Option<Seated<'_>> {
        self.take().or_else(|| {
            self.is_called.store(true, Ordering::SeqCst);
            self.take()
        })
    }

    /// Takes the stream for good, as soon as nobody drives it. `None` if it is closed.
    pub(crate) async fn take_for_good(&self) -> Option<Box<Stream>> {
        loop {
            let free = self.free.notified();
            if let Some(stream) = self.take().and_then(|mut seated| seated.stream.take()) {
                return Some(stream);
            }
            if self.is_closed.load(Ordering::SeqCst) {
                return None;
            }
            free.await;
        }
    }

    /// Ends the stream, if the client never runs: whoever waits for it is told, and triggers are let go.
    pub(crate) fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        // Whoever drives it at the moment ends it when giving it back.
        drop(self.take());
    }

    /// Takes the stream back, or ends it.
    fn give_back(&self, stream: Box<Stream>) {
        if self.is_closed.load(Ordering::SeqCst) {
            // What triggers own is dropped here, and may lead back here.
            return drop(stream);
        }
        *self.stream.lock().unwrap_or_else(PoisonError::into_inner) = Some(stream);
        if self.is_closed.load(Ordering::SeqCst) {
            // It was closed in between.
            let stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner).take();
            drop(stream);
        }
    }
}

impl Deref for Seated<'_> {
    type Target = Stream;

    fn deref(&self) -> &Stream {
        self.stream.as_ref().expect("it is there until it is given back")
    }
}

impl DerefMut for Seated<'_> {
    fn deref_mut(&mut self) -> &mut Stream {
        self.stream.as_mut().expect("it is there until it is given back")
    }
}

impl Drop for Seated<'_> {
    fn drop(&mut self) {
        if let Some(stream) = self.stream.take() {
            self.seat.give_back(stream);
            self.seat.free.notify_one();
            if self.seat.is_called.swap(false, Ordering::SeqCst) {
                self.seat.inbox.wake();
            }
        }
    }
}
