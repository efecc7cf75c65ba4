//! Opening a connection and its consumers, each where the one before ended.

use std::{collections::BTreeSet, sync::Arc, time::SystemTime};

use async_nats::jetstream::{self, Context, consumer::DeliverPolicy, stream::Stream};
use auraxis_core::{
    delivery::{Delivery, Origin},
    event::{Gap, GapCause, KindSet},
    scope::Scope,
    time::Timestamp,
};
use auraxis_runtime::source::{Message as Delivered, Recipients};

use super::{
    bot::Bot,
    connection::Connection,
    consumer::{self, first_position},
    intake::Role,
};
use crate::{
    Result,
    connect::{Failure, Reconnect},
    dead,
    stream::{EVENTS, RETRY},
};

impl Bot {
    pub(super) async fn open(&mut self, failure: Arc<Failure>) -> Result<Connection> {
        let client = self.broker.open(Reconnect::Never(failure)).await?;
        let context = jetstream::new(client.clone());
        let events = consumer::stream(&context, EVENTS).await?;
        self.open_intakes(&context, &events).await?;
        if let Some(copies) = &mut self.copies {
            copies.listen(&client).await?;
        }
        Ok(Connection::new(client, context, events))
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
                    let wanted = consumer::durable(name, self.startup.filters(), resumption.policy, &self.settings);
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
                    let (first, filters) = if role == Role::Later {
                        (first_of_signals, &self.later)
                    } else {
                        (first, self.startup.filters())
                    };
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
            is_copy: false,
            acknowledge: None,
        });
    }
}
