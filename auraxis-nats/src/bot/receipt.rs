//! What the triggers have done with an event, on its way to the thread of the broker.

use auraxis_runtime::source::{Acknowledge, RunFailure, Ticket};
use tokio::sync::mpsc::UnboundedSender;

/// What has become of an event.
#[derive(Debug)]
pub(super) enum Outcome {
    Settled,
    Returned,
    Failed { failure: RunFailure, ticket: Ticket },
}

/// Reports what becomes of an event. The channel is bounded by the number of events that are not settled.
#[derive(Debug)]
pub(super) struct Receipt {
    pub(super) id: u64,
    pub(super) outcomes: UnboundedSender<(u64, Outcome)>,
}

impl Receipt {
    fn report(&self, outcome: Outcome) {
        // Fails only if the thread has ended, after which the broker delivers the event again.
        let _ = self.outcomes.send((self.id, outcome));
    }
}

impl Acknowledge for Receipt {
    fn settled(&self) {
        self.report(Outcome::Settled);
    }

    fn returned(&self) {
        self.report(Outcome::Returned);
    }

    fn failed(&self, failure: RunFailure, ticket: Ticket) {
        self.report(Outcome::Failed { failure, ticket });
    }
}
