//! `auraxis-relay`: publishes PlanetSide 2's event stream to NATS JetStream.
#![allow(clippy::doc_markdown)] // Doc comments are the help text here.

use std::{
    env,
    io::{self, IsTerminal as _, Write as _},
    process::{self, ExitCode},
    time::Duration,
};

use async_nats::jetstream::stream::StorageType;
use auraxis_core::environment::Environment;
use auraxis_nats::{Broker, LoginArguments, PublisherSettings, Relay, dead, stream::StreamSettings};
use auraxis_runtime::{Client, ClientBuilder, Error, Result};
use clap::{Arg, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
#[cfg(feature = "serve")]
use clap::{ArgMatches, parser::ValueSource};
use tracing_subscriber::{
    EnvFilter, Layer as _, Registry, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

/// The time to publish what has been received before the relay stops.
const GRACE: Duration = Duration::from_secs(10);

/// Publishes PlanetSide 2's event stream to NATS JetStream
///
/// The relay receives all events, derives sessions, alerts, captures and population, and publishes them to the stream
/// `ps2-events` of the broker, where bots read them. Several relays can publish to one broker: each event is stored once.
/// Logs go to stderr; RUST_LOG sets the log level.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    task: Option<Task>,

    #[command(flatten)]
    publish: Publish,

    /// The format of log messages
    #[arg(long, global = true, value_name = "FORMAT", env = "AURAXIS_LOG_FORMAT", default_value = "text")]
    log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    /// A line for people
    Text,
    /// A line with a JSON object, for programs
    Json,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Puts dead letters of a bot back, so that its triggers handle them again
    Redrive(Redrive),
}

#[derive(Debug, Args)]
struct Target {
    /// The broker; separate the servers of a cluster with commas
    #[arg(
        long = "to",
        value_name = "URL",
        env = "AURAXIS_NATS_URL",
        hide_env_values = true,
        default_value = "nats://127.0.0.1:4222"
    )]
    url: String,

    #[command(flatten)]
    login: LoginArguments,
}

#[derive(Debug, Args)]
struct Publish {
    #[command(flatten)]
    target: Target,

    /// Connect to a simulated war instead of the game
    ///
    /// A local server replaces the event stream and the REST API. No service id is needed.
    #[cfg(feature = "sim")]
    #[arg(long, conflicts_with_all = ["ess_url", "rest_url"])]
    sim: bool,

    /// The service id, with or without `s:`; free at census.daybreakgames.com/#service-id
    #[arg(long, value_name = "ID", env = "AURAXIS_SERVICE_ID", hide_env_values = true)]
    service_id: Option<String>,

    /// The platform: ps2 (PC), ps2ps4us or ps2ps4eu
    #[arg(long, value_name = "NAME", env = "AURAXIS_ENVIRONMENT", default_value_t)]
    environment: Environment,

    /// The event stream, e.g. ws://127.0.0.1:4000/streaming; separate several candidates with commas
    #[arg(long, value_name = "URL", env = "AURAXIS_ESS_URL", hide_env_values = true)]
    ess_url: Option<String>,

    /// The REST API, e.g. http://127.0.0.1:4000
    #[arg(long, value_name = "URL", env = "AURAXIS_REST_URL", hide_env_values = true)]
    rest_url: Option<String>,

    #[cfg(feature = "serve")]
    #[command(flatten)]
    serve: auraxis_serve::ServeArguments,

    /// The number of links that carry the subscription, 1 to 4; with several, no event is missed while one is lost
    #[arg(long, value_name = "N")]
    redundancy: Option<u32>,

    /// Request events that were missed while no link was up from the REST API
    ///
    /// Only for a single relay: events of the REST API have other fields, so those that another relay has published are
    /// stored again.
    #[arg(long)]
    backfill: bool,

    /// Stop gracefully after this time, e.g. 15s or 2m
    #[arg(long = "for", value_name = "DURATION", value_parser = duration)]
    run_for: Option<Duration>,

    /// How long events are kept, e.g. 12h or 7d, if the stream does not exist
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "3d")]
    max_age: Duration,

    /// The size of the stream beyond which the oldest events are dropped, e.g. 500MB or 8GiB, if it does not exist
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "8GiB")]
    max_bytes: u64,

    /// Where events are stored, if the stream does not exist
    #[arg(long, value_name = "WHERE", default_value = "file")]
    storage: Storage,

    /// The number of servers of a cluster that store each event, if the stream does not exist
    #[arg(long, value_name = "N", default_value_t = 1)]
    replicas: usize,

    /// How long the broker remembers events to drop duplicates, and the relay keeps them while the broker is away
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "2m")]
    duplicate_window: Duration,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Storage {
    File,
    Memory,
}

#[derive(Debug, Args)]
struct Redrive {
    #[command(flatten)]
    target: Target,

    /// The durable name of the bot
    #[arg(long, value_name = "NAME")]
    bot: String,

    /// Only the dead letters of this trigger
    #[arg(long, value_name = "NAME")]
    trigger: Option<String>,

    /// At most this many, the oldest first
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
}

fn duration(text: &str) -> Result<Duration, &'static str> {
    text.parse::<jiff::SignedDuration>()
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok())
        .or_else(|| text.strip_suffix('d')?.parse().ok().map(|days: u32| Duration::from_secs(u64::from(days) * 86_400)))
        .filter(|duration| !duration.is_zero())
        .ok_or("expected a number with a unit, such as `15s`, `2m`, `1h30m` or `3d`")
}

fn size(text: &str) -> Result<u64, &'static str> {
    const UNITS: [(&str, u64); 6] = [
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("TB", 1_000_000_000_000),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("TiB", 1 << 40),
    ];

    let size = UNITS.iter().find_map(|(unit, bytes)| {
        let number: u64 = text.strip_suffix(unit)?.trim_end().parse().ok()?;
        number.checked_mul(*bytes)
    });
    size.filter(|size| *size > 0).ok_or("expected a size such as `500MB` or `8GiB`")
}

impl Arguments {
    /// Lets flags take precedence over variables.
    #[cfg(feature = "serve")]
    fn with_precedence(mut self, matches: &ArgMatches) -> Self {
        // A subcommand has no arguments of the server.
        if self.task.is_none() {
            let is_flag = |argument: &str| matches.value_source(argument) == Some(ValueSource::CommandLine);
            self.publish.serve = self.publish.serve.with_precedence(is_flag);
        }
        self
    }

    #[cfg(not(feature = "serve"))]
    fn with_precedence(self, _: &clap::ArgMatches) -> Self {
        self
    }
}

impl Target {
    fn broker(self) -> Result<Broker> {
        let broker: Broker = self.url.parse()?;
        Ok(self.login.apply(broker.named("auraxis-relay"))?)
    }
}

impl Publish {
    fn settings(&self) -> PublisherSettings {
        let streams = StreamSettings {
            max_age: self.max_age,
            max_bytes: self.max_bytes,
            storage: match self.storage {
                Storage::File => StorageType::File,
                Storage::Memory => StorageType::Memory,
            },
            replicas: self.replicas,
            duplicate_window: self.duplicate_window,
        };
        PublisherSettings { streams, ..PublisherSettings::default() }
    }
}

fn main() -> ExitCode {
    let arguments = read();
    start_log(arguments.log_format);
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Ignored: there is no other place to report it.
            let _ = writeln!(io::stderr(), "Error: {error:?}");
            ExitCode::FAILURE
        }
    }
}

fn start_log(format: LogFormat) {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,async_nats=off,auraxis=info"));
    let has_colors = io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    // Otherwise a failed write is reported with `eprintln!`, which panics if stderr is closed.
    let log = fmt::layer().with_writer(io::stderr).log_internal_errors(false);
    let log = match format {
        LogFormat::Text => log.with_ansi(has_colors).boxed(),
        LogFormat::Json => log.with_ansi(false).json().flatten_event(true).with_span_list(false).boxed(),
    };
    Registry::default().with(log).with(filter).init();
}

/// Reads the command line. Exits with 1 if it is wrong, as bots do.
fn read() -> Arguments {
    // Empty variables are ignored, because some container setups define them.
    let is_empty = |arg: &Arg| arg.get_env().and_then(env::var_os).is_some_and(|value| value.is_empty());
    let ignore = |command: clap::Command| command.mut_args(|arg| if is_empty(&arg) { arg.env(None) } else { arg });
    let command = ignore(Arguments::command()).mut_subcommands(ignore);
    let read = command.try_get_matches().and_then(|matches| {
        let arguments = Arguments::from_arg_matches(&matches)?;
        Ok(arguments.with_precedence(&matches))
    });
    read.unwrap_or_else(|error| {
        let _ = error.print();
        process::exit(i32::from(error.use_stderr()))
    })
}

#[tokio::main]
async fn run(arguments: Arguments) -> Result {
    match arguments.task {
        Some(Task::Redrive(task)) => redrive(task).await,
        None => publish(arguments.publish).await,
    }
}

async fn redrive(task: Redrive) -> Result {
    let client = task.target.broker()?.connect().await?;
    let context = async_nats::jetstream::new(client);
    let count = dead::redrive(&context, &task.bot, task.trigger.as_deref(), task.limit).await?;
    let letters = if count == 1 { "dead letter" } else { "dead letters" };
    writeln!(io::stdout(), "{count} {letters} put back").map_err(|error| Error::setup("cannot write").caused_by(error))
}

async fn publish(arguments: Publish) -> Result {
    // Registered first, so that a signal during the start is not lost.
    let mut signals = Signals::new().map_err(|error| Error::setup("cannot listen for signals").caused_by(error))?;
    let settings = arguments.settings();
    #[cfg(feature = "sim")]
    let sim = if arguments.sim { Some(start_sim(arguments.environment).await?) } else { None };
    let builder = builder(&arguments);
    #[cfg(feature = "sim")]
    let builder = match &sim {
        Some(sim) => builder.ess_url(sim.ess_url()).rest_url(sim.rest_url()),
        None => builder,
    };
    #[cfg(feature = "serve")]
    let builder = arguments.serve.apply(builder)?;
    let broker = arguments.target.broker()?;
    let relay = tokio::select! {
        relay = Relay::start(broker, arguments.environment, settings) => relay?,
        () = signals.next() => return Ok(()),
    };
    let client = relay.attach(builder).build()?;
    let run = client.run();
    tokio::pin!(run);
    let result = tokio::select! {
        result = &mut run => result,
        () = signals.next() => {
            tracing::info!("stopping; send the signal again to exit immediately");
            client.shutdown();
            tokio::select! {
                result = &mut run => result,
                () = signals.next() => process::exit(1),
            }
        }
    };
    let stats = tokio::select! {
        stats = relay.finish(GRACE) => stats,
        () = signals.next() => process::exit(1),
    };
    tracing::info!(
        "stopped: {} events published, of which the broker had {}; {} dropped",
        stats.published,
        stats.duplicates,
        stats.dropped
    );
    result
}

fn builder(arguments: &Publish) -> ClientBuilder {
    let mut builder = Client::builder().name("relay").environment(arguments.environment).backfill(arguments.backfill);
    if let Some(id) = &arguments.service_id {
        builder = builder.service_id(id);
    }
    if let Some(url) = &arguments.ess_url {
        builder = builder.ess_url(url);
    }
    if let Some(url) = &arguments.rest_url {
        builder = builder.rest_url(url.as_str());
    }
    if let Some(links) = arguments.redundancy {
        builder = builder.redundancy(links);
    }
    if let Some(duration) = arguments.run_for {
        builder = builder.run_for(duration);
    }
    builder
}

#[cfg(feature = "sim")]
async fn start_sim(environment: Environment) -> Result<auraxis_sim::Sim> {
    let sim = auraxis_sim::Sim::builder().environment(environment).start().await;
    sim.map_err(|error| Error::setup("cannot start the simulator").caused_by(error))
}

/// Ctrl-C, and SIGTERM on Unix.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) {
        self.0.recv().await;
    }
}
