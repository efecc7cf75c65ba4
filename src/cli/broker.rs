//! Reading from a broker.
#![allow(clippy::doc_markdown)] // Doc comments are the help text here.

use std::time::Duration;

#[cfg(not(feature = "nats"))]
use auraxis_runtime::Error;
use auraxis_runtime::{ClientBuilder, Result};
use clap::Args;

use super::duration::duration;

/// The flags of a bot that reads from a broker.
#[derive(Args)]
#[group(skip)]
pub(super) struct BrokerArguments {
    /// Read from a NATS server to which auraxis-relay publishes, e.g. nats://127.0.0.1:4222, instead of the event stream
    #[arg(long, value_name = "URL", env = "AURAXIS_FROM", hide_env_values = true)]
    from: Option<String>,

    /// With --from: the name that all copies of this bot share, which continue where they were
    #[arg(long, value_name = "NAME", env = "AURAXIS_DURABLE")]
    durable: Option<String>,

    /// With --from: begin this long ago, e.g. 1h, unless the broker knows the durable name
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    since: Option<Duration>,

    /// With --from: begin with the first event that the broker has, unless it knows the durable name
    #[arg(long)]
    since_start: bool,

    #[cfg(feature = "nats")]
    #[command(flatten)]
    login: auraxis_nats::LoginArguments,

    /// Whether a flag selects the event stream.
    #[arg(skip)]
    pub(super) is_overridden: bool,
}

impl BrokerArguments {
    pub(super) fn apply(self, builder: ClientBuilder) -> Result<ClientBuilder> {
        if self.is_overridden { Ok(builder.event_stream()) } else { self.read_from(builder) }
    }

    #[cfg(feature = "nats")]
    fn read_from(self, mut builder: ClientBuilder) -> Result<ClientBuilder> {
        use auraxis_nats::{Broker, FromNats as _, NatsSource, Since};
        use auraxis_runtime::IntoError as _;

        if let Some(url) = &self.from {
            // Otherwise it would be reported when the client runs.
            url.parse::<Broker>().map_err(auraxis_nats::Error::into_error)?;
        }
        builder = crate::run::read_from(builder, self.from.as_deref(), self.durable.as_deref());
        if let Some(ago) = self.since {
            builder = builder.since(ago);
        }
        if self.since_start {
            builder = builder.since(Since::Start);
        }
        if !self.login.is_empty() {
            builder = builder.configure_source(|source: NatsSource| source.broker(|broker| self.login.apply(broker)));
        }
        Ok(builder)
    }

    #[cfg(not(feature = "nats"))]
    fn read_from(self, builder: ClientBuilder) -> Result<ClientBuilder> {
        if self.from.is_some() || self.durable.is_some() || self.since.is_some() || self.since_start {
            return Err(Error::setup(
                "cannot read from a broker: this program was built without it; enable the feature `nats` of auraxis",
            ));
        }
        Ok(builder)
    }
}
