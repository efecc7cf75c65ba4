//! The log on stderr.

use std::env;

use clap::ValueEnum;
use tracing::Subscriber;
use tracing_subscriber::{
    EnvFilter, Layer, Registry, filter::Directive, fmt, layer::SubscriberExt, registry::LookupSpan,
    util::SubscriberInitExt,
};

use super::{progress::Progress, terminal};

/// The filter if `RUST_LOG` is not set. What `async-nats` logs is reported by auraxis too, with what to do.
const DEFAULT: &str = "warn,async_nats=off,auraxis=info";

/// The format of log messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// A line for people
    Text,
    /// A line with a JSON object, for programs
    Json,
}

/// Installs the log, unless the program has installed a subscriber.
pub(super) fn init(progress: &Progress, format: LogFormat) {
    let text = env::var_os(EnvFilter::DEFAULT_ENV).unwrap_or_default();
    let (filter, wrong) = filter(&text.to_string_lossy());
    if log(progress, format).with(filter).try_init().is_err() || wrong.is_empty() {
        return;
    }
    // The filter must not hide this warning.
    tracing::subscriber::with_default(log(progress, format), || {
        tracing::warn!(
            "ignoring invalid directives in `RUST_LOG`: {}; expected a level (`error`, `warn`, `info`, `debug`, `trace`, \
             `off`) or `target=level`, separated by commas, such as `warn,auraxis=debug`",
            wrong.iter().map(|wrong| format!("`{wrong}`")).collect::<Vec<_>>().join(", "),
        );
    });
}

/// Returns the log without a filter.
fn log(progress: &Progress, format: LogFormat) -> impl Subscriber + for<'a> LookupSpan<'a> + Send + Sync + 'static {
    let layer = fmt::layer().with_writer(progress.stderr());
    // Otherwise a failed write is reported with `eprintln!`, which panics if stderr is closed.
    let layer = layer.log_internal_errors(false);
    Registry::default().with(match format {
        LogFormat::Text => layer.with_ansi(terminal::has_colours()).boxed(),
        LogFormat::Json => layer.with_ansi(false).json().flatten_event(true).with_span_list(false).boxed(),
    })
}

/// Returns the filter for a text, and the invalid directives in it.
fn filter(text: &str) -> (EnvFilter, Vec<String>) {
    let directives = directives(text).map(str::trim).filter(|directive| !directive.is_empty());
    let (valid, wrong): (Vec<_>, Vec<_>) = directives.partition(|directive| directive.parse::<Directive>().is_ok());
    let filter = EnvFilter::try_new(if valid.is_empty() { DEFAULT.into() } else { valid.join(",") });
    (filter.unwrap_or_else(|_| EnvFilter::new(DEFAULT)), wrong.into_iter().map(String::from).collect())
}

/// Splits at commas, except at those between the fields of a span.
fn directives(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    text.split(move |char| {
        depth += match char {
            '[' | '{' => 1,
            ']' | '}' => -1,
            _ => 0,
        };
        char == ',' && depth == 0
    })
}
