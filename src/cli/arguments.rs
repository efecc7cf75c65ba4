//! The flags of a bot and their environment variables.
#![allow(clippy::doc_markdown)] // Doc comments are the help text here.

use std::{
    any::type_name,
    env,
    io::{self, Write},
    path::PathBuf,
    process,
    time::Duration,
};

use auraxis_core::environment::Environment;
use auraxis_runtime::{ClientBuilder, Error, Result, Rotation, Speed};
use clap::{
    Arg, ArgMatches, Args, Command, CommandFactory, FromArgMatches, Parser,
    error::{ContextKind, ContextValue, ErrorKind},
    parser::ValueSource,
};

use super::{broker::BrokerArguments, duration::duration, log::LogFormat, serve::ServeArguments};
use crate::run::{Program, Settings, stdout};

/// A bot for PlanetSide 2's live event stream, made with auraxis.
///
/// It runs until it is stopped, for example with Ctrl-C. Flags take precedence over environment variables. The bot's
/// output goes to stdout, logs go to stderr; RUST_LOG sets the log level, e.g. RUST_LOG=auraxis=debug.
#[derive(Parser)]
#[group(skip)] // Its name could clash with that of a program's own.
pub(super) struct Arguments {
    /// Connect to a simulated war instead of the game
    ///
    /// A local server replaces the event stream and the REST API. No service id is needed.
    #[arg(long)]
    pub(super) sim: bool,

    /// Replay recordings, one after the other, instead of connecting, and stop at their end
    ///
    /// A recording has one frame per line, as written by --record or as received, and can be compressed with zstd or
    /// gzip. `-` is standard input. Timers follow the recorded time, whatever the speed.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    replay: Vec<PathBuf>,

    /// The speed of a replay: 1 is real time, 10 is ten times as fast, max is as fast as possible [default: max]
    #[arg(long, value_name = "N")]
    speed: Option<Speed>,

    /// Record the stream to a file, or append to a recording; .zst and .gz are compressed
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,

    /// Start a new file at this size or age, e.g. 100MB or 1h; file names contain the time
    #[arg(long, value_name = "SIZE|DURATION", value_parser = rotation)]
    record_rotate: Option<Rotation>,

    /// Show the triggers and the subscription they need, then exit
    #[arg(long)]
    pub(super) explain: bool,

    /// Stop gracefully after this time, e.g. 15s or 2m
    #[arg(long = "for", value_name = "DURATION", value_parser = duration)]
    run_for: Option<Duration>,

    /// The service id, with or without `s:`; free at https://census.daybreakgames.com/#service-id
    #[arg(long, value_name = "ID", env = "AURAXIS_SERVICE_ID", hide_env_values = true)]
    service_id: Option<String>,

    /// The platform: ps2 (PC), ps2ps4us or ps2ps4eu
    #[arg(long, value_name = "NAME", env = "AURAXIS_ENVIRONMENT")]
    environment: Option<Environment>,

    /// The event stream, e.g. ws://127.0.0.1:4000/streaming; separate several candidates with commas
    #[arg(long, value_name = "URL", env = "AURAXIS_ESS_URL", hide_env_values = true)]
    ess_url: Option<String>,

    /// The REST API, e.g. http://127.0.0.1:4000
    #[arg(long, value_name = "URL", env = "AURAXIS_REST_URL", hide_env_values = true)]
    rest_url: Option<String>,

    #[command(flatten)]
    broker: BrokerArguments,

    #[command(flatten)]
    serve: ServeArguments,

    /// The number of links that carry the subscription, 1 to 4; with several, no event is missed while one is lost
    #[arg(long, value_name = "N")]
    redundancy: Option<u32>,

    /// The format of log messages
    #[arg(long, value_name = "FORMAT", env = "AURAXIS_LOG_FORMAT", default_value = "text")]
    pub(super) log_format: LogFormat,

    /// Show the versions of the bot and of auraxis
    #[arg(short = 'V', long)]
    version: bool,
}

/// Conflicting flags, and why they conflict.
///
/// A flag does not conflict with an environment variable, because flags take precedence. `--explain` conflicts with no
/// flag, because it explains the rest of the command line.
const CONFLICTS: [(&str, &str, &str); 14] = [
    ("durable", "replay", "a replay does not connect"),
    ("durable", "sim", "`--sim` starts its own server"),
    ("ess_url", "replay", "a replay does not connect"),
    ("ess_url", "sim", "`--sim` starts its own server"),
    ("from", "ess_url", "events come either from a broker or from the event stream"),
    ("from", "redundancy", "a broker has no links; its relay does"),
    ("from", "replay", "a replay does not connect"),
    ("from", "sim", "`--sim` starts its own server"),
    ("record", "replay", "a replay is not recorded"),
    ("record_rotate", "replay", "a replay is not recorded"),
    ("redundancy", "replay", "a replay does not connect"),
    ("replay", "sim", "events come either from recordings or from the simulator"),
    ("rest_url", "sim", "`--sim` starts its own server"),
    ("since", "since_start", "a bot begins at one time"),
];

/// Flags that require another flag, and why.
const REQUIREMENTS: [(&str, &str, &str); 2] = [
    ("record_rotate", "record", "`--record-rotate` requires a recording"),
    ("speed", "replay", "`--speed` requires a replay"),
];

/// Returns the first conflict or missing requirement.
fn conflict(matches: &ArgMatches) -> Option<String> {
    let given = |flag: &str| is_given(matches, flag);
    let long = |flag: &str| flag.replace('_', "-");

    let conflict = CONFLICTS.iter().find(|(one, other, _)| given(one) && given(other));
    let missing = REQUIREMENTS.iter().find(|(flag, required, _)| given(flag) && !given(required));
    conflict.map(|(one, other, why)| format!("{why}; remove `--{}` or `--{}`", long(one), long(other))).or_else(|| {
        missing
            .map(|(flag, required, why)| format!("{why}; add `--{} FILE` or remove `--{}`", long(required), long(flag)))
    })
}

fn is_given(matches: &ArgMatches, flag: &str) -> bool {
    matches.value_source(flag) == Some(ValueSource::CommandLine)
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
        .ok_or_else(|| "expected a size such as `100MB` or `1GiB`, or a duration such as `1h`".into())
}

impl Arguments {
    /// Reads the command line, with the program's own arguments. Prints help and version to stdout; reports errors on
    /// stderr and exits with 1.
    ///
    /// # Errors
    ///
    /// Returns an error if an argument of the program clashes with one of auraxis.
    pub(super) fn read<Own: Args>(program: Program) -> Result<(Self, Own)> {
        let file = env::args_os().next().map(PathBuf::from);
        let file = file.as_deref().and_then(|path| path.file_stem()?.to_str()).unwrap_or("bot");
        // Empty variables are ignored, because some container setups define them.
        let is_empty = |arg: &Arg| arg.get_env().and_then(env::var_os).is_some_and(|value| value.is_empty());
        let command = with_own::<Own>(Self::command().bin_name(file))?;
        let mut command = command.mut_args(|arg| if is_empty(&arg) { arg.env(None) } else { arg });

        let read = command.try_get_matches_from_mut(env::args_os()).and_then(|matches| match conflict(&matches) {
            Some(conflict) => Err(command.error(ErrorKind::ArgumentConflict, conflict)),
            None => Self::from_arg_matches(&matches)
                .and_then(|arguments| Ok((arguments, Own::from_arg_matches(&matches)?)))
                .map(|(arguments, own)| (arguments.with_precedence(&matches), own))
                .map_err(|error| error.format(&mut command)),
        });
        match read {
            Ok((arguments, _)) if arguments.version => {
                let version = program.version.map(|version| format!(" {version}")).unwrap_or_default();
                let name = program.name.unwrap_or(file);
                let text = format!("{name}{version} (auraxis {})\n", env!("CARGO_PKG_VERSION"));
                stdout::end(&stdout::print(&text))
            }
            Ok(arguments) => Ok(arguments),
            Err(error) if error.use_stderr() => {
                let _ = io::stderr().write_all(prose(&error, &command).as_bytes());
                process::exit(1)
            }
            Err(help) => stdout::end(&stdout::print(&help.render().to_string())),
        }
    }

    /// A flag that selects the event stream takes precedence over a variable or a key that selects a broker.
    fn with_precedence(mut self, matches: &ArgMatches) -> Self {
        self.broker.is_overridden = ["ess_url", "sim"].iter().any(|flag| is_given(matches, flag));
        self.serve = self.serve.with_precedence(|flag| is_given(matches, flag));
        self
    }

    pub(super) fn apply(self, mut builder: ClientBuilder) -> Result<ClientBuilder> {
        builder = self.broker.apply(builder)?;
        builder = self.serve.apply(builder)?;
        let Self { service_id, environment, ess_url, rest_url, .. } = self;
        builder = Settings { service_id, environment, ess_url, rest_url }.apply(builder);
        if let Some(links) = self.redundancy {
            builder = builder.redundancy(links);
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
        Ok(builder)
    }
}

/// Adds the program's own arguments to the command line.
fn with_own<Own: Args>(command: Command) -> Result<Command> {
    let mut own = Own::augment_args(Command::new("own").disable_help_flag(true).disable_version_flag(true));
    if own.get_arguments().next().is_none() && !own.has_subcommands() {
        return Ok(command);
    }
    let mut ours = command.clone();
    // Arguments can be displayed after this.
    own.build();
    ours.build();
    for (own, ours) in own.get_arguments().flat_map(|own| ours.get_arguments().map(move |ours| (own, ours))) {
        let longs = own.get_long_and_visible_aliases().unwrap_or_default();
        let shorts = own.get_short_and_visible_aliases().unwrap_or_default();
        let is_same = own.get_id() == ours.get_id()
            || ours.get_long().is_some_and(|long| longs.contains(&long))
            || ours.get_short().is_some_and(|short| shorts.contains(&short));
        if is_same {
            let (name, own) = (type_name::<Own>(), own.to_string());
            return Err(Error::setup(format!(
                "the argument `{own}` of `{name}` clashes with `{ours}` of auraxis; rename it"
            )));
        }
    }
    Ok(Own::augment_args(command.mut_args(|arg| arg.help_heading("Options of auraxis"))))
}

/// Formats an error of clap. Names the environment variable if its value is invalid, and redacts the service id.
fn prose(error: &clap::Error, command: &Command) -> String {
    let given = || env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    let variables = || command.get_arguments().filter_map(|arg| Some((arg, arg.get_env()?.to_str()?)));
    let mut text = error.render().to_string();
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(flag)) => {
            let flag_is_given = |arg: &Arg| {
                let long = arg.get_long().map(|long| format!("--{long}"));
                given().any(|argument| argument.split('=').next() == long.as_deref())
            };
            let wrong = variables().find(|(arg, _)| arg.to_string() == *flag && !flag_is_given(arg));
            if let Some((_, variable)) = wrong {
                text = text.replacen(&format!("'{flag}'"), variable, 1);
            }
        }
        _ if error.kind() == ErrorKind::InvalidUtf8 => {
            let is_odd = |variable: &str| env::var_os(variable).is_some_and(|value| value.to_str().is_none());
            if let Some((_, variable)) = variables().find(|(_, variable)| is_odd(variable)) {
                text = format!("error: {variable} is not valid UTF-8\n");
            }
        }
        _ => {}
    }
    // A misplaced id, alone or after `=`.
    let ids = given().filter_map(|argument| Some(argument.rsplit('=').next()?.strip_prefix("s:")?.to_owned()));
    ids.filter(|id| !id.is_empty()).fold(text, |text, id| text.replace(&format!("s:{id}"), "s:…"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(clap::Parser)]
    struct Good {
        #[arg(long, short)]
        limit: Option<u32>,
        channel: Vec<String>,
    }

    #[test]
    fn own_arguments_are_added_unless_they_clash() {
        #[derive(clap::Args)]
        struct SameName {
            #[arg(long = "sim-speed")]
            sim: Option<u32>,
        }

        #[derive(clap::Args)]
        struct SameFlag {
            #[arg(long = "for")]
            whom: Option<String>,
        }

        #[derive(clap::Args)]
        struct SameAlias {
            #[arg(long, visible_alias = "record")]
            write: Option<String>,
        }

        #[derive(clap::Args)]
        struct SameLetter {
            #[arg(short = 'V')]
            verbose: bool,
        }

        let error = |result: Result<Command>| result.map(drop).unwrap_err().to_string();
        let command = || Arguments::command();
        for (message, own) in [
            ("`--sim-speed <SIM>`", error(with_own::<SameName>(command()))),
            ("with `--for <DURATION>` of auraxis; rename it", error(with_own::<SameFlag>(command()))),
            ("with `--record <FILE>`", error(with_own::<SameAlias>(command()))),
            ("`-V`", error(with_own::<SameLetter>(command()))),
        ] {
            assert!(own.contains(message), "{own}");
        }
        let command = with_own::<Good>(command()).unwrap();
        let matches = command.try_get_matches_from(["bot", "--sim", "-l", "5", "a", "b"]).unwrap();
        let (ours, own) = (Arguments::from_arg_matches(&matches).unwrap(), Good::from_arg_matches(&matches).unwrap());
        assert_eq!((ours.sim, own.limit, &own.channel[..]), (true, Some(5), &["a".to_owned(), "b".to_owned()][..]));
    }
}
