//! The command line of a bot.
#![allow(clippy::doc_markdown)] // Doc comments are the help text here.

use std::{
    env,
    io::{self, IsTerminal},
    path::PathBuf,
    process,
    time::Duration,
};

mod progress;

use auraxis_core::environment::Environment;
use auraxis_runtime::{Client, ClientBuilder, Error, Result, Rotation, Speed};
use clap::{Arg, CommandFactory, FromArgMatches, Parser};
use tracing_subscriber::EnvFilter;

/// A bot for PlanetSide 2's live event stream, made with auraxis.
///
/// It runs until it is stopped, with Ctrl-C for example. A flag goes before its environment variable. What the bot
/// itself prints goes to stdout, everything else to stderr; RUST_LOG says how much of it, e.g. RUST_LOG=auraxis=debug.
#[derive(Parser)]
struct Arguments {
    /// Play on a simulated war instead of the game
    ///
    /// A server on this machine stands in for the event stream and for the REST API. No service id is needed.
    #[arg(long)]
    sim: bool,

    /// Take the events from recordings, one after the other, and stop at their end
    ///
    /// A recording has one frame a line, as --record writes it or as it came over the stream, and may be compressed with
    /// zstd or gzip. `-` is standard input. Timers run by the time of the recording, whatever the speed.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    replay: Vec<PathBuf>,

    /// How fast to replay: 1 is as recorded, 10 ten times as fast, max as fast as the bot can
    ///
    /// By default max.
    #[arg(long, value_name = "N")]
    speed: Option<Speed>,

    /// Write everything that comes over the stream to a file; .zst and .gz are compressed
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,

    /// Go on recording in another file after this size or time, e.g. 100MB or 1h; each has its moment in its name
    #[arg(long, value_name = "SIZE|DURATION", value_parser = rotation, requires = "record")]
    record_rotate: Option<Rotation>,

    /// Show the triggers and the subscription, and do nothing else
    #[arg(long)]
    explain: bool,

    /// Stop in order after this time, e.g. 15s or 2m
    #[arg(long = "for", value_name = "DURATION", value_parser = duration)]
    run_for: Option<Duration>,

    /// The service id, with or without `s:`; free at https://census.daybreakgames.com/#service-id
    #[arg(long, value_name = "ID", env = "AURAXIS_SERVICE_ID", hide_env_values = true)]
    service_id: Option<String>,

    /// The platform: ps2 (PC), ps2ps4us or ps2ps4eu
    #[arg(long, value_name = "NAME", env = "AURAXIS_ENVIRONMENT")]
    environment: Option<Environment>,

    /// The event stream, e.g. ws://127.0.0.1:4000/streaming
    #[arg(long, value_name = "URL", env = "AURAXIS_ESS_URL")]
    ess_url: Option<String>,

    /// The REST API, e.g. http://127.0.0.1:4000
    #[arg(long, value_name = "URL", env = "AURAXIS_REST_URL")]
    rest_url: Option<String>,
}

fn duration(text: &str) -> Result<Duration, String> {
    text.parse::<jiff::SignedDuration>()
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok())
        .ok_or_else(|| "a duration is a number with a unit, such as 15s, 2m or 1h30m".into())
}

fn rotation(text: &str) -> Result<Rotation, String> {
    const UNITS: [(&str, u64); 6] =
        [("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];

    let size = UNITS.iter().find_map(|(unit, bytes)| {
        let number: u64 = text.strip_suffix(unit)?.trim_end().parse().ok()?;
        number.checked_mul(*bytes).map(Rotation::Size)
    });
    size.or_else(|| duration(text).ok().map(Rotation::Time))
        .filter(|rotation| !matches!(rotation, Rotation::Size(0) | Rotation::Time(Duration::ZERO)))
        .ok_or_else(|| "a file ends after a size such as 100MB or 1GiB, or after a duration such as 1h".into())
}

/// What `run!` does: reads the command line, then runs the client to its end.
#[doc(hidden)]
pub fn run(builder: ClientBuilder) -> Result {
    if tokio::runtime::Handle::try_current().is_ok() {
        return Err(Error::setup(
            "`run!` starts a runtime of its own and cannot be used within one: write \
             `Client::builder().registered().build()?.run().await` instead, or call `run!` from a plain `fn main()`",
        ));
    }
    let arguments = Arguments::read();
    let filter = env::var(EnvFilter::DEFAULT_ENV).ok().filter(|filter| !filter.is_empty());
    let filter = filter.and_then(|filter| EnvFilter::try_new(filter).ok());
    let filter = filter.unwrap_or_else(|| EnvFilter::new("warn,auraxis=info"));
    // A program that has set up its own log keeps it.
    let progress = progress::Progress::default();
    let log = tracing_subscriber::fmt().with_writer(progress.stderr()).with_ansi(io::stderr().is_terminal());
    let _ = log.with_env_filter(filter).try_init();

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::setup("the asynchronous runtime cannot be started").caused_by(error))?;
    let result = runtime.block_on(async {
        let explain = arguments.explain;
        let (builder, _sim) = arguments.apply(builder).await?;
        let client = builder.build()?;
        if explain {
            println!("{}", client.explain());
            return Ok(());
        }
        tokio::spawn(stop_on_signal(client.clone()));
        progress.show(&client).await
    });
    // Handlers had their grace period; a blocking one that is left must not keep the program.
    runtime.shutdown_background();
    result
}

impl Arguments {
    /// Reads the command line; help goes to stdout, a mistake to stderr with the exit code of any other failure.
    fn read() -> Self {
        let name = env::args_os().next().map(PathBuf::from);
        let name = name.as_deref().and_then(|path| path.file_stem()?.to_str()).unwrap_or("bot").to_owned();
        // A variable that is set to nothing, as container setups do, is not set.
        let is_empty = |arg: &Arg| arg.get_env().and_then(env::var_os).is_some_and(|value| value.is_empty());
        let command = Self::command().bin_name(name).mut_args(|arg| if is_empty(&arg) { arg.env(None) } else { arg });
        match command.try_get_matches().and_then(|matches| Self::from_arg_matches(&matches)) {
            Ok(arguments) => arguments,
            Err(error) => {
                let _ = error.print();
                process::exit(i32::from(error.use_stderr()));
            }
        }
    }

    async fn apply(self, mut builder: ClientBuilder) -> Result<(ClientBuilder, Option<Sim>)> {
        if let Some(id) = self.service_id {
            builder = builder.service_id(id);
        }
        if let Some(environment) = self.environment {
            builder = builder.environment(environment);
        }
        if let Some(url) = self.ess_url {
            builder = builder.ess_url(url);
        }
        if let Some(url) = self.rest_url {
            builder = builder.rest_url(url);
        }
        if let Some(duration) = self.run_for {
            builder = builder.run_for(duration);
        }
        if let Some(path) = self.record {
            builder = builder.record(path);
        }
        if let Some(rotation) = self.record_rotate {
            builder = builder.record_rotate(rotation);
        }
        if !self.replay.is_empty() {
            builder = builder.replay(self.replay);
        }
        if let Some(speed) = self.speed {
            builder = builder.speed(speed);
        }
        if !self.sim {
            return Ok((builder, None));
        }
        let sim = start_sim().await?;
        Ok((builder.ess_url(sim.ess_url()).rest_url(sim.rest_url()), Some(sim)))
    }
}

#[cfg(feature = "sim")]
use auraxis_sim::Sim;

#[cfg(feature = "sim")]
async fn start_sim() -> Result<Sim> {
    let sim = Sim::builder().start().await;
    sim.map_err(|error| Error::setup("the simulator cannot be started").caused_by(error))
}

#[cfg(not(feature = "sim"))]
enum Sim {}

#[cfg(not(feature = "sim"))]
impl Sim {
    fn ess_url(&self) -> String {
        match *self {}
    }

    fn rest_url(&self) -> String {
        match *self {}
    }
}

#[cfg(not(feature = "sim"))]
#[allow(clippy::unused_async)] // As the one above.
async fn start_sim() -> Result<Sim> {
    Err(Error::setup("`--sim` is not built in: add the feature `sim` of auraxis"))
}

/// Stops the client at the first signal, the program at the second.
async fn stop_on_signal(client: Client) {
    signal().await;
    tracing::info!("stopping; again to stop at once");
    client.shutdown();
    signal().await;
    process::exit(1);
}

/// Waits for Ctrl-C or SIGTERM.
async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
