//! What outlives a session.

use std::{collections::BTreeSet, mem, sync::Arc};

use auraxis_core::{environment::Environment, interest::Interest, message, time::Timestamp};
use auraxis_runtime::source::{Batch, Feed, Finishing};
use rustc_hash::FxHashMap;
use tokio::sync::{mpsc, oneshot};

use super::{
    copies::Copies,
    handover::Handover,
    intake::{Intake, Role},
    ledger::Ledger,
    receipt::Outcome,
    settings::Settings,
    subjects::Subjects,
};
use crate::{Broker, Result};

/// The ids of gaps that a bot reports begin here, so that they differ from those of relays.
const FIRST_GAP: u32 = 1 << 30;

/// A bot that reads from a broker.
pub(super) struct Bot {
    pub(super) broker: Broker,
    pub(super) settings: Settings,
    pub(super) environment: Environment,
    /// Until the bot stops.
    pub(super) feed: Option<Arc<Feed>>,
    pub(super) finishing: Option<Finishing>,
    pub(super) stopped: Option<oneshot::Sender<Result>>,
    /// What the triggers take that exist at the start.
    pub(super) startup: Subjects,
    /// The filters of signals and of triggers that were added later.
    pub(super) later: BTreeSet<String>,
    pub(super) intakes: Vec<Intake>,
    pub(super) ledger: Ledger,
    pub(super) outcome_sender: mpsc::UnboundedSender<(u64, Outcome)>,
    pub(super) outcomes: mpsc::UnboundedReceiver<(u64, Outcome)>,
    /// Failed events that the broker has not stored yet.
    pub(super) handovers: FxHashMap<u64, Handover>,
    pub(super) next_handover: u64,
    pub(super) copies: Option<Copies>,
    pub(super) wants_answers: bool,
    /// The number of sessions that have opened their consumers.
    pub(super) connections: u64,
    /// What the client has not been told yet about the connection.
    pub(super) signals: Batch,
    pub(super) is_connected: bool,
    pub(super) failures: usize,
    pub(super) reported: Option<String>,
    /// The time of the latest event.
    pub(super) last_event: Option<Timestamp>,
    pub(super) next_gap: u32,
    pub(super) is_relay_silent: bool,
    pub(super) unclaimed: FxHashMap<String, u64>,
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
            startup: Subjects::new(startup),
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

    pub(super) const fn is_stopping(&self) -> bool {
        self.feed.is_none()
    }

    /// Ends the source. What the triggers are working on is still settled.
    pub(super) fn end(&mut self, result: Result) {
        self.feed = None;
        if let Some(stopped) = self.stopped.take() {
            let _ = stopped.send(result);
        }
    }

    pub(super) fn take_signals(&mut self) -> Batch {
        mem::replace(&mut self.signals, Batch::new(0))
    }

    pub(super) async fn send(&self, batch: Batch) {
        if let Some(feed) = &self.feed {
            feed.send(batch).await;
        }
    }
}

/// Returns the filters of signals and of these interests.
pub(super) fn later_filters(environment: Environment, interests: &[Arc<Interest>]) -> BTreeSet<String> {
    let signals = message::signal_filters(environment);
    let events = message::filters(environment, interests.iter().map(|interest| &**interest));
    message::merge_filters(signals.iter().chain(&events).map(String::as_str))
}
