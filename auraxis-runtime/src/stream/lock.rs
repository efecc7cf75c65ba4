//! Exclusive access to the stream while no driver runs it.

use std::{
    mem,
    ops::{Deref, DerefMut},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use super::stream::Stream;
use crate::dispatch::inbox::Inbox;

/// A lock around the stream, held by the caller of `Client::dispatch` that drives it, until the driver takes the stream.
#[derive(Debug)]
pub(crate) struct StreamLock {
    state: Mutex<State>,
    released: Notify,
    inbox: Inbox,
}

#[derive(Debug)]
struct State {
    /// `None` while locked, and after it was taken or closed.
    stream: Option<Box<Stream>>,
    /// Whether someone tried to lock the stream since it was locked.
    is_contended: bool,
    is_closed: bool,
}

/// The locked stream. Released when dropped.
pub(crate) struct StreamGuard<'a> {
    lock: &'a StreamLock,
    stream: Option<Box<Stream>>,
}

impl StreamLock {
    pub(crate) fn new(stream: Stream, inbox: Inbox) -> Self {
        let state = State { stream: Some(Box::new(stream)), is_contended: false, is_closed: false };
        Self { state: Mutex::new(state), released: Notify::new(), inbox }
    }

    /// Locks the stream, if it is not locked.
    pub(crate) fn try_lock(&self) -> Option<StreamGuard<'_>> {
        let stream = self.state().stream.take()?;
        Some(StreamGuard { lock: self, stream: Some(stream) })
    }

    /// Locks the stream. If it is locked, its current holder is notified when it [releases](StreamGuard::release) it.
    pub(crate) fn try_lock_or_notify(&self) -> Option<StreamGuard<'_>> {
        let mut state = self.state();
        let stream = state.stream.take();
        state.is_contended |= stream.is_none();
        Some(StreamGuard { lock: self, stream: Some(stream?) })
    }

    /// Takes the stream out of the lock, as soon as it is released. Returns `None` if it was closed.
    pub(crate) async fn take(&self) -> Option<Box<Stream>> {
        loop {
            let released = self.released.notified();
            {
                let mut state = self.state();
                if state.stream.is_some() || state.is_closed {
                    return state.stream.take();
                }
                state.is_contended = true;
            }
            released.await;
        }
    }

    /// Drops the stream of a client that never runs, and with it its triggers and unanswered requests.
    pub(crate) fn close(&self) {
        let stream = {
            let mut state = self.state();
            state.is_closed = true;
            state.stream.take()
        };
        // If the stream is locked, it is dropped when released.
        drop(stream);
        self.released.notify_one();
    }

    /// Puts the stream back, or drops it if the lock was closed. Returns whether the lock was contended.
    fn put_back(&self, stream: Box<Stream>) -> bool {
        let (dropped, is_contended) = {
            let mut state = self.state();
            let dropped = if state.is_closed { Some(stream) } else { state.stream.replace(stream) };
            (dropped, mem::take(&mut state.is_contended))
        };
        // Not under the mutex, because this drops user values whose destructors may lock the stream again.
        drop(dropped);
        if is_contended {
            self.released.notify_one();
            self.inbox.wake();
        }
        is_contended
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StreamGuard<'_> {
    /// Releases the stream. Returns whether someone else tried to lock it meanwhile.
    pub(crate) fn release(mut self) -> bool {
        self.stream.take().is_some_and(|stream| self.lock.put_back(stream))
    }
}

impl Deref for StreamGuard<'_> {
    type Target = Stream;

    fn deref(&self) -> &Stream {
        self.stream.as_ref().expect("the stream is put back only on release")
    }
}

impl DerefMut for StreamGuard<'_> {
    fn deref_mut(&mut self) -> &mut Stream {
        self.stream.as_mut().expect("the stream is put back only on release")
    }
}

impl Drop for StreamGuard<'_> {
    fn drop(&mut self) {
        if let Some(stream) = self.stream.take() {
            self.lock.put_back(stream);
        }
    }
}
