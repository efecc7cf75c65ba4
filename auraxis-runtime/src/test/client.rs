//! A client without a connection.

use std::{
    any::type_name,
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use auraxis_core::{
    event::{Event, signal::TriggerFailed},
    frame::Frame,
    interest::Filter,
};
use tokio::{task::JoinHandle, time::sleep};

use super::{
    Rest,
    report::{Report, Row},
};
use crate::{
    client::{builder::ClientBuilder, client::Client},
    rest::fetch::fetch_from_census,
    trigger::{builder::Trigger, context::State, handle::TriggerHandle},
};

/// The smallest step of Tokio's clock. While it passes, everything runs that does not wait for longer.
const STEP: Duration = Duration::from_millis(1);

/// The name of the trigger that records failures, which cannot be mistaken for the user's.
const FAILURE_RECORDER: &str = "auraxis::test";

/// A running client whose events come from a test, and whose REST requests go to a fake API, a [`Rest`].
///
/// It dereferences to a [`Client`], so that a test can add triggers, or pass it to functions that take a client.
#[derive(Debug)]
pub struct TestClient {
    client: Client,
    rest: Rest,
    /// All triggers so far, including removed ones, in the order in which they were added.
    triggers: Mutex<Vec<TriggerHandle>>,
    failures: Arc<Mutex<Vec<TriggerFailed>>>,
    run: JoinHandle<crate::Result>,
}

impl TestClient {
    /// Starts the client, which dispatches `Started` and counts as connected. Configured servers are ignored.
    ///
    /// # Panics
    ///
    /// Panics if the client cannot be built. The message lists every problem.
    #[track_caller]
    #[allow(clippy::manual_async_fn)] // `track_caller` has no effect on async functions.
    pub fn start(builder: ClientBuilder) -> impl Future<Output = Self> + Send {
        let rest = Rest::default();
        let failures = Arc::new(Mutex::new(Vec::new()));
        let recorder = {
            let failures = Arc::clone(&failures);
            Trigger::on::<TriggerFailed>().named(FAILURE_RECORDER).action(move |failed: TriggerFailed| {
                failures.lock().unwrap_or_else(PoisonError::into_inner).push(failed);
            })
        };
        let client = match builder.census(|census| census.fake(rest.clone())).by_hand().trigger(recorder).build() {
            Ok(client) => client,
            Err(error) => panic!("{error:?}"),
        };
        async move {
            let run = tokio::spawn({
                let client = client.clone();
                async move { client.run().await }
            });
            let client = Self { client, rest, triggers: Mutex::default(), failures, run };
            client.update_triggers();
            sleep(STEP).await;
            client
        }
    }

    /// Dispatches an event, waits a millisecond for the handlers, and reports what the triggers did with it.
    pub async fn send(&self, event: impl Into<Event>) -> Report {
        let event = event.into();
        let before = self.report();
        let _ = self.client.dispatch(event.clone()).await;
        sleep(STEP).await;
        let mut report = self.report().since(&before);
        for trigger in self.update_triggers().into_iter().filter(|trigger| !trigger.is_removed()) {
            let interest = trigger.interest();
            // The index skips these triggers without counting the event.
            if interest.selectors.iter().any(|selector| selector.matches(&event))
                && interest.filter(&event) == Some(Filter::Characters)
            {
                report.count_skipped(&trigger);
            }
        }
        report
    }

    /// Like [`send`](Self::send), for a raw text frame of the stream. It does not have to be an event.
    ///
    /// # Panics
    ///
    /// Panics if the frame cannot be parsed.
    pub async fn send_frame(&self, text: &str) -> Report {
        match Frame::parse(text) {
            Ok(Frame::Event(event)) => self.send(event).await,
            Ok(frame) => {
                let before = self.report();
                let _ = self.client.accept(frame).await;
                sleep(STEP).await;
                self.report().since(&before)
            }
            Err(fault) => panic!("{fault}"),
        }
    }

    /// Waits for this time, which takes no time in [`paused`](super::paused), and reports what the triggers did
    /// meanwhile.
    pub async fn advance(&self, time: Duration) -> Report {
        let before = self.report();
        sleep(time).await;
        self.report().since(&before)
    }

    /// Returns what the triggers did since the start.
    #[must_use]
    pub fn report(&self) -> Report {
        let rows = self.update_triggers().iter().map(Row::new).collect();
        Report::new(rows, self.failures.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// Returns the fake REST API.
    #[must_use]
    pub const fn rest(&self) -> &Rest {
        &self.rest
    }

    /// Returns the [`State`] of this type, to check what handlers did to it.
    ///
    /// # Panics
    ///
    /// Panics if the client has no state of this type.
    #[must_use]
    #[track_caller]
    pub fn state<T: Send + Sync + 'static>(&self) -> State<T> {
        State::of(self.client.states()).unwrap_or_else(|| {
            panic!("the client has no state of the type `{}`; add it with `.state(…)`", type_name::<T>())
        })
    }

    /// Stops the client gracefully: handlers have the grace period to finish, and `Stopping` is dispatched. Reports
    /// what the triggers did since the start.
    ///
    /// # Panics
    ///
    /// Panics if the client stops with an error.
    pub async fn stop(mut self) -> Report {
        self.update_triggers();
        self.client.shutdown();
        match (&mut self.run).await {
            Ok(Ok(())) => self.report(),
            Ok(Err(error)) => panic!("{error:?}"),
            Err(error) => panic!("{error}"),
        }
    }

    /// Adds new triggers to the list, and returns all.
    fn update_triggers(&self) -> Vec<TriggerHandle> {
        let mut triggers = self.triggers.lock().unwrap_or_else(PoisonError::into_inner);
        for trigger in self.client.triggers() {
            if !triggers.iter().any(|other| Arc::ptr_eq(&other.state, &trigger.state)) {
                triggers.push(trigger);
            }
        }
        triggers.clone()
    }
}

fetch_from_census!(TestClient);

impl Deref for TestClient {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Drop for TestClient {
    fn drop(&mut self) {
        self.client.shutdown();
    }
}
