//! Tables of measurements.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

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

    /// Formats the values, divided by this.
    #[must_use]
    pub fn scaled(&self, unit: f64, digits: usize) -> String {
        let Self { median, min, max } = self;
        format!("{:.digits$} ({:.digits$}–{:.digits$})", median / unit, min / unit, max / unit)
    }
}

/// The measurements of a client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The client.
    pub name: String,
    /// Events per second.
    pub rate: Summary,
    /// The same, as a ratio to the bare loop in the same round.
    pub rate_ratio: Summary,
    /// Processor time per event, in nanoseconds.
    pub cpu_ns: Summary,
    /// The same, as a ratio to the bare loop in the same round.
    pub cpu_ratio: Summary,
    /// The median latency in microseconds; 0 if it was not measured.
    pub latency_us: Summary,
    /// The maximum of the resident memory, in MiB.
    pub resident_mib: Summary,
}

/// Returns a Markdown table.
#[must_use]
pub fn table(rows: &[Row]) -> String {
    let mut text = String::from(
        "| Client | Million events/s | × bare loop | CPU ns/event | × bare loop | Median latency, µs | Memory, MiB |\n\
         | --- | --: | --: | --: | --: | --: | --: |\n",
    );
    for row in rows {
        let latency = if row.latency_us.max > 0.0 { row.latency_us.scaled(1.0, 0) } else { "–".to_owned() };
        let (rate, rate_ratio) = if row.latency_us.max > 0.0 {
            ("–".to_owned(), "–".to_owned())
        } else {
            (row.rate.scaled(1e6, 2), row.rate_ratio.scaled(1.0, 2))
        };
        let _ = writeln!(
            text,
            "| {} | {rate} | {rate_ratio} | {} | {} | {latency} | {} |",
            row.name,
            row.cpu_ns.scaled(1.0, 0),
            row.cpu_ratio.scaled(1.0, 2),
            row.resident_mib.scaled(1.0, 1),
        );
    }
    text
}
