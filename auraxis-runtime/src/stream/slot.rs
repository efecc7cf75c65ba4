//! Who lets the stream take its turns before the client runs: whoever has something for it.

use std::{
    mem,
    ops::{Deref, DerefMut},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use super::stream::Stream;
use crate::dispatch::inbox::Inbox;

/// Where the stream stands while nobody drives it.
#[derive(Debug)]
pub(crate) struct StreamSlot {
    state: Mutex<State>,
    free: Notify,
    inbox: Inbox,
}

#[derive(Debug)]
struct State {
    stream: Option<Box<Stream>>,
    /// Somebody wants the stream, and found that somebody else drives it.
    is_notified: bool,
    /// Nobody will drive it any more.
    is_closed: bool,
}

/// The stream, for as long as somebody drives it.
pub(crate) struct StreamGuard<'a> {
    slot: &'a StreamSlot,
    stream: Option<Box<Stream>>,
}

impl StreamSlot {
    pub(crate) fn new(stream: Stream, inbox: Inbox) -> Self {
        let state = State { stream: Some(Box::new(stream)), is_notified: false, is_closed: false };
        Self { state: Mutex::new(state), free: Notify::new(), inbox }
    }

    /// Takes the stream, if nobody drives it.
    pub(crate) fn take(&self) -> Option<StreamGuard<'_>> {
        let stream = self.state().stream.take()?;
        Some(StreamGuard { slot: self, stream: Some(stream) })
    }

    /// Takes the stream, or has whoever drives it look again.
    pub(crate) fn take_or_notify(&self) -> Option<StreamGuard<'_>> {
        let mut state = self.state();
        let stream = state.stream.take();
        state.is_notified |= stream.is_none();
        Some(StreamGuard { slot: self, stream: Some(stream?) })
    }

    /// Takes the stream for good, as soon as nobody drives it. `None` if it is closed.
    pub(crate) async fn take_forever(&self) -> Option<Box<Stream>> {
        loop {
            let free = self.free.notified();
            {
                let mut state = self.state();
                if state.stream.is_some() || state.is_closed {
                    return state.stream.take();
                }
                state.is_notified = true;
            }
            free.await;
        }
    }

    /// Ends the stream, if the client never runs: whoever waits for it is told, and triggers are let go.
    pub(crate) fn close(&self) {
        let stream = {
            let mut state = self.state();
            state.is_closed = true;
            state.stream.take()
        };
        // Whoever drives it at the moment ends it when giving it back.
        drop(stream);
        self.free.notify_one();
    }

    /// Takes the stream back, or ends it. Whether somebody has called for it meanwhile.
    fn take_back(&self, stream: Box<Stream>) -> bool {
        let (ended, is_notified) = {
            let mut state = self.state();
            let ended = if state.is_closed { Some(stream) } else { state.stream.replace(stream) };
            (ended, mem::take(&mut state.is_notified))
        };
        // What triggers own is dropped here, and may lead back here.
        drop(ended);
        if is_notified {
            self.free.notify_one();
            self.inbox.wake();
        }
        is_notified
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StreamGuard<'_> {
    /// Gives the stream back. Whether somebody has called for it meanwhile.
    pub(crate) fn give_back(mut self) -> bool {
        self.stream.take().is_some_and(|stream| self.slot.take_back(stream))
    }
}

impl Deref for StreamGuard<'_> {
    type Target = Stream;

    fn deref(&self) -> &Stream {
        self.stream.as_ref().expect("it is there until it is given back")
    }
}

impl DerefMut for StreamGuard<'_> {
    fn deref_mut(&mut self) -> &mut Stream {
        self.stream.as_mut().expect("it is there until it is given back")
    }
}

impl Drop for StreamGuard<'_> {
    fn drop(&mut self) {
        if let Some(stream) = self.stream.take() {
            self.slot.take_back(stream);
        }
    }
}
