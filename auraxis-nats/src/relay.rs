//! Publishes everything that a client receives.

use std::time::Duration;

use auraxis_core::{
    delivery::Delivery,
    environment::Environment,
    event::{
        AlertEnd, AlertStart, Event, FacilityCapture, FacilityDefence, PopulationReport, SessionEnd, SessionStart,
    },
};
use auraxis_runtime::{ClientBuilder, Tap, Trigger};
use tracing::warn;

use crate::{
    Broker, Result,
    headers::milliseconds,
    numbering::Numbering,
    outgoing::Outgoing,
    publisher::{PublishSender, Publisher, PublisherSettings, PublisherStats},
};

/// A relay: a client whose events are published to the broker.
///
/// Several relays, on several machines, can publish to the same broker, which stores each event once. If they derive
/// different values, for example because one was started in the middle of an alert, the broker stores the event that it
/// receives first. Gaps and other signals are those of one relay: another relay may have published what is missing.
///
/// Use [`backfill`](ClientBuilder::backfill) only for a single relay: events from REST have other fields, so the broker does
/// not recognize those that it has stored.
///
/// ```no_run
/// use std::time::Duration;
///
/// use auraxis_nats::{PublisherSettings, Relay};
/// use auraxis_runtime::Client;
///
/// # async fn run() -> auraxis_runtime::Result {
/// let builder = Client::builder().service_id("s:example");
/// let broker = "nats://127.0.0.1:4222".parse()?;
/// let relay = Relay::start(broker, builder.platform(), PublisherSettings::default()).await?;
/// relay.attach(builder).build()?.run().await?;
/// relay.finish(Duration::from_secs(10)).await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Relay {
    environment: Environment,
    publisher: Publisher,
}

impl Relay {
    /// Connects to the broker: see [`Publisher::start`].
    ///
    /// # Errors
    ///
    /// Returns an error if the broker cannot be used.
    pub async fn start(broker: Broker, environment: Environment, settings: PublisherSettings) -> Result<Self> {
        Ok(Self { environment, publisher: Publisher::start(broker, environment, settings).await? })
    }

    /// Makes a client receive all events, derived events and signals, and publish them.
    pub fn attach(&self, builder: ClientBuilder) -> ClientBuilder {
        let tap = RelayTap::new(&self.publisher, self.environment);
        builder.environment(self.environment).tap(tap).trigger(everything())
    }

    /// Returns the counters.
    #[must_use]
    pub fn stats(&self) -> PublisherStats {
        self.publisher.sender().stats()
    }

    /// Waits until everything is published: see [`Publisher::finish`]. The client has to be stopped before.
    pub async fn finish(self, grace: Duration) -> PublisherStats {
        self.publisher.finish(grace).await
    }
}

/// A trigger that needs everything, so that the client subscribes to it. The events are published by the tap.
fn everything() -> Trigger {
    Trigger::builder::<Event>()
        .on::<Event>()
        .on::<SessionStart>()
        .on::<SessionEnd>()
        .on::<AlertStart>()
        .on::<AlertEnd>()
        .on::<FacilityCapture>()
        .on::<FacilityDefence>()
        .on::<PopulationReport>()
        .named("relay")
        .action(|_: Event| {})
}

/// Passes everything that a client delivers to a [`Publisher`]. Never waits.
#[derive(Debug)]
pub struct RelayTap {
    environment: Environment,
    sender: PublishSender,
    numbering: Numbering,
    evicted: u64,
}

impl RelayTap {
    /// Creates the tap of a client. Each client needs its own publisher, so that equal events have the same numbers as in
    /// other relays.
    #[must_use]
    pub fn new(publisher: &Publisher, environment: Environment) -> Self {
        let numbering = Numbering::new(publisher.duplicate_window());
        Self { environment, sender: publisher.sender(), numbering, evicted: 0 }
    }
}

impl Tap for RelayTap {
    fn event(&mut self, event: &Event, text: Option<&str>, delivery: &Delivery) {
        if !event.kind().travels() {
            return;
        }
        let now_ms = milliseconds(delivery.received_at);
        let id = self.numbering.number(event.message_id(), event.can_have_twins(), now_ms);
        if let Some(message) = Outgoing::new(self.environment, event, text, id.to_string(), delivery) {
            self.sender.send(message);
        }
        if self.numbering.evicted() > self.evicted {
            self.evicted = self.numbering.evicted();
            warn!("more equal events than can be numbered; {} ids were forgotten early", self.evicted);
        }
    }
}

#[cfg(test)]
mod tests {
    use auraxis_core::event::EventKind;
    use auraxis_runtime::Client;

    use super::*;

    #[test]
    fn everything_that_can_be_derived_is_needed() {
        let client = Client::builder().service_id("s:test").trigger(everything()).build().unwrap();
        let explained = client.explain();
        for kind in EventKind::DERIVED {
            assert!(explained.contains(kind.name()), "{kind:?} is not in:\n{explained}");
        }
    }
}
