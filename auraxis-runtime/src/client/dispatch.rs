//! Dispatching events by hand.

use std::{
    mem,
    pin::pin,
    sync::{Arc, atomic::Ordering},
};

use auraxis_core::{
    event::{Custom, CustomEvent, Event},
    frame::Frame,
};
use futures_util::future::{Either, select};
use tokio::sync::oneshot;

use super::{client::Client, shared::Shared};
use crate::{
    dispatch::{
        inbox::{Inbox, Request, WouldDeadlock},
        thread_context::{ThreadContext, running_trigger},
    },
    error::{Error, ErrorKind, Result},
    stream::stream::Handled,
};

impl Client {
    /// Dispatches an event to the triggers as if it had been received from the stream. Returns when every trigger has
    /// started a run, or has queued or dropped the event. Runs that never wait have finished by then.
    ///
    /// The client does not have to be connected or running. Use it in tests, and for events from other sources.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::State`] if the client has stopped, or if the call would wait for itself. The latter happens
    /// in a synchronous handler or a condition, because they block the stream, and in a run of a trigger with
    /// `overflow = block` that listens to the event and whose queue is full.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, triggers that have already taken the event keep it. Triggers whose queue is full do
    /// not get it, and count it as dropped.
    pub async fn dispatch(&self, event: impl Into<Event>) -> Result {
        self.accept(Frame::Event(event.into())).await
    }

    /// Raises an event of the program's own, and returns immediately. Triggers get it after the event that is being
    /// dispatched, so conditions and synchronous handlers can call this too.
    ///
    /// ```
    /// # use auraxis_runtime::{Client, Trigger};
    /// # use auraxis_core::event::CustomEvent;
    /// #[derive(Clone, Debug)] // With `auraxis`, also `CustomEvent`.
    /// struct KillingSpree(u32);
    /// # impl CustomEvent for KillingSpree {}
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> auraxis_runtime::Result {
    /// let client = Client::builder().service_id("s:example").build()?;
    /// client.add(Trigger::on::<KillingSpree>().action(|spree: KillingSpree| println!("{} kills", spree.0)))?;
    /// client.emit(KillingSpree(10))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::State`] if the client has stopped, or if 1,024 events that were emitted wait to be dispatched.
    pub fn emit(&self, event: impl CustomEvent) -> Result {
        let shared = &self.shared;
        let custom = Custom::new(shared.inbox.clock.update(), event);
        if shared.inbox.emit(custom.into()) {
            catch_up(shared);
            return Ok(());
        }
        let reason = if shared.inbox.is_closed() {
            "cannot emit an event: the client has stopped"
        } else {
            "cannot emit an event: too many wait to be dispatched; emit fewer, or make handlers that block the stream \
             `blocking`"
        };
        Err(Error::new(ErrorKind::State, reason))
    }

    /// Handles a frame as if it had been received from the stream.
    pub(crate) async fn accept(&self, frame: Frame) -> Result {
        let shared = &self.shared;
        if ThreadContext::current() == ThreadContext::Dispatching(shared.registry.id()) {
            return Err(Error::new(
                ErrorKind::State,
                "cannot await a dispatch in a synchronous handler or condition: it would wait for itself; make the handler \
                 asynchronous, or dispatch in a separate task",
            ));
        }
        let from_trigger = running_trigger();
        let done = match handle_here(shared, frame, from_trigger) {
            Ok(Handled::Done) => return Ok(()),
            Ok(Handled::WouldDeadlock(error)) => return Err(would_deadlock(&error)),
            Ok(Handled::Held(done)) => done,
            Err(frame) => {
                let (sender, done) = oneshot::channel();
                shared.inbox.send(Request::Dispatch { frame, from_trigger, done: sender }).await;
                catch_up(shared);
                done
            }
        };
        match wait_until_done(shared, done).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(would_deadlock(&error)),
            Err(_) => Err(Error::new(ErrorKind::State, "the client stopped before its triggers took the event")),
        }
    }
}

fn would_deadlock(WouldDeadlock(trigger): &WouldDeadlock) -> Error {
    Error::new(
        ErrorKind::State,
        format!(
            "cannot dispatch an event from `{trigger}` to itself: its queue is full and `overflow` is `block`, so it would \
             wait for itself; give it a larger `queue` or another `overflow`"
        ),
    )
}

/// Handles the frame in the current thread. Returns the frame if the stream is locked or the client runs.
fn handle_here(shared: &Shared, frame: Frame, from_trigger: u64) -> Result<Handled, Frame> {
    if shared.has_run.load(Ordering::Acquire) {
        return Err(frame);
    }
    let Some(mut stream) = shared.stream_lock.try_lock() else { return Err(frame) };
    // Earlier events first.
    if stream.has_held_requests() {
        stream.catch_up();
    }
    let handled = stream.handle_request(frame, from_trigger);
    if stream.has_requests() {
        stream.catch_up();
    }
    if stream.release() {
        catch_up(shared);
    }
    Ok(handled)
}

/// Processes all requests, unless the stream is locked or the client runs.
fn catch_up(shared: &Shared) {
    // A caller that sent a request while this thread held the lock relies on it, hence the loop.
    while !shared.has_run.load(Ordering::Acquire) {
        let Some(mut stream) = shared.stream_lock.try_lock_or_notify() else { return };
        if !stream.has_requests() {
            return;
        }
        stream.catch_up();
    }
}

/// Waits for the answer. Until the client runs, waiting callers take turns in driving the stream.
async fn wait_until_done<T>(shared: &Arc<Shared>, done: oneshot::Receiver<T>) -> Result<T, oneshot::error::RecvError> {
    // If this future is dropped, makes the stream drop the held event, and count it.
    let wake_on_drop = WakeOnDrop(&shared.inbox);
    let mut done = pin!(done);
    while !shared.has_run.load(Ordering::Acquire) {
        match select(done.as_mut(), pin!(shared.inbox.woken())).await {
            Either::Left((answer, _)) => {
                mem::forget(wake_on_drop);
                return answer;
            }
            Either::Right(_) => {
                if let Some(mut stream) = shared.stream_lock.try_lock_or_notify() {
                    stream.catch_up();
                    drop(stream);
                    catch_up(shared);
                }
            }
        }
    }
    // The last wake-up may have been meant for the run.
    shared.inbox.wake();
    let answer = done.await;
    mem::forget(wake_on_drop);
    answer
}

/// Wakes the stream when dropped.
struct WakeOnDrop<'a>(&'a Inbox);

impl Drop for WakeOnDrop<'_> {
    fn drop(&mut self) {
        self.0.wake();
    }
}
