//! One connection to the broker after the other, and the loop that serves it.

use std::{collections::BTreeSet, future::pending, mem, sync::Arc, time::Duration};

use async_nats::{Message, jetstream::AckKind};
use auraxis_runtime::source::Feed;
use futures_util::StreamExt as _;
use tokio::{
    runtime,
    sync::oneshot,
    time::{MissedTickBehavior, interval, sleep},
};
use tracing::{info, warn};

use super::{
    bot::Bot,
    connection::Connection,
    copies::Copies,
    intake::{Intake, Role, receive},
};
use crate::{
    Error, ErrorKind, Result,
    connect::{Failure, broken, reconnect_delay},
};

/// How often the consumer is compared with what this copy takes, and the relay is watched.
const CHECK_INTERVAL: Duration = Duration::from_secs(30);

/// The number of outcomes that are taken at a time.
const CHUNK: usize = 256;

/// What the loop waits for.
enum Input {
    Failed(Error),
    Stopping,
    Outcomes,
    Received(Result),
    Ready,
    Stored(u64, Result),
    Question(Option<Message>),
    Answers(Result<Vec<BTreeSet<String>>>),
    Interests,
    Progress,
    Check,
}

impl Bot {
    /// Runs until the client stops and everything is settled. `stopped` gets the result when nothing more is received.
    pub(super) fn run(mut self, stopped: oneshot::Sender<Result>) {
        self.stopped = Some(stopped);
        loop {
            // Each session has a runtime, whose end is the end of its connection.
            let runtime = match runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(error) => {
                    let message = format!("cannot start the broker's runtime: {error}");
                    return self.end(Err(Error::new(ErrorKind::Setup, message)));
                }
            };
            let is_finished = runtime.block_on(self.turn());
            runtime.shutdown_background();
            if is_finished {
                break;
            }
        }
        for (subject, count) in &self.unclaimed {
            info!("{count} events of `{subject}` were dropped, because no copy of the bot takes them");
        }
        // The client waits for it.
        drop(self.finishing.take());
    }

    /// Runs a session and, after a failure, waits. Returns whether the bot has finished.
    async fn turn(&mut self) -> bool {
        let Err(error) = self.session().await else { return true };
        self.intakes.iter_mut().for_each(Intake::stop);
        if let Some(copies) = &mut self.copies {
            copies.forget_question();
        }
        let is_fatal = self.connections == 0 && !error.kind().is_temporary();
        if is_fatal || self.is_stopping() {
            self.end(if is_fatal { Err(error) } else { Ok(()) });
            return true;
        }
        let text = error.to_string();
        if mem::take(&mut self.is_connected) {
            self.signals.disconnected(text.clone(), self.last_event);
        }
        if self.reported.as_ref() != Some(&text) {
            warn!("{text}; trying again");
            self.reported = Some(text);
        }
        self.failures += 1;
        let delay = sleep(reconnect_delay(self.failures));
        tokio::pin!(delay);
        loop {
            let has_signals = !self.signals.is_empty();
            tokio::select! {
                () = &mut delay => return false,
                () = stopping(self.feed.clone()) => {
                    self.stop();
                    return true;
                }
                () = ready(self.feed.clone()), if has_signals => {
                    let signals = self.take_signals();
                    self.send(signals).await;
                }
            }
        }
    }

    /// Connects, and serves the connection until it fails or everything is settled.
    async fn session(&mut self) -> Result {
        let failure = Arc::new(Failure::default());
        let feed = self.feed.clone();
        let opened = tokio::select! {
            opened = self.open(Arc::clone(&failure)) => Some(opened),
            () = stopping(feed) => None,
        };
        let Some(opened) = opened else {
            self.stop();
            return Ok(());
        };
        let mut connection = opened?;
        self.connections += 1;
        self.is_connected = true;
        if self.connections == 1 {
            let durable = self.settings.durable.as_deref().map(|name| format!(" as `{name}`")).unwrap_or_default();
            info!("reading from the broker at {}{durable}", self.broker);
        }
        self.signals.connected(self.connections);
        for (&key, handover) in &self.handovers {
            connection.store(key, handover);
        }
        self.serve(&mut connection, &failure).await
    }

    async fn serve(&mut self, connection: &mut Connection, failure: &Failure) -> Result {
        let mut progress = interval(self.settings.progress_interval());
        let mut checks = interval(CHECK_INTERVAL);
        for ticks in [&mut progress, &mut checks] {
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks.tick().await;
        }
        let mut outcomes = Vec::new();
        loop {
            for intake in &mut self.intakes {
                intake.request().await?;
            }
            self.ledger.send(&connection.client).await?;
            if self.is_stopping() && self.ledger.is_settled() && self.handovers.is_empty() {
                return connection.client.flush().await.map_err(|error| broken(&error));
            }
            self.ask(connection);
            let has_events = !self.signals.is_empty() || self.intakes.iter().any(|intake| !intake.is_empty());
            let feed = self.feed.clone();
            let Self { intakes, outcomes: receiver, copies, broker, .. } = self;
            let input = tokio::select! {
                error = failure.wait(broker) => Input::Failed(error),
                () = stopping(feed.clone()) => Input::Stopping,
                _ = receiver.recv_many(&mut outcomes, CHUNK) => Input::Outcomes,
                result = receive(intakes) => Input::Received(result),
                () = ready(feed.clone()), if has_events => Input::Ready,
                Some((key, result)) = connection.storing.next() => Input::Stored(key, result),
                Some(answers) = connection.asking.next() => Input::Answers(answers),
                question = question(copies) => Input::Question(question),
                () = interests_changed(feed) => Input::Interests,
                _ = progress.tick() => Input::Progress,
                _ = checks.tick() => Input::Check,
            };
            match input {
                Input::Failed(error) => return Err(error),
                Input::Stopping => self.stop(),
                Input::Outcomes => {
                    for (id, outcome) in outcomes.drain(..) {
                        self.handle_outcome(id, outcome, connection);
                    }
                }
                Input::Received(result) => {
                    result?;
                    self.succeeded();
                }
                Input::Ready => self.deliver(connection).await,
                Input::Stored(key, result) => {
                    result?;
                    self.handed_over(key);
                }
                Input::Question(question) => self.answer(question, &connection.client).await?,
                Input::Answers(answers) => self.handle_answers(answers?, connection).await?,
                Input::Interests => self.update_later(connection, false).await?,
                Input::Progress => self.report_progress(),
                Input::Check => self.check(connection).await?,
            }
        }
    }

    /// Something has been received, so the next failure is a new one.
    fn succeeded(&mut self) {
        self.failures = 0;
        if self.reported.take().is_some() {
            info!("receiving events from the broker at {}", self.broker);
        }
    }

    /// Stops receiving, and gives back what has not begun.
    fn stop(&mut self) {
        for intake in &mut self.intakes {
            intake.stop();
            while let Some(received) = intake.pop() {
                if self.settings.durable.is_some() && intake.role != Role::Later {
                    self.ledger.acknowledge(&received, AckKind::Nak(None));
                }
            }
        }
        self.end(Ok(()));
    }
}

async fn stopping(feed: Option<Arc<Feed>>) {
    match feed {
        Some(feed) => feed.stopping().await,
        None => pending().await,
    }
}

async fn ready(feed: Option<Arc<Feed>>) {
    match feed {
        Some(feed) => feed.ready().await,
        None => pending().await,
    }
}

async fn interests_changed(feed: Option<Arc<Feed>>) {
    match feed {
        Some(feed) => feed.interests_changed().await,
        None => pending().await,
    }
}

async fn question(copies: &mut Option<Copies>) -> Option<Message> {
    match copies {
        Some(copies) => copies.question().await,
        None => pending().await,
    }
}
