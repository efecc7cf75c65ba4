//! Passing on what the consumers have delivered, or refusing it.

use std::time::{Duration, Instant};

use async_nats::jetstream::AckKind;
use auraxis_core::{
    event::{Event, EventClass},
    message::unescape,
};
use auraxis_runtime::source::{Acknowledge, Batch, Message as Delivered, Recipients};
use tracing::warn;

use super::{
    bot::Bot,
    connection::Connection,
    copies::Foreign,
    handover::{Handover, Settles},
    intake::{Received, Role},
    ledger::Unsettled,
    receipt::Receipt,
};
use crate::stream::DEAD;

/// The number of events of a consumer in a batch.
const CHUNK: usize = 256;

/// The delay before an event that is given back is delivered again, to any copy.
pub(super) const RETURN_DELAY: Duration = Duration::from_millis(200);

impl Bot {
    /// Passes events on.
    pub(super) async fn deliver(&mut self, connection: &mut Connection) {
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
        if self.settings.durable.is_none() {
            return self.push(received, Role::Startup, recipients, batch);
        }
        let now = Instant::now();
        let max_deliveries = self.settings.max_deliveries;
        let verdict = match &mut self.copies {
            Some(copies) if !self.startup.contains(subject) => match copies.foreign(subject, now) {
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
                Some(true) => return self.bury("", received, Role::Startup, connection),
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
        let trigger = received.message.subject.rsplit('.').next().and_then(unescape).unwrap_or_default();
        let attempts = received.attempts();
        // The delivery that is delayed is not an attempt.
        if received.deliveries > self.settings.max_deliveries + 1 {
            return self.bury(&trigger, received, Role::Retry, connection);
        }
        if let Some(delay) = self.settings.retry_delay(attempts).filter(|_| received.deliveries == 1) {
            return self.ledger.acknowledge(&received, AckKind::Nak(Some(delay)));
        }
        let recipients = if trigger.is_empty() { Recipients::Startup } else { Recipients::Trigger(trigger.into()) };
        self.push(received, Role::Retry, recipients, batch);
    }

    /// Makes an event a dead letter that was delivered again and again without being settled.
    fn bury(&mut self, trigger: &str, received: Received, role: Role, connection: &mut Connection) {
        let id = self.ledger.add(role, received);
        let (Some(bot), Some(Unsettled { received, .. })) = (&self.settings.durable, self.ledger.get(id)) else {
            return;
        };
        let deliveries = received.deliveries;
        let what = if trigger.is_empty() { "the bot" } else { trigger };
        let error = format!(
            "was delivered {deliveries} times without being settled; {what} may be killed by it, or is missing"
        );
        warn!("an event of `{}` {error}; it is now a dead letter", received.message.subject);
        let event = received.failed(bot, trigger, &error, deliveries);
        let handover = Handover::new(&event, DEAD, Settles::Event(id));
        self.hand_over(handover, connection);
    }

    /// Returns whether this event also comes, or has come, from the consumer of the triggers of the start.
    fn is_copy(&mut self, role: Role, event: &Event, subject: &str) -> bool {
        match role {
            Role::Startup => false,
            // Signals are taken from here alone.
            Role::Later => event.kind().class() != EventClass::Signal && self.startup.contains(subject),
            Role::Retry => true,
        }
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
        let is_copy = self.is_copy(role, &event, &received.message.subject);
        let recipients = if event.kind().class() == EventClass::Signal { Recipients::All } else { recipients };
        let keeps_text = self.feed.as_ref().is_some_and(|feed| feed.keeps_text());
        let text = (keeps_text && event.kind().is_from_game()).then(|| received.text().into_owned());
        let acknowledge = is_durable.then(|| {
            let id = self.ledger.add(role, received);
            Box::new(Receipt { id, outcomes: self.outcome_sender.clone() }) as Box<dyn Acknowledge>
        });
        batch.message(Delivered { event, text, delivery, recipients, is_copy, acknowledge });
    }
}
