//! Fault scripts.

use std::{fmt, str::FromStr, time::Duration};

use super::{injection::Injection, parse::ParseFaultError, script_value::ScriptValue as _};

/// Faults and when they start, relative to the start of the simulator.
///
/// In a script file, each line is one fault. Empty lines and comments after `#` are ignored.
///
/// ```
/// use std::time::Duration;
///
/// use auraxis_sim::{Fault, Script};
///
/// let script: Script = "
///     at 10s silence world 40 for 20s
///     every 5s ±2s duplicate next 3 after 2
///     at 30s reset on one link            # a random link
/// ".parse()?;
/// assert_eq!(script, Script::default()
///     .at(Duration::from_secs(10), "silence world 40 for 20s".parse::<Fault>()?)
///     .every(Duration::from_secs(5), Duration::from_secs(2), Fault::Duplicate { next: 3, after: 2 })
///     .at(Duration::from_secs(30), Fault::Reset.on(auraxis_sim::Links::One)));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    pub(super) lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) when: When,
    pub(super) injection: Injection,
}

/// When a fault starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    At(Duration),
    Every { period: Duration, jitter: Duration },
}

/// The minimum period. It leaves time for events between faults.
const MIN_PERIOD: Duration = Duration::from_millis(1);

impl Script {
    /// Adds a fault that starts once.
    #[must_use]
    pub fn at(self, moment: Duration, injection: impl Into<Injection>) -> Self {
        self.with(When::At(moment), injection.into())
    }

    /// Adds a fault that starts repeatedly. Each period is randomly longer or shorter by up to `jitter`. The minimum
    /// period is one millisecond.
    #[must_use]
    pub fn every(self, period: Duration, jitter: Duration, injection: impl Into<Injection>) -> Self {
        self.with(When::Every { period: period.max(MIN_PERIOD), jitter }, injection.into())
    }

    /// Adds the faults of another script.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.lines.extend(other.lines);
        self
    }

    fn with(mut self, when: When, injection: Injection) -> Self {
        self.lines.push(Line { when, injection });
        self
    }
}

/// An error that occurs when parsing a [`Script`]. Its message contains the line and suggests what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseScriptError {
    line: usize,
    cause: ParseFaultError,
}

impl fmt::Display for ParseScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.cause)
    }
}

impl std::error::Error for ParseScriptError {}

impl FromStr for Script {
    type Err = ParseScriptError;

    fn from_str(text: &str) -> Result<Self, ParseScriptError> {
        let mut script = Self::default();
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.split('#').next().unwrap_or_default().trim();
            if !text.is_empty() {
                let (when, rest) = when(text).map_err(|cause| ParseScriptError { line, cause })?;
                let injection = rest.parse().map_err(|cause| ParseScriptError { line, cause })?;
                script = script.with(when, injection);
            }
        }
        Ok(script)
    }
}

/// Parses the time at the beginning of a line. Returns the time and the rest of the line.
fn when(text: &str) -> Result<(When, &str), ParseFaultError> {
    let (word, rest) = split(text);
    let (time, rest) = split(rest);
    let duration = |text: &str| {
        let cause =
            || ParseFaultError(format!("`{text}` is not a time; write a number with a unit, such as `10s` or `500ms`"));
        Duration::from_word(text).ok_or_else(cause)
    };
    match word {
        "at" => Ok((When::At(duration(time)?), rest)),
        "every" => {
            let period = duration(time)?.max(MIN_PERIOD);
            let (next, after) = split(rest);
            Ok(match next.strip_prefix('±').or_else(|| next.strip_prefix("+-")) {
                Some(jitter) => (When::Every { period, jitter: duration(jitter)? }, after),
                None => (When::Every { period, jitter: Duration::ZERO }, rest),
            })
        }
        _ => {
            let help = "begin the line with `at 10s`, `every 5s` or `every 5s ±2s`, followed by the fault";
            Err(ParseFaultError(format!("expected `at` or `every`, found `{word}`; {help}")))
        }
    }
}

fn split(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (word, rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_contain_the_line_and_suggest_what_to_write() {
        let message = |text: &str| text.parse::<Script>().unwrap_err().to_string();
        assert_eq!(
            message("at 1s reset\n\n# nothing\nat noon reset"),
            "line 4: `noon` is not a time; write a number with a unit, such as `10s` or `500ms`"
        );
        assert_eq!(
            message("in 10s reset"),
            "line 1: expected `at` or `every`, found `in`; begin the line with `at 10s`, `every 5s` or `every 5s ±2s`, \
             followed by the fault"
        );
        assert!(message("every 5s ±x reset").starts_with("line 1: `x` is not a time"));
        assert!(message("at 10s").starts_with("line 1: missing fault; the first word must be one of "));
        assert!(message("at 1s\tduplicate 3").ends_with("write, for example, `duplicate next 3 after 2`"));
        assert!("every 5s ±2s duplicate next 3".parse::<Script>().is_ok());
    }

    #[test]
    fn a_script_can_be_empty_and_periods_are_never_zero() {
        assert_eq!("\n # only words \n".parse(), Ok(Script::default()));
        let script: Script = "every 0s reset".parse().unwrap();
        assert_eq!(script.lines[0].when, When::Every { period: MIN_PERIOD, jitter: Duration::ZERO });
    }
}
