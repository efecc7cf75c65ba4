//! Events by hand.

use std::{
    mem,
    pin::pin,
    sync::{Arc, atomic::Ordering},
};

use auraxis_core::{event::Event, frame::Frame};
use futures_util::future::{Either, select};
use tokio::sync::oneshot;

use super::{client::Client, shared::Shared};
use crate::{
    dispatch::{
        inbox::{Inbox, Request, WaitsForItself},
        thread_context::{ThreadContext, running_trigger},
    },
    error::{Error, ErrorKind, Result},
    stream::stream::Accepted,
};

impl Client {
    /// Lets the triggers have an event as if it had come over the stream, and returns when all of them have taken it:
    /// runs that do not have to wait are over then.
    ///
    /// The client need not be connected or running. For tests, and for events of other sources.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::State`] if the client has stopped, or if the call would wait for itself: from a synchronous handler
    /// or condition, for which the stream waits; or from a run of a trigger with `overflow = block` that listens to the
    /// event and is full.
    ///
    /// # Cancel safety
    ///
    /// When this is dropped, triggers that have taken the event keep it. Those that had no room do not get it, which
    /// they count as dropped.
    pub async fn dispatch(&self, event: impl Into<Event>) -> Result {
        self.accept(Frame::Event(event.into())).await
    }

    /// Takes a frame as if it had come over the stream.
    pub(crate) async fn accept(&self, frame: Frame) -> Result {
        let shared = &self.shared;
        if ThreadContext::current() == ThreadContext::Dispatching(shared.registry.id()) {
            return Err(Error::new(
                ErrorKind::State,
                "a synchronous handler or condition cannot wait for an event that it dispatches itself: make the \
                 handler asynchronous, or dispatch in a task of its own",
            ));
        }
        let from = running_trigger();
        let taken = match accept_here(shared, frame, from) {
            Ok(Accepted::Taken) => return Ok(()),
            Ok(Accepted::Refused(refused)) => return Err(waits_for_itself(&refused)),
            Ok(Accepted::Waits(taken)) => taken,
            Err(frame) => {
                let (taken, wait) = oneshot::channel();
                shared.inbox.leave(Request::Dispatch { frame, from, taken }).await;
                catch_up(shared);
                wait
            }
        };
        match until_taken(shared, taken).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(refused)) => Err(waits_for_itself(&refused)),
            Err(_) => Err(Error::new(ErrorKind::State, "the client has stopped before its triggers took the event")),
        }
    }
}

fn waits_for_itself(WaitsForItself(trigger): &WaitsForItself) -> Error {
    Error::new(
        ErrorKind::State,
        format!(
            "a run of `{trigger}` cannot dispatch an event to `{trigger}` itself while that is full and lets the stream \
             wait: it would wait for its own end. Give the trigger a larger `queue`, or another `overflow`"
        ),
    )
}

/// Takes the frame on the spot, if nobody else drives the stream.
fn accept_here(shared: &Shared, frame: Frame, from: u64) -> Result<Accepted, Frame> {
    if shared.has_run.load(Ordering::Acquire) {
        return Err(frame);
    }
    let Some(mut stream) = shared.slot.take() else { return Err(frame) };
    // What has waited for longer goes first.
    if stream.is_waited_for() {
        stream.catch_up();
    }
    let accepted = stream.accept(frame, from);
    if stream.has_requests() {
        stream.catch_up();
    }
    if stream.give_back() {
        catch_up(shared);
    }
    Ok(accepted)
}

/// Lets the stream do what is left, if nobody else drives it.
fn catch_up(shared: &Shared) {
    // Whoever left a request while we were here found the slot taken, and relies on us.
    while !shared.has_run.load(Ordering::Acquire) {
        let Some(mut stream) = shared.slot.take_or_notify() else { return };
        if !stream.has_requests() {
            return;
        }
        stream.catch_up();
    }
}

/// Waits for the answer. Until the client runs, those who wait drive the stream by turns.
async fn until_taken<T>(shared: &Arc<Shared>, taken: oneshot::Receiver<T>) -> Result<T, oneshot::error::RecvError> {
    // The stream drops and counts what nobody waits for any more when it looks.
    let look = WakeOnDrop(&shared.inbox);
    let mut taken = pin!(taken);
    while !shared.has_run.load(Ordering::Acquire) {
        match select(taken.as_mut(), pin!(shared.inbox.woken())).await {
            Either::Left((answer, _)) => {
                mem::forget(look);
                return answer;
            }
            Either::Right(_) => {
                if let Some(mut stream) = shared.slot.take_or_notify() {
                    stream.catch_up();
                    drop(stream);
                    catch_up(shared);
                }
            }
        }
    }
    // We may have taken what was meant for the run.
    shared.inbox.wake();
    let answer = taken.await;
    mem::forget(look);
    answer
}

/// Makes the stream look when it is dropped.
struct WakeOnDrop<'a>(&'a Inbox);

impl Drop for WakeOnDrop<'_> {
    fn drop(&mut self) {
        self.0.wake();
    }
}
