//! Following what changes while the bot runs: its triggers, its copies, and the relay.

use std::{
    collections::BTreeSet,
    mem,
    time::{Duration, Instant, SystemTime},
};

use async_nats::{Client, Message, jetstream::consumer::DeliverPolicy};
use auraxis_core::message;
use tracing::warn;

use super::{
    bot::{Bot, later_filters},
    connection::Connection,
    consumer, copies,
    intake::Role,
};
use crate::{Error, ErrorKind, Result, connect::broken, stream::EVENTS};

/// After which silence a missing relay is reported. A relay that is connected is never silent for so long, except for
/// platforms on which nobody plays.
const SILENCE: Duration = Duration::from_mins(2);

impl Bot {
    /// Follows the triggers that are added and removed while the bot runs. Without `narrow`, filters are only added, so that
    /// a loop of `wait_for` does not change the consumer again and again.
    pub(super) async fn update_later(&mut self, connection: &Connection, narrow: bool) -> Result {
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
    pub(super) async fn check(&mut self, connection: &Connection) -> Result {
        if self.is_stopping() {
            return Ok(());
        }
        self.update_later(connection, true).await?;
        if let Some(name) = self.settings.durable.as_ref().filter(|_| !self.startup.filters().is_empty()) {
            let wanted = consumer::durable(name, self.startup.filters(), DeliverPolicy::New, &self.settings);
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

    /// Asks the copies of the bot what they take, if that has to be known.
    pub(super) fn ask(&mut self, connection: &mut Connection) {
        let Some(copies) = &mut self.copies else { return };
        if let Some(subject) = copies.next_question(mem::take(&mut self.wants_answers), Instant::now()) {
            connection.asking.push(Box::pin(copies::ask(connection.client.clone(), subject)));
        }
    }

    pub(super) async fn answer(&self, question: Option<Message>, client: &Client) -> Result {
        let (Some(copies), Some(question)) = (&self.copies, question) else {
            return Err(Error::new(ErrorKind::Broker, "the broker has closed a subscription"));
        };
        let Some(reply) = question.reply else { return Ok(()) };
        client.publish(reply, copies.answer().into()).await.map_err(|error| broken(&error))
    }

    pub(super) async fn handle_answers(&mut self, answers: Vec<BTreeSet<String>>, connection: &Connection) -> Result {
        let (Some(copies), Some(name)) = (&mut self.copies, &self.settings.durable) else { return Ok(()) };
        let (now, unclaimed_for) = (Instant::now(), self.settings.unclaimed_for);
        let Some(all) = copies.answered(answers, unclaimed_for, now) else { return Ok(()) };
        let filters = message::merge_filters(all.iter().map(String::as_str));
        let wanted = consumer::durable(name, self.startup.filters(), DeliverPolicy::New, &self.settings);
        consumer::replace_filters(&connection.events, &wanted, filters).await?;
        copies.filters_replaced();
        Ok(())
    }
}
