//! The builder of a client.

use std::{
    any::{Any, type_name},
    fmt, mem,
    sync::{Arc, Mutex, atomic::AtomicBool},
    time::Duration,
};

use auraxis_core::environment::Environment;
use rustc_hash::FxHashMap;
use tokio_util::task::TaskTracker;
use tracing::Span;

use super::{
    client::Client,
    companion::{self, Companion},
    run_config::{Origin, RunConfig},
    shared::Shared,
};
use crate::{
    config::{Config, variable},
    dispatch::{
        attempts::{HandlerError, OnAnyError},
        inbox::Inbox,
        lane::Tasks,
        order::Defaults,
        registry::Registry,
        required::RequiredRuns,
        stall::StallMonitor,
    },
    endpoint::Endpoint,
    error::{Error, ErrorKind, Result},
    recording::Settings,
    rest::builder::CensusBuilder,
    shutdown::Shutdown,
    source::Source,
    stream::{
        lock::StreamLock,
        status::Status,
        stream::{self, Stream},
    },
    tap::Tap,
    trigger::{
        builder::Trigger,
        context::{ByType, Shareable},
        registration::{Registration, registered},
    },
};

/// The maximum and the default of [`ClientBuilder::max_links`], to limit the load on the service.
const MAX_LINKS: u32 = 4;

/// The default of [`ClientBuilder::verify_interval`]: as long as a lost part of the subscription can go unnoticed.
const VERIFY_INTERVAL: Duration = Duration::from_mins(1);

/// The default of [`ClientBuilder::backfill_delay`].
const BACKFILL_DELAY: Duration = Duration::from_secs(30);

/// How long a connection is kept open that no trigger needs: longer than a REST request between two `wait_for` takes.
const LINGER: Duration = Duration::from_secs(30);

impl Client {
    /// Returns a builder for a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }
}

/// A builder for a [`Client`]. Each method that takes one argument is also a key of `run!`.
///
/// Settings that are not given are read from the environment variables `AURAXIS_SERVICE_ID`, `AURAXIS_ENVIRONMENT`,
/// `AURAXIS_ESS_URL` and `AURAXIS_REST_URL`, or have their default. (In `run!`, the variables take precedence over the
/// keys.)
#[must_use = "a builder does nothing until it is built"]
pub struct ClientBuilder {
    census: CensusBuilder,
    ess_url: Option<String>,
    states: ByType,
    triggers: Vec<Trigger>,
    /// The module whose annotated functions are added; all modules if empty.
    registered: Option<String>,
    grace: Duration,
    duration: Option<Duration>,
    recording: Settings,
    sources: Vec<Box<dyn Source>>,
    taps: Vec<Box<dyn Tap>>,
    companions: Vec<Box<dyn Companion>>,
    linger: Duration,
    verify_interval: Duration,
    max_links: u32,
    redundancy: u32,
    backfill: bool,
    backfill_delay: Duration,
    span: Span,
    on_error: OnAnyError,
    #[cfg(feature = "test")]
    by_hand: bool,
    faults: Vec<String>,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            census: CensusBuilder::default(),
            ess_url: None,
            states: ByType::default(),
            triggers: Vec::new(),
            registered: None,
            // As long as a REST request with its retries takes, and shorter than service managers wait before a kill.
            grace: Duration::from_secs(10),
            duration: None,
            recording: Settings::default(),
            sources: Vec::new(),
            taps: Vec::new(),
            companions: Vec::new(),
            linger: LINGER,
            verify_interval: VERIFY_INTERVAL,
            max_links: MAX_LINKS,
            redundancy: 1,
            backfill: false,
            backfill_delay: BACKFILL_DELAY,
            span: Span::none(),
            on_error: OnAnyError::default(),
            #[cfg(feature = "test")]
            by_hand: false,
            faults: Vec::new(),
        }
    }
}

impl ClientBuilder {
    /// Sets the service id, with or without `s:`. Default: `s:example`, which is shared by everyone and allows ten REST
    /// requests per minute.
    pub fn service_id(self, id: impl Into<String>) -> Self {
        self.census(|census| census.service_id(id))
    }

    /// Sets the platform. Default: PC.
    pub fn environment(self, environment: Environment) -> Self {
        self.census(|census| census.environment(environment))
    }

    /// Returns the platform.
    #[doc(hidden)]
    #[must_use]
    pub fn platform(&self) -> Environment {
        self.census.platform().unwrap_or_default()
    }

    /// Sets the URL of the event stream (the Event Streaming Service), such as `ws://127.0.0.1:4000/streaming`. The
    /// query string is added. Can be several URLs separated by commas, in order of preference. Default: the official
    /// server.
    pub fn ess_url(mut self, url: impl Into<String>) -> Self {
        self.ess_url = Some(url.into());
        self
    }

    /// Sets the URL of the REST API, such as `http://127.0.0.1:4000`. The path, including the service id, is added.
    /// Default: the official server. For several servers, see [`census`](Self::census) and
    /// [`CensusBuilder::rest_urls`].
    pub fn rest_url(self, url: impl Into<Endpoint>) -> Self {
        self.census(|census| census.rest_url(url))
    }

    /// Configures the REST client, for example `|census| census.deadline(Duration::from_secs(10))`. The defaults suit
    /// bots that look something up for every event.
    pub fn census(mut self, change: impl FnOnce(CensusBuilder) -> CensusBuilder) -> Self {
        self.census = change(self.census);
        self
    }

    /// Adds a value that handlers can take as [`State<T>`](crate::State). There can be only one value of each type:
    /// a second one makes [`build`](Self::build) fail.
    pub fn state<T: Shareable>(mut self, value: T) -> Self {
        if !self.states.insert(value) {
            self.faults
                .push(format!("two states have the type `{}`; wrap one of them in a new type", type_name::<T>()));
        }
        self
    }

    /// Adds a trigger. More triggers can be [added](Client::add) to the client at any time.
    pub fn trigger(mut self, trigger: Trigger) -> Self {
        self.triggers.push(trigger);
        self
    }

    /// Adds all functions of the program that are annotated with `#[trigger]`.
    pub fn registered(self) -> Self {
        self.registered_in("")
    }

    /// Adds the functions annotated with `#[trigger]` in this module and its submodules:
    /// `.registered_in(module_path!())`. For programs with several clients, and for tests.
    pub fn registered_in(mut self, module: impl Into<String>) -> Self {
        self.registered = Some(module.into());
        self
    }

    /// Sets a name for the client's log messages, which becomes the field `client.name` of a span `client`. For programs
    /// with several clients.
    pub fn name(mut self, name: impl AsRef<str>) -> Self {
        self.span = tracing::info_span!("client", client.name = name.as_ref());
        self
    }

    /// Sets the grace period: how long running handlers can take to finish after the client was asked to stop. Default:
    /// 10 seconds.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Calls this function when a run of a trigger has failed, unless the trigger has its own
    /// [`on_error`](crate::TriggerBuilder::on_error). Without either, the failure is written to the log.
    ///
    /// Each run then keeps a copy of its event until it finishes. For failures that should be reported asynchronously, use
    /// a trigger on `TriggerFailed` instead.
    ///
    /// ```
    /// use auraxis_runtime::{Client, HandlerError};
    ///
    /// # fn main() -> auraxis_runtime::Result {
    /// let client = Client::builder()
    ///     .service_id("s:example")
    ///     .on_error(|error: HandlerError| eprintln!("{error}"))
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_error(mut self, on_error: impl Fn(HandlerError<'_>) + Send + Sync + 'static) -> Self {
        self.on_error = OnAnyError(Some(Arc::new(on_error)));
        self
    }

    /// Stops the client gracefully after this time. Default: no limit.
    pub fn run_for(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }
}

#[cfg(feature = "replay")]
impl ClientBuilder {
    /// Records the stream to this file: one line for each received frame, with the time, and for each time that a link
    /// connects or disconnects. If the file exists, the recording is appended, except to a compressed file that a crash
    /// has truncated: that file is renamed, and a new one is created.
    ///
    /// The file is compressed if its name ends in `.zst` or `.gz`. After a crash, everything but the last second is
    /// readable. If the disk is full, writing is retried every five seconds, and the number of lost frames is logged.
    /// If another bot records to the same file, [`run`](Client::run) returns an error. [Replays](Self::replay) are not
    /// recorded.
    ///
    /// Requires the feature `replay`.
    pub fn record(mut self, path: impl Into<std::path::PathBuf>) -> Self {
        self.recording.record = Some(path.into());
        self
    }

    /// Splits the recording into several files. Their names contain the time of creation: `war.ndjson.zst` becomes
    /// `war-20241029T053642123Z.ndjson.zst`. Default: a single file.
    ///
    /// Requires the feature `replay`.
    pub fn record_rotate(mut self, rotation: crate::Rotation) -> Self {
        self.recording.rotation = Some(rotation);
        self
    }

    /// Replays recordings, one after the other, instead of connecting to the event stream. The client stops at their
    /// end. `-` is standard input. A file contains the lines that [`record`](Self::record) writes, or one raw frame per
    /// line. It can be compressed with zstd or gzip, whatever its name.
    ///
    /// # Time
    ///
    /// A replay runs on a dedicated thread, in a Tokio runtime whose clock follows the recording: it is paused while
    /// there is work to do, then jumps to the next frame or timer. Therefore the `timeout` of triggers and everything
    /// based on `tokio::time` behave as in the live run, to within 10 ms, at any [`speed`](Self::speed).
    /// [`run_for`](Self::run_for) and the timestamps of signals use recorded time. Gaps of more than an hour are
    /// skipped.
    ///
    /// While a REST request is in progress or a `blocking` handler runs, the clock runs in real time. For other network
    /// requests, such as to a chat service or a database, use [`Client::real_time`]; otherwise their timeouts may fire
    /// immediately. `std::time::Instant` and `SystemTime` are not affected by the replay.
    ///
    /// No events are dropped: if the queue of a trigger is full, the replay waits, regardless of the trigger's
    /// `overflow`. Its `overflow` applies only if none of its runs finishes within the grace period, for example because
    /// all of them wait for a later event.
    ///
    /// If no file contains a frame, [`run`](Client::run) returns an error.
    ///
    /// Requires the feature `replay`.
    pub fn replay(mut self, paths: impl IntoIterator<Item = impl Into<std::path::PathBuf>>) -> Self {
        self.recording.replay.paths = paths.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the speed of the replay. Default: as fast as the handlers allow.
    ///
    /// Requires the feature `replay`.
    pub fn speed(mut self, speed: crate::Speed) -> Self {
        self.recording.replay.speed = speed;
        self
    }
}

impl ClientBuilder {
    /// Takes events from [`Client::dispatch`] only.
    #[cfg(feature = "test")]
    pub(crate) fn by_hand(mut self) -> Self {
        self.by_hand = true;
        self
    }

    /// Takes events from this source, such as a message broker, instead of the event stream. Can be called several
    /// times, for several sources. If a replay is set, the sources are ignored.
    pub fn source(mut self, source: impl Source) -> Self {
        self.sources.push(Box::new(source));
        self
    }

    /// Changes the source of this type, and adds it first if there is none.
    pub fn configure_source<S: Source + Default>(mut self, change: impl FnOnce(S) -> S) -> Self {
        let source = take(&mut self.sources, |source| source, |source| source);
        self.source(change(source))
    }

    /// Changes the companion of this type, and adds it first if there is none. It starts and stops with the client.
    pub fn configure_companion<C: Companion + Default>(mut self, change: impl FnOnce(C) -> C) -> Self {
        let companion = take(&mut self.companions, |companion| companion, |companion| companion);
        self.companions.push(Box::new(change(companion)));
        self
    }

    /// Takes events from the event stream, and not from the sources that were added.
    #[doc(hidden)]
    pub fn event_stream(mut self) -> Self {
        self.sources.clear();
        self
    }

    /// Passes everything that the stream delivers to this tap, for example to publish it. Can be called several times.
    pub fn tap(mut self, tap: impl Tap) -> Self {
        self.taps.push(Box::new(tap));
        self
    }

    /// Sets how long the connection stays open when no trigger needs it any more. Default: 30 seconds, so that a loop
    /// of [`wait_for`](Client::wait_for) keeps its connection.
    pub fn linger(mut self, linger: Duration) -> Self {
        self.linger = linger;
        self
    }

    /// Sets the number of links that carry each subscription, at most 4. Default: 1.
    ///
    /// With several links, no event is missed while one of them is lost, silent or being repaired. Each event is
    /// delivered once. With several [`ess_url`](Self::ess_url) candidates, the links start with different ones.
    /// [`Connected`](auraxis_core::event::Connected) and [`Disconnected`](auraxis_core::event::Disconnected) are sent for
    /// each link.
    pub fn redundancy(mut self, links: u32) -> Self {
        self.redundancy = self.number_of_links("redundancy", links);
        self
    }

    /// Sets the maximum number of connections to the event stream, from 1 to 4. Default: 4.
    ///
    /// A connection has a single subscription, and the server sends the *product* of its lists: deaths of everyone and
    /// the experience of one squad over the same connection bring the experience of everyone. Triggers are therefore
    /// spread over several connections if that avoids many unwanted events; most programs need one. With
    /// [`redundancy`](Self::redundancy), each subscription takes that many connections.
    /// [`Client::explain`] shows which connection serves which trigger.
    pub fn max_links(mut self, links: u32) -> Self {
        self.max_links = self.number_of_links("max_links", links);
        self
    }

    fn number_of_links(&mut self, setting: &str, links: u32) -> u32 {
        if !(1..=MAX_LINKS).contains(&links) {
            self.faults.push(format!("`{setting}` must be between 1 and {MAX_LINKS}, found {links}"));
        }
        links.clamp(1, MAX_LINKS)
    }

    /// Sets the interval in which the server's subscription is compared with the requested one. Default: 60 seconds.
    ///
    /// A difference raises the signals [`SubscriptionDrift`](auraxis_core::event::SubscriptionDrift) and
    /// [`Gap`](auraxis_core::event::Gap), and is repaired.
    pub fn verify_interval(mut self, interval: Duration) -> Self {
        self.verify_interval = interval;
        self
    }

    /// Sets whether events that were missed in a [`Gap`](auraxis_core::event::Gap) are requested from the REST API when it
    /// is closed. Default: `false`.
    ///
    /// Only what triggers listen to is requested: captures and alerts with one request for each world of the gap, and
    /// events of characters with one request for all triggers that are limited to `characters`, at most 50 per gap.
    /// REST does not have `ContinentLock`, `FishScan`, `GainExperience`, `PlayerLogin`, `PlayerLogout` and `SkillAdded`,
    /// and it does not list events of all characters. Each request returns up to 1,000 events; more are requested in up
    /// to five pages.
    ///
    /// Recovered events are dispatched in the order of their timestamps, after events that are newer. Those that the
    /// stream has delivered are omitted. What cannot be recovered is logged. Replays and custom
    /// [sources](Self::source) recover nothing, and recordings do not contain recovered events.
    pub fn backfill(mut self, enabled: bool) -> Self {
        self.backfill = enabled;
        self
    }

    /// Sets how long after the end of a gap its events are [requested](Self::backfill), because the REST API lags behind
    /// the stream. Default: 30 seconds.
    pub fn backfill_delay(mut self, delay: Duration) -> Self {
        self.backfill_delay = delay;
        self
    }

    fn take_run_config(&mut self) -> RunConfig {
        let origin = if let Some(replay) = self.recording.replay() {
            Origin::Replay(replay)
        } else if !self.sources.is_empty() {
            Origin::Sources(mem::take(&mut self.sources))
        } else {
            Origin::EventStream
        };
        #[cfg(feature = "test")]
        let origin = if self.by_hand { Origin::Manual } else { origin };
        let recording = mem::take(&mut self.recording);
        RunConfig {
            origin,
            taps: mem::take(&mut self.taps),
            companions: mem::take(&mut self.companions).into_iter().map(companion::start).collect(),
            duration: self.duration,
            recording,
            linger: self.linger,
            verify_interval: self.verify_interval,
            max_links: self.max_links.max(self.redundancy),
            redundancy: self.redundancy,
            backfill: self.backfill.then_some(self.backfill_delay),
        }
    }

    /// Builds the client and adds its triggers. Does not connect yet.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Setup`], with a message that lists everything that is wrong with the settings and the
    /// triggers.
    pub fn build(mut self) -> Result<Client> {
        let run_config = self.take_run_config();
        let Self { registered: module, mut faults, .. } = self;
        let ess_url = self.ess_url.or_else(|| variable("AURAXIS_ESS_URL"));
        // Errors of the settings must not hide errors of the triggers.
        let config = self.census.config(ess_url.as_deref()).unwrap_or_else(|more| {
            faults.extend(more);
            Config::default()
        });

        let (inbox, requests) = Inbox::new();
        let registry = Arc::new(Registry::new(inbox.clone(), run_config.max_subscriptions() as usize));
        let (status, monitor) = (Arc::new(Status::default()), Arc::new(StallMonitor::default()));
        let shutdown = Shutdown::default();
        let census = self.census.start(&config, shutdown.clone())?;
        let finishing = TaskTracker::new();
        let stream = Stream::new(stream::Parts {
            registry: Arc::clone(&registry),
            inbox: inbox.clone(),
            requests,
            status: Arc::clone(&status),
            monitor: Arc::clone(&monitor),
            shutdown: shutdown.clone(),
            real_time: census.real_time().clone(),
            service_id: config.service_id.clone(),
            environment: config.environment,
            finishing: finishing.clone(),
        });
        let replay = if let Origin::Replay(replay) = &run_config.origin { Some(replay).cloned() } else { None };
        let client = Client::new(Arc::new(Shared {
            config: Arc::new(config),
            census,
            states: Arc::new(self.states),
            registry,
            stream_lock: StreamLock::new(stream, inbox.clone()),
            inbox,
            status,
            monitor,
            shutdown,
            on_error: self.on_error,
            required: RequiredRuns::default(),
            defaults: if run_config.has_broker() { Defaults::BROKER } else { Defaults::default() },
            explain: run_config.explain(),
            finishing,
            grace: self.grace,
            tasks: Tasks::new(self.span.clone()),
            span: self.span,
            duration: run_config.duration,
            replay,
            run_config: Mutex::new(Some(run_config)),
            has_run: AtomicBool::new(false),
            failure: Mutex::default(),
        }));

        let registrations = module.as_deref().map_or(Vec::new(), registered);
        if let Some(module) = module.filter(|_| registrations.is_empty() && self.triggers.is_empty()) {
            faults.push(no_triggers(&module));
        }
        for trigger in with_unique_names(&registrations).chain(self.triggers) {
            if let Err(error) = client.add(trigger) {
                faults.push(error.to_string());
            }
        }
        // On failure, dropping the only handle closes the client and removes its triggers.
        if faults.is_empty() { Ok(client) } else { Err(cannot_start(&faults)) }
    }
}

/// Takes the value of type `T` out of the list, or creates it.
fn take<T: Default + 'static, D: ?Sized>(
    list: &mut Vec<Box<D>>,
    as_any: fn(&D) -> &dyn Any,
    into_any: fn(Box<D>) -> Box<dyn Any>,
) -> T {
    let position = list.iter().position(|value| as_any(value).is::<T>());
    let existing = position.map(|index| into_any(list.remove(index)));
    existing.and_then(|value| value.downcast().ok()).map_or_else(T::default, |value| *value)
}

/// Returns the triggers of annotated functions. If several modules have a function of the same name, the names of their
/// triggers include the module.
fn with_unique_names(registrations: &[&Registration]) -> impl Iterator<Item = Trigger> {
    let mut modules = FxHashMap::<_, Vec<_>>::default();
    for registration in registrations {
        modules.entry(registration.function).or_default().push(registration.module);
    }
    registrations.iter().map(move |registration| {
        let mut trigger = registration.trigger();
        let has_default_name = trigger.name.as_deref() == Some(registration.function);
        let others = modules.get(registration.function).into_iter().flatten();
        if has_default_name && others.filter(|module| **module != registration.module).count() > 0 {
            trigger.name = Some(format!("{}::{}", registration.module, registration.function).into());
        }
        trigger
    })
}

fn no_triggers(module: &str) -> String {
    let place =
        if module.is_empty() { String::new() } else { format!(" in `{module}`, the module given to `registered_in`") };
    format!(
        "no trigger is registered{place}; annotate a function with `#[trigger(…)]`. If the triggers are in a separate \
         crate, add `use my_triggers as _;`, or the linker omits that crate"
    )
}

fn cannot_start(faults: &[String]) -> Error {
    Error::new(ErrorKind::Setup, format!("cannot start:\n  {}", faults.join("\n  ")))
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("census", &self.census)
            .field("ess_url", &self.ess_url)
            .field("states", &self.states)
            .field("registered", &self.registered)
            .finish_non_exhaustive()
    }
}
