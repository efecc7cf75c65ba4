//! Durations on the command line.

use std::time::Duration;

/// Parses a duration such as `15s`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    text.parse::<jiff::SignedDuration>()
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok())
        .ok_or_else(|| "expected a number with a unit, such as `15s`, `2m` or `1h30m`".into())
}
