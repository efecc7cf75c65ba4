//! `auraxis-sim`: a local Census with a simulated war.

use std::{
    fs,
    io::{self, ErrorKind, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context as _;
use auraxis_core::{
    command::Command, environment::Environment, server_state::ServerState, subscription::Subscription, time::Timestamp,
};
use auraxis_sim::{Builder, Fault, Scorer, Script, Sim, TruthEntry, War};
use clap::{Args, Parser, Subcommand};
use serde_json::{Map, Value};
use tracing_subscriber::EnvFilter;

/// A local Census with a simulated war, to develop, demonstrate and test bots against
///
/// Serves PlanetSide 2's event stream and REST API on one local port, without Internet access.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    task: Option<Task>,

    #[command(flatten)]
    serve: Serve,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Scores a client: events received once, twice, reported as missing, and missing silently
    Score(Score),
    /// Lists all faults, as written in a script
    Faults,
}

#[derive(Debug, Args)]
struct Serve {
    /// Port on 127.0.0.1; 0 for any free port
    #[arg(long, value_name = "N", default_value_t = 4000)]
    port: u16,

    /// Seed of the war: the same --seed and --start give the same frames, byte for byte
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// The platform: ps2 (PC), ps2ps4us or ps2ps4eu
    #[arg(long, value_name = "NAME", default_value_t)]
    environment: Environment,

    /// Average events per second; 0 for no events
    ///
    /// At 50, the war runs in real time; above, in fast motion.
    #[arg(long, value_name = "N", default_value_t = War::RATE, value_parser = rate)]
    rate: f64,

    /// Start time of the war, as a Unix timestamp in seconds [default: now]
    #[arg(long, value_name = "SECONDS")]
    start: Option<i64>,

    /// Hour of the day at which the war starts, in UTC, by which players are online [default: that of --start]
    #[arg(long, value_name = "HOUR", value_parser = clap::value_parser!(u8).range(..24))]
    hour: Option<u8>,

    /// Fault script, one fault per line, such as `at 10s silence world 40 for 20s`
    ///
    /// `auraxis-sim faults` lists all faults.
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,

    /// Inject a random fault about every five seconds
    #[arg(long, value_name = "SEED")]
    chaos: Option<u64>,

    /// Record the ground truth in this file, to score clients against
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Score {
    /// The file written by `auraxis-sim --truth FILE`
    #[arg(long, value_name = "FILE")]
    truth: PathBuf,

    /// What the client received, in order: one frame or payload per line, or a recording
    ///
    /// A line `{"gap":{"from":SECONDS,"to":SECONDS}}` says that the client reported events of this time as missing.
    #[arg(long, value_name = "FILE")]
    got: PathBuf,

    /// Expect the events that match this subscribe command, instead of those that were sent
    #[arg(long, value_name = "JSON", value_parser = subscription)]
    subscription: Option<Subscription>,

    /// Expect no event of this many seconds before the end of the truth
    #[arg(long, value_name = "SECONDS", default_value = "3", value_parser = seconds)]
    settle: Duration,

    /// Ignore events of this name; can be repeated
    #[arg(long, value_name = "NAME")]
    except: Vec<String>,
}

fn rate(text: &str) -> Result<f64, &'static str> {
    match text.parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate >= 0.0 => Ok(rate),
        _ => Err("expected a number of events per second, 0 or more"),
    }
}

fn seconds(text: &str) -> Result<Duration, &'static str> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or("expected a number of seconds, 0 or more")
}

/// Parses a subscribe command; `service` and `action` can be omitted.
fn subscription(text: &str) -> serde_json::Result<Subscription> {
    let mut fields: Map<String, Value> = serde_json::from_str(text)?;
    for (key, value) in [("service", "event"), ("action", "subscribe")] {
        fields.insert(key.to_owned(), value.into());
    }
    let command: Command = serde_json::from_value(fields.into())?;
    let mut subscribed = ServerState::default();
    subscribed.apply(&command);
    Ok(subscribed.meaning())
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
    let result = match &arguments.task {
        Some(Task::Score(task)) => score(task),
        Some(Task::Faults) => faults().map(|()| ExitCode::SUCCESS),
        None => serve(&arguments.serve).map(|()| ExitCode::SUCCESS),
    };
    result.unwrap_or_else(|error| {
        // Ignored: there is no other place to report it.
        let _ = writeln!(io::stderr(), "{error:#}");
        ExitCode::FAILURE
    })
}

#[tokio::main]
async fn serve(arguments: &Serve) -> anyhow::Result<()> {
    let port = arguments.port;
    let sim = builder(arguments)?.start().await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => {
            anyhow::anyhow!(
                "cannot start the simulator: port {port} is in use; choose another with `--port`, or 0 for any free \
                 port"
            )
        }
        _ => anyhow::Error::new(error).context("cannot start the simulator"),
    })?;
    // Registered before the addresses are printed, so that a signal after that shuts down gracefully.
    let stop = stop_signal().context("cannot listen for signals")?;
    let (ess, rest) = (sim.ess_url(), sim.rest_url());
    writeln!(
        io::stdout(),
        "event stream  {ess}\nREST          {rest}\n\nPoint a bot at it:\n  \
         AURAXIS_ESS_URL={ess} AURAXIS_REST_URL={rest} cargo run --example …\n\nCtrl-C stops it."
    )?;
    stop.await.context("cannot listen for signals")?;
    sim.shutdown().await;
    Ok(())
}

fn builder(arguments: &Serve) -> anyhow::Result<Builder> {
    let mut builder = Sim::builder()
        .seed(arguments.seed)
        .rate(arguments.rate)
        .port(arguments.port)
        .environment(arguments.environment);
    if let Some(start) = arguments.start {
        builder = builder.war_start(Timestamp(start));
    }
    if let Some(hour) = arguments.hour {
        builder = builder.hour(hour);
    }
    if let Some(path) = &arguments.faults {
        let script: Script = read(path)?.parse().with_context(|| cannot_read(path))?;
        builder = builder.faults(script);
    }
    if let Some(seed) = arguments.chaos {
        builder = builder.chaos(seed);
    }
    if let Some(path) = &arguments.truth {
        builder = builder.truth_file(path);
    }
    Ok(builder)
}

/// Prints the score. The exit code is 0 if the score is perfect.
fn score(arguments: &Score) -> anyhow::Result<ExitCode> {
    let path = &arguments.truth;
    let mut truth: Vec<TruthEntry> = Vec::new();
    for (line, text) in (1..).zip(read(path)?.lines()) {
        let entry = serde_json::from_str(text).with_context(|| format!("{}: line {line}", cannot_read(path)))?;
        truth.push(entry);
    }
    let mut scorer = Scorer::new(&truth).settle(arguments.settle);
    if let Some(subscription) = &arguments.subscription {
        scorer = scorer.expect(|event| subscription.admits(event));
    }
    for name in &arguments.except {
        scorer = scorer.except(name);
    }
    let score = scorer.score(read(&arguments.got)?.lines());
    write!(io::stdout(), "{score}")?;
    Ok(if score.is_perfect() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn faults() -> anyhow::Result<()> {
    let mut out = io::stdout();
    for info in Fault::catalog() {
        writeln!(out, "{}\n    {}\n    A perfect client {}.\n", info.example, info.description.trim(), info.expected)?;
    }
    Ok(())
}

fn read(path: &PathBuf) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| cannot_read(path))
}

fn cannot_read(path: &Path) -> String {
    format!("cannot read `{}`", path.display())
}

/// Registers handlers for Ctrl-C and, on Unix, SIGTERM. The future completes at the first signal.
fn stop_signal() -> io::Result<impl Future<Output = io::Result<()>>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        let (mut interrupted, mut terminated) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(async move {
            tokio::select! {
                _ = interrupted.recv() => Ok(()),
                _ = terminated.recv() => Ok(()),
            }
        })
    }
    #[cfg(not(unix))]
    Ok(tokio::signal::ctrl_c())
}
