//! One connection to the broker after the other, and the loop that serves it.

use std::{
    collections::BTreeSet,
    future::pending,
    mem,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use async_nats::{
    Client, Message,
    jetstream::{self, AckKind, Context, consumer::DeliverPolicy, stream::Stream},
};
use auraxis_core::{
    delivery::{Delivery, Origin},
    environment::Environment,
    event::{EventClass, Gap, GapCause, KindSet},
    interest::Interest,
    message::{self, unescape},
    scope::Scope,
    time::Timestamp,
};
use auraxis_runtime::source::{Acknowledge, Batch, Feed, Finishing, Message as Delivered, Recipients, RunFailure};
use futures_util::{StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use rustc_hash::FxHashMap;
use tokio::{
    runtime,
    sync::{mpsc, oneshot},
    time::{MissedTickBehavior, interval, sleep},
};
use tracing::{error, info, warn};

use super::{
    consumer::{self, first_position},
    copies::{self, Copies, Foreign},
    handover::{Handover, Settles},
    intake::{Intake, Received, Role, receive},
    ledger::{Ledger, Unsettled},
    receipt::{Outcome, Receipt},
    settings::Settings,
};
use crate::{
    Broker, Error, ErrorKind, Result,
    connect::{Failure, Reconnect, broken, reconnect_delay},
    dead,
    stream::{DEAD, EVENTS, RETRY},
};

/// The number of events in a batch.
const CHUNK: usize = 256;

/// How often the consumer is compared with what this copy takes, and the relay is watched.
const CHECK_INTERVAL: Duration = Duration::from_secs(30);

/// After which silence a missing relay is reported. A relay that is connected is never silent for so long, except for
/// platforms on which nobody plays.
const SILENCE: Duration = Duration::from_mins(2);

/// The delay before an event that is given back is delivered again, to any copy.
const RETURN_DELAY: Duration = Duration::from_millis(200);

/// The delay before a failed event is delivered again to a bot that does not have its trigger, or has paused it.
const ABSENT_DELAY: Duration = Duration::from_secs(30);

/// The ids of gaps that a bot reports begin here, so that they differ from those of relays.
const FIRST_GAP: u32 = 1 << 30;

/// A bot that reads from a broker.
pub(super) struct Bot {
    broker: Broker,
    settings: Settings,
    environment: Environment,
    /// Until the bot stops.
    feed: Option<Arc<Feed>>,
    finishing: Option<Finishing>,
    stopped: Option<oneshot::Sender<Result>>,
    /// The filters of the triggers that exist at the start.
    startup: BTreeSet<String>,
    /// The filters of signals and of triggers that were added later.
    later: BTreeSet<String>,
    intakes: Vec<Intake>,
    ledger: Ledger,
    outcome_sender: mpsc::UnboundedSender<(u64, Outcome)>,
    outcomes: mpsc::UnboundedReceiver<(u64, Outcome)>,
    /// Failed events that the broker has not stored yet.
    handovers: FxHashMap<u64, Handover>,
    next_handover: u64,
    copies: Option<Copies>,
    wants_answers: bool,
    /// The number of sessions that have opened their consumers.
    connections: u64,
    /// What the client has not been told yet about the connection.
    signals: Batch,
    is_connected: bool,
    failures: usize,
    reported: Option<String>,
    /// The time of the latest event.
    last_event: Option<Timestamp>,
    next_gap: u32,
    is_relay_silent: bool,
    unclaimed: FxHashMap<String, u64>,
}

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

/// The connection of a session.
struct Connection {
    client: Client,
    context: Context,
    events: Stream,
    /// Handovers that are being stored.
    storing: FuturesUnordered<BoxFuture<'static, (u64, Result)>>,
    /// The question to the copies of the bot.
    asking: FuturesUnordered<BoxFuture<'static, Result<Vec<BTreeSet<String>>>>>,
}

impl Bot {
    pub(super) fn new(broker: Broker, settings: Settings, feed: Feed) -> Self {
        let environment = feed.environment();
        let interests = feed.interests();
        let startup = message::filters(environment, interests.startup.iter().map(|(_, interest)| &**interest));
        let (outcome_sender, outcomes) = mpsc::unbounded_channel();
        let copies = settings.durable.as_deref().map(|name| Copies::new(environment, name, startup.clone()));
        // Without filters, a consumer would get everything.
        let startup_role = (!startup.is_empty()).then_some(Role::Startup);
        let retry_role = settings.durable.as_ref().map(|_| Role::Retry);
        let roles = startup_role.into_iter().chain([Role::Later]).chain(retry_role);
        Self {
            broker,
            environment,
            finishing: Some(feed.finishing()),
            feed: Some(Arc::new(feed)),
            stopped: None,
            later: later_filters(environment, &[]),
            startup,
            intakes: roles.map(Intake::new).collect(),
            ledger: Ledger::default(),
            outcome_sender,
            outcomes,
            handovers: FxHashMap::default(),
            next_handover: 0,
            copies,
            wants_answers: false,
            connections: 0,
            signals: Batch::new(0),
            is_connected: false,
            failures: 0,
            reported: None,
            last_event: None,
            next_gap: FIRST_GAP,
            is_relay_silent: false,
            unclaimed: FxHashMap::default(),
            settings,
        }
    }

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

    const fn is_stopping(&self) -> bool {
        self.feed.is_none()
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
        self.signals.connected(self.connections);
        for (&key, handover) in &self.handovers {
            connection.store(key, handover);
        }
        self.serve(&mut connection, &failure).await
    }

    async fn open(&mut self, failure: Arc<Failure>) -> Result<Connection> {
        let client = self.broker.open(Reconnect::Never(failure)).await?;
        let context = jetstream::new(client.clone());
        let events = consumer::stream(&context, EVENTS).await?;
        self.open_intakes(&context, &events).await?;
        if let Some(copies) = &mut self.copies {
            copies.listen(&client).await?;
        }
        let (storing, asking) = (FuturesUnordered::new(), FuturesUnordered::new());
        Ok(Connection { client, context, events, storing, asking })
    }

    async fn open_intakes(&mut self, context: &Context, events: &Stream) -> Result {
        let first = first_position(self.settings.since, SystemTime::now());
        let mut missed = None;
        // Signals are read from where the other events are.
        let mut first_of_signals = first;
        for intake in &mut self.intakes {
            let consumer = match (intake.role, &self.settings.durable) {
                (Role::Startup, Some(name)) => {
                    let info = events.cached_info();
                    let resumption = intake.resume(info, first);
                    if resumption.is_emptied {
                        missed = self.last_event.map(|last| (last, Timestamp(info.created.unix_timestamp())));
                        self.ledger.forget(Role::Startup);
                    }
                    let wanted = consumer::durable(name, &self.startup, resumption.policy, &self.settings);
                    let (consumer, found) = consumer::open(events, &wanted).await?;
                    if let Some(found) = found.filter(|_| self.connections == 0) {
                        first_of_signals =
                            DeliverPolicy::ByStartSequence { start_sequence: found.ack_floor.stream_sequence + 1 };
                        // What was dropped because it was too old was not delivered.
                        let dropped_until = info.state.first_sequence.saturating_sub(1);
                        if let Some(last) = found.delivered.last_active
                            && found.delivered.stream_sequence < dropped_until
                        {
                            let until = info.state.first_timestamp.unix_timestamp();
                            missed = Some((Timestamp(last.unix_timestamp()), Timestamp(until)));
                        }
                    }
                    consumer
                }
                (Role::Retry, durable) => {
                    let name = durable.as_deref().unwrap_or_default();
                    let retries = consumer::stream(context, RETRY).await?;
                    if intake.resume(retries.cached_info(), DeliverPolicy::All).is_emptied {
                        self.ledger.forget(Role::Retry);
                    }
                    let filters = BTreeSet::from([dead::subject(RETRY, name, "*").replace("%2A", "*")]);
                    let wanted = consumer::durable(name, &filters, DeliverPolicy::All, &self.settings);
                    consumer::open(&retries, &wanted).await?.0
                }
                (role, _) => {
                    let (first, filters) =
                        if role == Role::Later { (first_of_signals, &self.later) } else { (first, &self.startup) };
                    let resumption = intake.resume(events.cached_info(), first);
                    if resumption.is_emptied && role == Role::Startup {
                        let created = Timestamp(events.cached_info().created.unix_timestamp());
                        missed = self.last_event.map(|last| (last, created));
                    }
                    consumer::create_ephemeral(events, filters, resumption.policy).await?
                }
            };
            intake.set_consumer(consumer);
        }
        if let Some(missed) = missed {
            self.report_missed(missed);
        }
        Ok(())
    }

    /// Reports that the broker has dropped events before they were delivered.
    fn report_missed(&mut self, (from, to): (Timestamp, Timestamp)) {
        let (now, id) = (Timestamp::from(SystemTime::now()), self.next_gap);
        self.next_gap += 1;
        let gap = Gap::new(now, id, (Scope::All, KindSet::ALL), (from, Some(to.max(from))), GapCause::Dropped, None);
        self.signals.message(Delivered {
            event: gap.into(),
            text: None,
            delivery: Delivery::new(SystemTime::now(), Origin::Program),
            recipients: Recipients::All,
            acknowledge: None,
        });
    }

    fn take_signals(&mut self) -> Batch {
        mem::replace(&mut self.signals, Batch::new(0))
    }

    async fn send(&self, batch: Batch) {
        if let Some(feed) = &self.feed {
            feed.send(batch).await;
        }
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

    /// Ends the source. What the triggers are working on is still settled.
    fn end(&mut self, result: Result) {
        self.feed = None;
        if let Some(stopped) = self.stopped.take() {
            let _ = stopped.send(result);
        }
    }

    /// Tells the broker that everything that is not settled is still being handled.
    fn report_progress(&mut self) {
        if self.settings.durable.is_none() {
            return;
        }
        self.ledger.report_progress();
        for intake in self.intakes.iter().filter(|intake| intake.role != Role::Later) {
            intake.queue().for_each(|received| self.ledger.acknowledge(received, AckKind::Progress));
        }
    }

    /// Passes events on.
    async fn deliver(&mut self, connection: &mut Connection) {
        let mut batch = self.take_signals();
        for index in 0..self.intakes.len() {
            for _ in 0..CHUNK {
                let Some(received) = self.intakes[index].pop() else { break };
                let role = self.intakes[index].role;
                // The broker has not been told in time that it is being handled.
                if self.ledger.contains(role, &received) {
                    continue;
                }
                match role {
                    Role::Startup => self.deliver_startup(received, &mut batch, connection),
                    Role::Later => self.push(received, Role::Later, Recipients::Later, &mut batch),
                    Role::Retry => self.deliver_retry(received, &mut batch, connection),
                }
            }
        }
        if !batch.is_empty() {
            self.send(batch).await;
        }
    }

    fn deliver_startup(&mut self, received: Received, batch: &mut Batch, connection: &mut Connection) {
        let recipients = Recipients::Startup;
        let subject = &received.message.subject;
        let Some(name) = self.settings.durable.clone() else {
            return self.push(received, Role::Startup, recipients, batch);
        };
        let now = Instant::now();
        let max_deliveries = self.settings.max_deliveries;
        let verdict = match &mut self.copies {
            Some(copies) if !copies.takes(subject) => match copies.foreign(subject, now) {
                Foreign::Return => Some(AckKind::Nak(Some(RETURN_DELAY))),
                Foreign::Drop => {
                    self.count_unclaimed(&received.message.subject);
                    Some(AckKind::Ack)
                }
            },
            Some(copies) if received.deliveries > max_deliveries => match copies.all_take(subject) {
                None => {
                    self.wants_answers = true;
                    Some(AckKind::Nak(Some(RETURN_DELAY)))
                }
                // Copies of another version have given it back.
                Some(false) => None,
                Some(true) => return self.bury(&name, "", received, Role::Startup, connection),
            },
            _ => None,
        };
        match verdict {
            Some(kind) => self.ledger.acknowledge(&received, kind),
            None => self.push(received, Role::Startup, recipients, batch),
        }
    }

    fn count_unclaimed(&mut self, subject: &str) {
        let count = self.unclaimed.entry(subject.to_owned()).or_default();
        *count += 1;
        if *count == 1 {
            warn!("events of `{subject}` are dropped, because no copy of the bot takes them any more");
        }
    }

    fn deliver_retry(&mut self, received: Received, batch: &mut Batch, connection: &mut Connection) {
        let Some(name) = self.settings.durable.clone() else { return };
        let trigger = received.message.subject.rsplit('.').next().and_then(unescape).unwrap_or_default();
        let attempts = received.attempts();
        // The delivery that is delayed is not an attempt.
        if received.deliveries > self.settings.max_deliveries + 1 {
            return self.bury(&name, &trigger, received, Role::Retry, connection);
        }
        if let Some(delay) = self.settings.retry_delay(attempts).filter(|_| received.deliveries == 1) {
            return self.ledger.acknowledge(&received, AckKind::Nak(Some(delay)));
        }
        let recipients = if trigger.is_empty() { Recipients::Startup } else { Recipients::Trigger(trigger.into()) };
        self.push(received, Role::Retry, recipients, batch);
    }

    /// Makes an event a dead letter that was delivered again and again without being settled.
    fn bury(&mut self, bot: &str, trigger: &str, received: Received, role: Role, connection: &mut Connection) {
        let deliveries = received.deliveries;
        let what = if trigger.is_empty() { "the bot" } else { trigger };
        let error = format!(
            "was delivered {deliveries} times without being settled; {what} may be killed by it, or is missing"
        );
        warn!("an event of `{}` {error}; it is now a dead letter", received.message.subject);
        let event = received.failed(bot, trigger, &error, deliveries);
        let (subject, message) = event.to_message(DEAD);
        let settles = Settles::Event(self.ledger.add(role, received));
        self.hand_over(Handover { subject, message, settles }, connection);
    }

    /// Adds an event to a batch. What becomes of it is reported if it comes from a durable consumer.
    fn push(&mut self, received: Received, role: Role, recipients: Recipients, batch: &mut Batch) {
        let is_durable = self.settings.durable.is_some() && role != Role::Later;
        let event = match received.event(role) {
            Ok(event) => event,
            Err(fault) => {
                batch.fault(fault);
                None
            }
        };
        let Some(event) = event else {
            if is_durable {
                self.ledger.acknowledge(&received, AckKind::Ack);
            }
            return;
        };
        self.last_event = self.last_event.max(event.timestamp());
        let delivery = received.delivery(role, &event);
        let recipients = if event.kind().class() == EventClass::Signal { Recipients::All } else { recipients };
        let keeps_text = self.feed.as_ref().is_some_and(|feed| feed.keeps_text());
        let text = (keeps_text && event.kind().is_from_game()).then(|| received.text().into_owned());
        let acknowledge = is_durable.then(|| {
            let id = self.ledger.add(role, received);
            Box::new(Receipt { id, outcomes: self.outcome_sender.clone() }) as Box<dyn Acknowledge>
        });
        batch.message(Delivered { event, text, delivery, recipients, acknowledge });
    }

    fn handle_outcome(&mut self, id: u64, outcome: Outcome, connection: &mut Connection) {
        // After the broker has lost its store, there is nothing to acknowledge.
        let Some(Unsettled { role, received }) = self.ledger.get(id) else { return };
        let kind = match outcome {
            Outcome::Settled => AckKind::Ack,
            Outcome::Returned => AckKind::Nak(match role {
                _ if self.is_stopping() => None,
                Role::Retry => Some(ABSENT_DELAY),
                _ => Some(RETURN_DELAY),
            }),
            Outcome::Failed { failure: RunFailure { trigger, message, .. }, ticket } => {
                let Some(bot) = &self.settings.durable else { return };
                let attempts = received.attempts() + 1;
                let is_final = self.settings.retry_delay(attempts).is_none();
                if is_final {
                    let subject = received.event_subject();
                    error!(
                        "`{trigger}` has failed {attempts} times on an event of `{subject}`; it is now a dead letter"
                    );
                }
                let event = received.failed(bot, &trigger, &message, attempts);
                let root = if is_final { DEAD } else { RETRY };
                return self.hand_over(Handover::new(&event, root, Settles::Ticket(ticket)), connection);
            }
        };
        self.ledger.settle(id, kind);
    }

    fn hand_over(&mut self, handover: Handover, connection: &mut Connection) {
        self.next_handover += 1;
        connection.store(self.next_handover, &handover);
        self.handovers.insert(self.next_handover, handover);
    }

    /// The broker has stored a failed event.
    fn handed_over(&mut self, key: u64) {
        match self.handovers.remove(&key).map(|handover| handover.settles) {
            Some(Settles::Ticket(ticket)) => ticket.settle(),
            Some(Settles::Event(id)) => self.ledger.settle(id, AckKind::Ack),
            None => {}
        }
    }

    /// Asks the copies of the bot what they take, if that has to be known.
    fn ask(&mut self, connection: &mut Connection) {
        let Some(copies) = &mut self.copies else { return };
        if let Some(subject) = copies.next_question(mem::take(&mut self.wants_answers), Instant::now()) {
            connection.asking.push(Box::pin(copies::ask(connection.client.clone(), subject)));
        }
    }

    async fn answer(&self, question: Option<Message>, client: &Client) -> Result {
        let (Some(copies), Some(question)) = (&self.copies, question) else {
            return Err(Error::new(ErrorKind::Broker, "the broker has closed a subscription"));
        };
        let Some(reply) = question.reply else { return Ok(()) };
        client.publish(reply, copies.answer().into()).await.map_err(|error| broken(&error))
    }

    async fn handle_answers(&mut self, answers: Vec<BTreeSet<String>>, connection: &Connection) -> Result {
        let (Some(copies), Some(name)) = (&mut self.copies, &self.settings.durable) else { return Ok(()) };
        let (now, unclaimed_for) = (Instant::now(), self.settings.unclaimed_for);
        let Some(all) = copies.answered(answers, unclaimed_for, now) else { return Ok(()) };
        let filters = message::merge_filters(all.iter().map(String::as_str));
        let wanted = consumer::durable(name, &self.startup, DeliverPolicy::New, &self.settings);
        consumer::replace_filters(&connection.events, &wanted, filters).await?;
        copies.filters_replaced();
        Ok(())
    }

    /// Follows the triggers that are added and removed while the bot runs. Without `narrow`, filters are only added, so that
    /// a loop of `wait_for` does not change the consumer again and again.
    async fn update_later(&mut self, connection: &Connection, narrow: bool) -> Result {
        let Some(feed) = &self.feed else { return Ok(()) };
        let wanted = later_filters(self.environment, &feed.interests().later);
        let merged = message::merge_filters(self.later.iter().chain(&wanted).map(String::as_str));
        let filters = if narrow { wanted } else { merged };
        if filters == self.later {
            return Ok(());
        }
        if let Some(intake) = self.intakes.iter().find(|intake| intake.role == Role::Later)
            && let Some(info) = intake.consumer_info()
        {
            consumer::update_ephemeral(&connection.events, info, &filters).await?;
        }
        self.later = filters;
        Ok(())
    }

    /// Checks what others can have changed.
    async fn check(&mut self, connection: &Connection) -> Result {
        if self.is_stopping() {
            return Ok(());
        }
        self.update_later(connection, true).await?;
        if let Some(name) = self.settings.durable.as_ref().filter(|_| !self.startup.is_empty()) {
            let wanted = consumer::durable(name, &self.startup, DeliverPolicy::New, &self.settings);
            consumer::open(&connection.events, &wanted).await?;
        }
        let state = connection.events.get_info().await.map_err(|error| broken(&error))?.state;
        let last: SystemTime = state.last_timestamp.into();
        let silence = SystemTime::now().duration_since(last).unwrap_or_default();
        let is_silent = state.messages > 0 && silence > SILENCE;
        if is_silent && !self.is_relay_silent {
            warn!("nothing has been published to `{EVENTS}` for {} seconds; is a relay running?", silence.as_secs());
        }
        self.is_relay_silent = is_silent;
        Ok(())
    }
}

impl Connection {
    fn store(&mut self, key: u64, handover: &Handover) {
        let (context, subject, message) = (self.context.clone(), handover.subject.clone(), handover.message.clone());
        self.storing.push(Box::pin(async move { (key, dead::store(&context, subject, message).await.map(drop)) }));
    }
}

/// Returns the filters of signals and of these interests.
fn later_filters(environment: Environment, interests: &[Arc<Interest>]) -> BTreeSet<String> {
    let signals = message::signal_filters(environment);
    let events = message::filters(environment, interests.iter().map(|interest| &**interest));
    message::merge_filters(signals.iter().chain(&events).map(String::as_str))
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
