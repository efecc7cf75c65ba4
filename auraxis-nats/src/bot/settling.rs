//! What becomes of an event after the triggers have reported its outcome.

use std::time::Duration;

use async_nats::jetstream::AckKind;
use auraxis_runtime::source::RunFailure;
use tracing::error;

use super::{
    bot::Bot,
    connection::Connection,
    delivering::RETURN_DELAY,
    handover::{Handover, Settles},
    intake::Role,
    ledger::Unsettled,
    receipt::Outcome,
};
use crate::stream::{DEAD, RETRY};

/// The delay before a failed event is delivered again to a bot that does not have its trigger, or has paused it.
const ABSENT_DELAY: Duration = Duration::from_secs(30);

impl Bot {
    pub(super) fn handle_outcome(&mut self, id: u64, outcome: Outcome, connection: &mut Connection) {
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

    pub(super) fn hand_over(&mut self, handover: Handover, connection: &mut Connection) {
        self.next_handover += 1;
        connection.store(self.next_handover, &handover);
        self.handovers.insert(self.next_handover, handover);
    }

    /// The broker has stored a failed event.
    pub(super) fn handed_over(&mut self, key: u64) {
        match self.handovers.remove(&key).map(|handover| handover.settles) {
            Some(Settles::Ticket(ticket)) => ticket.settle(),
            Some(Settles::Event(id)) => self.ledger.settle(id, AckKind::Ack),
            None => {}
        }
    }

    /// Tells the broker that everything that is not settled is still being handled.
    pub(super) fn report_progress(&mut self) {
        if self.settings.durable.is_none() {
            return;
        }
        self.ledger.report_progress();
        for intake in self.intakes.iter().filter(|intake| intake.role != Role::Later) {
            intake.queue().for_each(|received| self.ledger.acknowledge(received, AckKind::Progress));
        }
    }
}
