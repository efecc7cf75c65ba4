//! When faults come up.

use std::{fmt, str::FromStr, time::Duration};

use super::{Misread, Strike, word::Word as _};

/// Faults and when they come up, counted from the start of the simulator.
///
/// As text, a script has one fault a line; empty lines and what follows a `#` are for people.
///
/// ```
/// use std::time::Duration;
///
/// use auraxis_sim::{Fault, Script};
///
/// let script: Script = "
///     at 10s silence world 40 for 20s
///     every 5s ±2s duplicate next 3 after 2
///     at 30s reset on one link            # whichever
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
    pub(super) strike: Strike,
}

/// When a fault comes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    At(Duration),
    Every { period: Duration, jitter: Duration },
}

/// The shortest period, lest nothing else happened any more.
const SHORTEST: Duration = Duration::from_millis(1);

impl Script {
    /// Adds a fault that comes up once.
    #[must_use]
    pub fn at(self, moment: Duration, strike: impl Into<Strike>) -> Self {
        self.with(When::At(moment), strike.into())
    }

    /// Adds a fault that comes up again and again: one period after the other, each longer or shorter by up to
    /// `jitter`. A period shorter than a millisecond is one of a millisecond.
    #[must_use]
    pub fn every(self, period: Duration, jitter: Duration, strike: impl Into<Strike>) -> Self {
        self.with(When::Every { period: period.max(SHORTEST), jitter }, strike.into())
    }

    /// Adds what another script says.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.lines.extend(other.lines);
        self
    }

    fn with(mut self, when: When, strike: Strike) -> Self {
        self.lines.push(Line { when, strike });
        self
    }
}

/// A line of a script that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    line: usize,
    misread: Misread,
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.misread)
    }
}

impl std::error::Error for ScriptError {}

impl FromStr for Script {
    type Err = ScriptError;

    fn from_str(text: &str) -> Result<Self, ScriptError> {
        let mut script = Self::default();
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.split('#').next().unwrap_or_default().trim();
            if !text.is_empty() {
                let (when, rest) = when(text).map_err(|misread| ScriptError { line, misread })?;
                let strike = rest.parse().map_err(|misread| ScriptError { line, misread })?;
                script = script.with(when, strike);
            }
        }
        Ok(script)
    }
}

/// The beginning of a line, and what follows.
fn when(text: &str) -> Result<(When, &str), Misread> {
    let (word, rest) = split(text);
    let (time, rest) = split(rest);
    let duration = |text: &str| {
        let misread = || Misread(format!("`{text}` is no time; write a number and a unit, like `10s` or `500ms`"));
        Duration::read(text).ok_or_else(misread)
    };
    match word {
        "at" => Ok((When::At(duration(time)?), rest)),
        "every" => {
            let period = duration(time)?.max(SHORTEST);
            let (next, after) = split(rest);
            Ok(match next.strip_prefix('±').or_else(|| next.strip_prefix("+-")) {
                Some(jitter) => (When::Every { period, jitter: duration(jitter)? }, after),
                None => (When::Every { period, jitter: Duration::ZERO }, rest),
            })
        }
        _ => {
            let said = "a line begins with `at 10s`, `every 5s` or `every 5s ±2s`, and the fault follows";
            Err(Misread(format!("{said}; `{word}` is none of them")))
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
    fn a_mistake_is_told_with_its_line_and_what_to_write() {
        let said = |text: &str| text.parse::<Script>().unwrap_err().to_string();
        assert_eq!(
            said("at 1s reset\n\n# nothing\nat noon reset"),
            "line 4: `noon` is no time; write a number and a unit, like `10s` or `500ms`"
        );
        assert_eq!(
            said("in 10s reset"),
            "line 1: a line begins with `at 10s`, `every 5s` or `every 5s ±2s`, and the fault follows; `in` is none \
             of them"
        );
        assert!(said("every 5s ±x reset").starts_with("line 1: `x` is no time"));
        assert!(said("at 10s").starts_with("line 1: no fault begins with ``; there are: "));
        assert!(said("at 1s\tduplicate 3").ends_with("write it like `duplicate next 3 after 2`"));
        assert!("every 5s ±2s duplicate next 3".parse::<Script>().is_ok());
    }

    #[test]
    fn a_script_may_be_empty_and_periods_are_not_nothing() {
        assert_eq!("\n # only words \n".parse(), Ok(Script::default()));
        let script: Script = "every 0s reset".parse().unwrap();
        assert_eq!(script.lines[0].when, When::Every { period: SHORTEST, jitter: Duration::ZERO });
    }
}
