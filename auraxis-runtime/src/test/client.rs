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

/// The time in which everything is done that does not have to wait for longer: the smallest step of Tokio's clock.
const MOMENT: Duration = Duration::from_millis(1);

/// The trigger that notes failures. Its name says that it is not the user's.
const NOTE: &str = "auraxis::test";

/// A running client that gets its events from a test, and its answers from a [`Rest`] of its own.
///
/// It is a [`Client`] too, for triggers to be added, for functions that take one, and for questions of its own.
#[derive(Debug)]
pub struct TestClient {
    client: Client,
    rest: Rest,
    /// All triggers that were ever seen, in the order in which they came.
    seen: Mutex<Vec<TriggerHandle>>,
    failures: Arc<Mutex<Vec<TriggerFailed>>>,
    run: JoinHandle<crate::Result>,
}

impl TestClient {
    /// Starts the client: `Started` comes, and the client counts as connected. Where it would connect to does not matter.
    ///
    /// # Panics
    ///
    /// If the client cannot be built, with all that is wrong.
    #[track_caller]
    #[allow(clippy::manual_async_fn)] // So that a panic names the test.
    pub fn start(builder: ClientBuilder) -> impl Future<Output = Self> + Send {
        let rest = Rest::default();
        let failures = Arc::new(Mutex::new(Vec::new()));
        let note = {
            let failures = Arc::clone(&failures);
            Trigger::on::<TriggerFailed>().named(NOTE).action(move |failed: TriggerFailed| {
                failures.lock().unwrap_or_else(PoisonError::into_inner).push(failed);
            })
        };
        let client = match builder.census(|census| census.script(rest.clone())).by_hand().trigger(note).build() {
            Ok(client) => client,
            Err(error) => panic!("{error:?}"),
        };
        async move {
            let run = tokio::spawn({
                let client = client.clone();
                async move { client.run().await }
            });
            let client = Self { client, rest, seen: Mutex::default(), failures, run };
            client.look();
            sleep(MOMENT).await;
            client
        }
    }

    /// Lets the triggers have an event, and a millisecond for what they do about it. Says what became of it.
    pub async fn send(&self, event: impl Into<Event>) -> Report {
        let event = event.into();
        let before = self.report();
        let _ = self.client.dispatch(event.clone()).await;
        sleep(MOMENT).await;
        let mut report = self.report().since(&before);
        for trigger in self.look().into_iter().filter(|trigger| !trigger.is_removed()) {
            let interest = trigger.interest();
            // The index knows without asking the trigger.
            if interest.selectors.iter().any(|selector| selector.matches(&event))
                && interest.filter(&event) == Some(Filter::Characters)
            {
                report.passed_by(&trigger);
            }
        }
        report
    }

    /// As [`send`](Self::send), of a frame as it comes over the stream, which may also be something else than an event.
    ///
    /// # Panics
    ///
    /// If the frame cannot be read.
    pub async fn send_frame(&self, text: &str) -> Report {
        match Frame::parse(text) {
            Ok(Frame::Event(event)) => self.send(event).await,
            Ok(frame) => {
                let before = self.report();
                let _ = self.client.accept(frame).await;
                sleep(MOMENT).await;
                self.report().since(&before)
            }
            Err(fault) => panic!("{fault}"),
        }
    }

    /// Lets time pass. Says what happened meanwhile.
    pub async fn advance(&self, time: Duration) -> Report {
        let before = self.report();
        sleep(time).await;
        self.report().since(&before)
    }

    /// What happened since the start.
    #[must_use]
    pub fn report(&self) -> Report {
        let rows = self.look().iter().map(Row::new).collect();
        Report::new(rows, self.failures.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// What the REST API knows.
    #[must_use]
    pub const fn rest(&self) -> &Rest {
        &self.rest
    }

    /// A state of the client, to look at what triggers have made of it.
    ///
    /// # Panics
    ///
    /// If the client has none of this type.
    #[must_use]
    #[track_caller]
    pub fn state<T: Send + Sync + 'static>(&self) -> State<T> {
        State::of(self.client.states())
            .unwrap_or_else(|| panic!("no state of the type `{}` was given", type_name::<T>()))
    }

    /// Stops the client in order: `Stopping` comes, and runs that wait have the grace period. Says what happened since
    /// the start.
    ///
    /// # Panics
    ///
    /// If the client does not stop in order.
    pub async fn stop(mut self) -> Report {
        self.look();
        self.client.shutdown();
        match (&mut self.run).await {
            Ok(Ok(())) => self.report(),
            Ok(Err(error)) => panic!("{error:?}"),
            Err(error) => panic!("{error}"),
        }
    }

    /// Takes note of triggers that have come, and returns all.
    fn look(&self) -> Vec<TriggerHandle> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for trigger in self.client.triggers() {
            if !seen.iter().any(|other| Arc::ptr_eq(&other.state, &trigger.state)) {
                seen.push(trigger);
            }
        }
        seen.clone()
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
