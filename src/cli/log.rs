//! The log on stderr.

use std::env;

use tracing_subscriber::{EnvFilter, filter::Directive, util::SubscriberInitExt};

use super::{progress::Progress, terminal};

/// The filter if `RUST_LOG` is not set. What `async-nats` logs is reported by auraxis too, with what to do.
const DEFAULT: &str = "warn,async_nats=off,auraxis=info";

/// Installs the log, unless the program has installed a subscriber.
pub(super) fn init(progress: &Progress) {
    // Otherwise a failed write is reported with `eprintln!`, which panics if stderr is closed.
    let log = || {
        let log = tracing_subscriber::fmt().with_writer(progress.stderr()).with_ansi(terminal::has_colours());
        log.log_internal_errors(false)
    };
    let text = env::var_os(EnvFilter::DEFAULT_ENV).unwrap_or_default();
    let (filter, wrong) = filter(&text.to_string_lossy());
    if log().with_env_filter(filter).finish().try_init().is_err() || wrong.is_empty() {
        return;
    }
    // The filter must not hide this warning.
    tracing::subscriber::with_default(log().finish(), || {
        tracing::warn!(
            "ignoring invalid directives in `RUST_LOG`: {}; expected a level (`error`, `warn`, `info`, `debug`, `trace`, \
             `off`) or `target=level`, separated by commas, such as `warn,auraxis=debug`",
            wrong.iter().map(|wrong| format!("`{wrong}`")).collect::<Vec<_>>().join(", "),
        );
    });
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
