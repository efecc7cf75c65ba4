//! The source, and how to add it to a client.

use std::{sync::Arc, thread, time::Duration};

use auraxis_core::{environment::Environment, message};
use auraxis_runtime::{
    ClientBuilder, IntoError as _,
    source::{Explain, Feed, Interests, Running, Source},
};
use tokio::sync::oneshot;
use tracing::Span;

use super::{
    bot::Bot,
    settings::{Settings, Since},
};
use crate::{
    Broker, Error, ErrorKind, Result,
    stream::{EVENTS, RETRY},
};

/// Events from a broker, to which a [relay](crate::Relay) publishes them.
///
/// ```no_run
/// use auraxis_core::event::Death;
/// use auraxis_nats::NatsSource;
/// use auraxis_runtime::{Client, Trigger};
///
/// # async fn run() -> auraxis_runtime::Result {
/// let broker = "nats://127.0.0.1:4222".parse()?;
/// let client = Client::builder()
///     .source(NatsSource::new(broker).durable("obituaries"))
///     .trigger(Trigger::on::<Death>().action(|death: Death| println!("{} died", death.character_id)))
///     .build()?;
/// client.run().await
/// # }
/// ```
///
/// With a [durable name](Self::durable), an event is acknowledged when all triggers that take it have settled it. Without
/// one, the bot gets what is published while it runs, and what fails is only reported, as with the event stream.
#[derive(Debug)]
pub struct NatsSource {
    broker: Result<Option<Broker>>,
    settings: Settings,
}

impl Default for NatsSource {
    fn default() -> Self {
        Self { broker: Ok(None), settings: Settings::default() }
    }
}

impl NatsSource {
    /// Reads from this broker.
    #[must_use]
    pub fn new(broker: Broker) -> Self {
        Self { broker: Ok(Some(broker)), ..Self::default() }
    }

    /// Reads from the broker at this URL: see [`Broker`]. If it is invalid, the client stops with an error.
    #[must_use]
    pub fn url(self, url: &str) -> Self {
        Self { broker: url.parse().map(Some), ..self }
    }

    /// Changes how to log in at the broker.
    #[must_use]
    pub fn broker(self, change: impl FnOnce(Broker) -> Result<Broker>) -> Self {
        let missing =
            || Error::new(ErrorKind::Setup, "how to log in is set, but not at which broker; add `--from URL`");
        let change = |broker: Option<Broker>| broker.ok_or_else(missing).and_then(change).map(Some);
        Self { broker: self.broker.and_then(change), ..self }
    }

    /// Sets the name that all copies of the bot share, from letters, digits, `-` and `_`. The copies share the events, and
    /// the broker remembers what they have not handled. Default: none.
    #[must_use]
    pub fn durable(mut self, name: impl Into<String>) -> Self {
        self.settings.durable = Some(name.into());
        self
    }

    /// Sets where the bot begins: [now](Since::Now), which is the default, or earlier. If the broker knows the durable name,
    /// the bot continues where it was instead.
    #[must_use]
    pub fn since(mut self, since: impl Into<Since>) -> Self {
        self.settings.since = since.into();
        self
    }

    /// Sets how long the broker waits for a sign of life before it delivers an event to another copy. Default: 30 seconds.
    /// Signs are sent three times as often, however long a trigger runs.
    #[must_use]
    pub fn ack_wait(mut self, wait: Duration) -> Self {
        self.settings.ack_wait = wait.max(Duration::from_millis(100));
        self
    }

    /// Sets the delays between the attempts of a trigger to handle an event. After the last one, the event becomes a [dead
    /// letter](crate::dead). Default: 1 second, 10 seconds, 1 minute and 10 minutes, so five attempts.
    #[must_use]
    pub fn retry_delays(mut self, delays: impl IntoIterator<Item = Duration>) -> Self {
        self.settings.retry_delays = delays.into_iter().collect();
        self
    }

    /// Sets how often the broker can deliver an event that is never settled, because it kills the process, before it
    /// becomes a [dead letter](crate::dead). Default: 10.
    #[must_use]
    pub fn max_deliveries(mut self, deliveries: u64) -> Self {
        self.settings.max_deliveries = deliveries.max(1);
        self
    }

    /// Sets for how long events that this copy does not take, because another version of the bot has asked for them, are
    /// given back while no copy says that it takes them. After that they are dropped, and counted. Default: 30 seconds.
    #[must_use]
    pub fn unclaimed_for(mut self, time: Duration) -> Self {
        self.settings.unclaimed_for = time;
        self
    }

    fn check(self) -> Result<(Broker, Settings)> {
        let Self { broker, settings } = self;
        let missing =
            || Error::new(ErrorKind::Setup, "a durable name or a start is set, but no broker; add `--from URL`");
        let broker = broker?.ok_or_else(missing)?;
        if let Some(name) = &settings.durable {
            let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            if name.is_empty() || name.len() > 100 || !name.bytes().all(is_valid) {
                return Err(Error::new(
                    ErrorKind::Setup,
                    format!("the durable name `{name}` is invalid; use 1 to 100 letters, digits, `-` and `_`"),
                ));
            }
        }
        let name = settings.durable.as_deref().unwrap_or("auraxis bot").to_owned();
        Ok((broker.named(name), settings))
    }
}

impl Source for NatsSource {
    fn run(self: Box<Self>, feed: Feed) -> Running {
        Box::pin(async move {
            let (broker, settings) = self.check().map_err(Error::into_error)?;
            let (stopped, is_stopped) = oneshot::channel();
            let (span, log) = (Span::current(), tracing::dispatcher::get_default(Clone::clone));
            let bot = Bot::new(broker, settings, feed);
            // The broker is told about the last events after this source has stopped.
            let run = move || {
                let _log = tracing::dispatcher::set_default(&log);
                let _span = span.enter();
                bot.run(stopped);
            };
            thread::Builder::new()
                .name("auraxis-nats".into())
                .spawn(run)
                .map_err(|error| Error::new(ErrorKind::Setup, format!("cannot start the broker's thread: {error}")))
                .map_err(Error::into_error)?;
            is_stopped.await.unwrap_or(Ok(())).map_err(Error::into_error)
        })
    }

    fn is_broker(&self) -> bool {
        true
    }

    fn explain(&self) -> Option<Explain> {
        let (broker, durable) = (self.broker.as_ref().ok()?.clone()?, self.settings.durable.clone());
        Some(Arc::new(move |environment, interests| explain(&broker, durable.as_deref(), environment, interests)))
    }
}

fn explain(broker: &Broker, durable: Option<&str>, environment: Environment, interests: &Interests) -> String {
    let filters = message::filters(environment, interests.startup.iter().map(|(_, interest)| &**interest));
    let reads = match durable {
        Some(name) => format!("the durable consumer `{name}`, which all copies share; failures go to `{RETRY}.{name}`"),
        None => "an ephemeral consumer; failures are only reported".into(),
    };
    let subjects: Vec<_> = filters.iter().map(String::as_str).collect();
    let subjects = if subjects.is_empty() { "none".into() } else { subjects.join("\n  ") };
    format!("broker\n  {broker}, stream `{EVENTS}`\n  {reads}\nsubjects\n  {subjects}")
}

/// Reading from a broker as part of a client's settings. Each method is also a key of `run!`.
pub trait FromNats: Sized {
    /// Reads events from the broker at this URL, such as `nats://127.0.0.1:4222`, instead of the event stream. See
    /// [`NatsSource::url`].
    #[must_use]
    fn from(self, url: impl AsRef<str>) -> Self;

    /// Sets the durable name: see [`NatsSource::durable`].
    #[must_use]
    fn durable(self, name: impl Into<String>) -> Self;

    /// Sets where to begin: see [`NatsSource::since`].
    #[must_use]
    fn since(self, since: impl Into<Since>) -> Self;
}

impl FromNats for ClientBuilder {
    fn from(self, url: impl AsRef<str>) -> Self {
        self.configure_source(|source: NatsSource| source.url(url.as_ref()))
    }

    fn durable(self, name: impl Into<String>) -> Self {
        self.configure_source(|source: NatsSource| source.durable(name))
    }

    fn since(self, since: impl Into<Since>) -> Self {
        self.configure_source(|source: NatsSource| source.since(since))
    }
}
