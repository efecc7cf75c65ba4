//! Summaries and tables of measurements.

use std::{
    fmt::{self, Display, Formatter, Write},
    iter::zip,
};

use serde::{Deserialize, Serialize};

use crate::{Load, Measurement};

/// A quantity of a measurement.
pub type Quantity = fn(&Measurement) -> f64;

/// The client that the others are compared with.
pub const BASE: &str = "bare loop";

/// The measurements of a client under one load, one per round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Client {
    /// The client.
    pub name: String,
    /// How the server sent.
    pub load: Load,
    /// The measurements.
    pub rounds: Vec<Measurement>,
    /// Why there are none.
    pub why_missing: Option<String>,
}

impl Client {
    /// Summarizes a quantity.
    #[must_use]
    pub fn summary(&self, quantity: Quantity) -> Summary {
        Summary::new(self.rounds.iter().map(quantity))
    }

    /// Summarizes the ratios of a quantity to that of another client in the same round.
    #[must_use]
    pub fn ratio(&self, other: &Self, quantity: Quantity) -> Summary {
        Summary::new(zip(&self.rounds, &other.rounds).map(|(own, other)| quantity(own) / quantity(other)))
    }
}

/// The median, minimum and maximum of several rounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The median.
    pub median: f64,
    /// The minimum.
    pub min: f64,
    /// The maximum.
    pub max: f64,
}

impl Summary {
    /// Summarizes values; all are 0 if there are none.
    pub fn new(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<_> = values.collect();
        values.sort_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or(0.0);
        Self { median: at(values.len() / 2), min: at(0), max: at(values.len().saturating_sub(1)) }
    }

    /// Divides by a unit.
    #[must_use]
    pub fn per(self, unit: f64) -> Self {
        Self { median: self.median / unit, min: self.min / unit, max: self.max / unit }
    }
}

/// Shows the median, and the others in parentheses if they differ.
impl Display for Summary {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Self { median, min, max } = *self;
        let digits = digits(median);
        write!(formatter, "{median:.digits$}")?;
        if min < max { write!(formatter, " ({min:.digits$}–{max:.digits$})") } else { Ok(()) }
    }
}

/// Returns how many digits to show after the point: at least two that matter, and three places in all.
#[must_use]
pub fn digits(value: f64) -> usize {
    match value.abs() {
        0.0 | 100.0.. => 0,
        10.0.. => 1,
        0.1.. => 2,
        0.01.. => 3,
        _ => 4,
    }
}

/// Returns a Markdown table of the clients under a load, or nothing if there are none.
#[must_use]
pub fn table(clients: &[Client], load: Load) -> String {
    let (title, quantity, unit): (_, Quantity, _) = match load {
        Load::Flood => ("Million events/s", Measurement::rate, 1e6),
        Load::Paced => ("Median latency, µs", Measurement::latency, 1e3),
        Load::Quiet => ("Time, ms", Measurement::wall, 1e6),
    };
    let (cpu_title, cpu_unit) = match load {
        Load::Flood => ("CPU ns/event", 1.0),
        Load::Paced => ("CPU µs/event", 1e3),
        Load::Quiet => ("CPU time, ms", 1e6),
    };
    let clients: Vec<_> = clients.iter().filter(|client| client.load == load).collect();
    let Some(base) = clients.iter().find(|client| client.name == BASE) else { return String::new() };
    let mut text = format!(
        "| Client | {title} | × {BASE} | {cpu_title} | × {BASE} | Memory, MiB |\n| --- | --: | --: | --: | --: | --: |\n"
    );
    for client in &clients {
        let _ = match &client.why_missing {
            Some(why) => writeln!(text, "| {} | not measured: {why} | | | | |", client.name),
            None => writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} |",
                client.name,
                client.summary(quantity).per(unit),
                client.ratio(base, quantity),
                client.summary(Measurement::cpu_per_event).per(cpu_unit),
                client.ratio(base, Measurement::cpu_per_event),
                client.summary(Measurement::resident_mib),
            ),
        };
    }
    text
}
