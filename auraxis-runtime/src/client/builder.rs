//! Setting a client up.

use std::{
    any::type_name,
    fmt, mem,
    sync::{Arc, Mutex, atomic::AtomicBool},
    time::Duration,
};

use auraxis_core::environment::Environment;
use rustc_hash::FxHashMap;
use tracing::Span;

use super::{
    client::Client,
    plan::{Origin, Plan},
    shared::Shared,
};
use crate::{
    config::{Config, variable},
    dispatch::{inbox::Inbox, lane::Tasks, registry::Registry, stall::Note},
    endpoint::Endpoint,
    error::{Error, ErrorKind, Result},
    recording::Settings,
    rest::builder::CensusBuilder,
    shutdown::Shutdown,
    source::Source,
    stream::{
        seat::Seat,
        status::Status,
        stream::{self, Stream},
    },
    trigger::{
        builder::Trigger,
        context::{ByType, Shareable},
        registration::{Registration, registered},
    },
};

/// For how long a connection stays that no trigger needs: longer than a look-up between two waits takes.
const LINGER: Duration = Duration::from_secs(30);

impl Client {
    /// Sets a client up.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }
}

/// Sets a [`Client`] up. Each method is a key of `run!` as well.
///
/// What is not set here is taken from the environment (`AURAXIS_SERVICE_ID`, `AURAXIS_ENVIRONMENT`,
/// `AURAXIS_ESS_URL`, `AURAXIS_REST_URL`), then from the defaults.
#[must_use = "a builder does nothing until it is built"]
pub struct ClientBuilder {
    census: CensusBuilder,
    ess_url: Option<String>,
    states: ByType,
    triggers: Vec<Trigger>,
    /// The module from which on annotated functions are taken; all of them if it is empty.
    registered: Option<String>,
    grace: Duration,
    duration: Option<Duration>,
    recording: Settings,
    sources: Vec<Box<dyn Source>>,
    linger: Duration,
    span: Span,
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
            // What a REST look-up with its retries may take, and less than service managers wait before they kill.
            grace: Duration::from_secs(10),
            duration: None,
            recording: Settings::default(),
            sources: Vec::new(),
            linger: LINGER,
            span: Span::none(),
            #[cfg(feature = "test")]
            by_hand: false,
            faults: Vec::new(),
        }
    }
}

impl ClientBuilder {
    /// The service id, with or without `s:`. By default `s:example`, which all share: it allows ten REST requests a
    /// minute.
    pub fn service_id(self, id: impl Into<String>) -> Self {
        self.census(|census| census.service_id(id))
    }

    /// The platform. By default PC.
    pub fn environment(self, environment: Environment) -> Self {
        self.census(|census| census.environment(environment))
    }

    /// The platform that the client will use.
    #[doc(hidden)]
    #[must_use]
    pub fn platform(&self) -> Environment {
        self.census.platform().unwrap_or_default()
    }

    /// The server of the event stream, such as `ws://127.0.0.1:4000/streaming`; the query is added. Several servers,
    /// separated by commas, are candidates, the preferred one first.
    pub fn ess_url(mut self, url: impl Into<String>) -> Self {
        self.ess_url = Some(url.into());
        self
    }

    /// The REST API, such as `http://127.0.0.1:4000`; the path is added, the service id included. For several servers,
    /// see [`census`](Self::census) and [`CensusBuilder::rest_urls`].
    pub fn rest_url(self, url: impl Into<Endpoint>) -> Self {
        self.census(|census| census.rest_url(url))
    }

    /// Says more about questions to the REST API, such as `|census| census.deadline(Duration::from_secs(10))`. The
    /// defaults are made for bots that look something up for every event.
    pub fn census(mut self, change: impl FnOnce(CensusBuilder) -> CensusBuilder) -> Self {
        self.census = change(self.census);
        self
    }

    /// A value that handlers can take as [`State<T>`](crate::State). One for each type.
    pub fn state<T: Shareable>(mut self, value: T) -> Self {
        if !self.states.insert(value) {
            self.faults
                .push(format!("two states are of the type `{}`: wrap one in a type of its own", type_name::<T>()));
        }
        self
    }

    /// A trigger from the start. Others can be [added](Client::add) at any time.
    pub fn trigger(mut self, trigger: Trigger) -> Self {
        self.triggers.push(trigger);
        self
    }

    /// Takes all functions of the program that are annotated with `#[trigger]`.
    pub fn registered(self) -> Self {
        self.registered_in("")
    }

    /// Takes the functions that are annotated with `#[trigger]` in this module, or in one within it:
    /// `.registered_in(module_path!())`. For programs of several bots, and for tests.
    pub fn registered_in(mut self, module: impl Into<String>) -> Self {
        self.registered = Some(module.into());
        self
    }

    /// A name that what the client logs is marked with, as the field `name` of a span `client`: for programs of several
    /// clients.
    pub fn name(mut self, name: impl AsRef<str>) -> Self {
        self.span = tracing::info_span!("client", name = name.as_ref());
        self
    }

    /// How long handlers may go on after the client has been told to stop. By default 10 seconds.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Stops the client after this time. By default it goes on.
    pub fn run_for(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }
}

#[cfg(feature = "replay")]
impl ClientBuilder {
    /// Writes every frame that comes over the stream to this file, one line each with its time, and when links are lost
    /// and come back. A recording that is there is continued. A compressed one that a crash has cut off is renamed first.
    ///
    /// A name that ends in `.zst` or `.gz` is compressed. If the program crashes, what came before the last second can
    /// be read. A full disk is tried again every five seconds; what is missing is told. If another bot records to the
    /// file, [`run`](Client::run) returns an error. A [replay](Self::replay) is not recorded.
    ///
    /// Requires the feature `replay`.
    pub fn record(mut self, path: impl Into<std::path::PathBuf>) -> Self {
        self.recording.record = Some(path.into());
        self
    }

    /// Goes on with the recording in another file from time to time. Each has the moment of its beginning in its name:
    /// `war.ndjson.zst` becomes `war-20241029T053642123Z.ndjson.zst`. By default there is one file.
    ///
    /// Requires the feature `replay`.
    pub fn record_rotate(mut self, rotation: crate::Rotation) -> Self {
        self.recording.rotation = Some(rotation);
        self
    }

    /// Takes the events from recordings, one after the other, in place of the event stream, and stops at their end.
    /// `-` is standard input. A file may be compressed with zstd or gzip, whatever it is called, and have lines as
    /// [`record`](Self::record) writes them or frames as they came.
    ///
    /// # Time
    ///
    /// A replay runs on a thread of its own, in a Tokio runtime whose clock is that of the recording: it stands while
    /// there is work to do, and then jumps to whatever is due next, a frame or the end of a `sleep`. So `timeout`,
    /// `tokio::time` and all that is made of it behave as they did, to within 10 ms, at any [`speed`](Self::speed);
    /// [`run_for`](Self::run_for) counts recorded time, and signals carry it. Silences of more than an hour are skipped.
    ///
    /// While a REST request is under way or a `blocking` handler runs, this clock runs as the real one does. For other
    /// calls to the network, such as to a chat service or a database, use [`Client::real_time`]; without it, a timeout
    /// on the call may fire at once.
    /// `std::time::Instant` and `SystemTime` know nothing of all that.
    ///
    /// Nothing is dropped: a trigger that has no room lets the replay wait, whatever its `overflow` says; unless none of
    /// its runs ends for the grace period, as when they wait for what only the replay could bring.
    ///
    /// If no file holds a frame, [`run`](Client::run) returns an error.
    ///
    /// Requires the feature `replay`.
    pub fn replay(mut self, paths: impl IntoIterator<Item = impl Into<std::path::PathBuf>>) -> Self {
        self.recording.replay.paths = paths.into_iter().map(Into::into).collect();
        self
    }

    /// How fast recordings are replayed. By default as fast as the handlers allow.
    ///
    /// Requires the feature `replay`.
    pub fn speed(mut self, speed: crate::Speed) -> Self {
        self.recording.replay.speed = speed;
        self
    }
}

impl ClientBuilder {
    /// Takes events from nowhere but [`Client::dispatch`].
    #[cfg(feature = "test")]
    pub(crate) fn by_hand(mut self) -> Self {
        self.by_hand = true;
        self
    }

    /// Takes events from this source in place of the event stream, for a broker or a format of one's own. May be called
    /// several times.
    pub fn source(mut self, source: impl Source) -> Self {
        self.sources.push(Box::new(source));
        self
    }

    /// For how long the connection stays that no trigger needs any more. By default 30 seconds, so that a loop of
    /// [`wait_for`](Client::wait_for) keeps its connection.
    pub fn linger(mut self, linger: Duration) -> Self {
        self.linger = linger;
        self
    }

    fn plan(&mut self) -> Plan {
        let origin = if let Some(replay) = self.recording.replay() {
            Origin::Replay(replay)
        } else if !self.sources.is_empty() {
            Origin::Sources(mem::take(&mut self.sources))
        } else {
            Origin::Stream
        };
        #[cfg(feature = "test")]
        let origin = if self.by_hand { Origin::Hand } else { origin };
        let recording = mem::take(&mut self.recording);
        Plan { origin, duration: self.duration, recording, linger: self.linger }
    }

    /// Makes the client, with all its triggers. It does not connect yet.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the settings and the triggers, in one error.
    pub fn build(mut self) -> Result<Client> {
        let plan = self.plan();
        let Self { registered: module, mut faults, .. } = self;
        let ess_url = self.ess_url.or_else(|| variable("AURAXIS_ESS_URL"));
        // What is wrong with the settings does not hide what is wrong with the triggers.
        let config = self.census.config(ess_url.as_deref()).unwrap_or_else(|more| {
            faults.extend(more);
            Config::default()
        });

        let (inbox, requests) = Inbox::new();
        let (registry, status, note) =
            (Arc::new(Registry::new(inbox.clone())), Arc::new(Status::default()), Arc::new(Note::default()));
        let shutdown = Shutdown::default();
        let census = self.census.start(&config, shutdown.clone())?;
        let stream = Stream::new(stream::Parts {
            registry: Arc::clone(&registry),
            inbox: inbox.clone(),
            requests,
            status: Arc::clone(&status),
            note: Arc::clone(&note),
            shutdown: shutdown.clone(),
            real_time: census.real_time().clone(),
            service_id: config.service_id.clone(),
        });
        let replay = if let Origin::Replay(replay) = &plan.origin { Some(replay).cloned() } else { None };
        let client = Client::new(Arc::new(Shared {
            config: Arc::new(config),
            census,
            states: Arc::new(self.states),
            registry,
            seat: Seat::new(stream, inbox.clone()),
            inbox,
            status,
            note,
            shutdown,
            grace: self.grace,
            tasks: Tasks::new(self.span.clone()),
            span: self.span,
            duration: plan.duration,
            replay,
            plan: Mutex::new(Some(plan)),
            has_run: AtomicBool::new(false),
            failure: Mutex::default(),
        }));

        let registrations = module.as_deref().map_or(Vec::new(), registered);
        if let Some(module) = module.filter(|_| registrations.is_empty() && self.triggers.is_empty()) {
            faults.push(no_triggers(&module));
        }
        for trigger in named_apart(&registrations).chain(self.triggers) {
            if let Err(error) = client.add(trigger) {
                faults.push(error.to_string());
            }
        }
        // A client that cannot start ends with its only handle, and its triggers with it.
        if faults.is_empty() { Ok(client) } else { Err(cannot_start(&faults)) }
    }
}

/// The triggers of annotated functions. Functions of one name in several modules are called after their modules too.
fn named_apart(registrations: &[&Registration]) -> impl Iterator<Item = Trigger> {
    let mut modules = FxHashMap::<_, Vec<_>>::default();
    for registration in registrations {
        modules.entry(registration.function).or_default().push(registration.module);
    }
    registrations.iter().map(move |registration| {
        let mut trigger = registration.trigger();
        let is_after_its_function = trigger.name.as_deref() == Some(registration.function);
        let others = modules.get(registration.function).into_iter().flatten();
        if is_after_its_function && others.filter(|module| **module != registration.module).count() > 0 {
            trigger.name = Some(format!("{}::{}", registration.module, registration.function).into());
        }
        trigger
    })
}

fn no_triggers(module: &str) -> String {
    let place = if module.is_empty() { String::new() } else { format!(" in `{module}`, where `registered_in` looks") };
    format!(
        "no trigger is registered{place}. Annotate a function with `#[trigger(…)]`; if your triggers stand in a library \
         of their own, the linker leaves it out until the program names it: write `use my_triggers as _;`"
    )
}

fn cannot_start(faults: &[String]) -> Error {
    Error::new(ErrorKind::Setup, format!("cannot start\n  {}", faults.join("\n  ")))
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
