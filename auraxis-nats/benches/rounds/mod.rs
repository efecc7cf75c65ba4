//! Rounds in which auraxis and `async-nats` alone do the same work.

use std::time::Duration;

/// The rates of all rounds, and their ratios.
pub(crate) struct Rounds {
    /// What is compared with `async-nats`.
    name: &'static str,
    events: u32,
    ours: Vec<f64>,
    raws: Vec<f64>,
    ratios: Vec<f64>,
}

impl Rounds {
    /// Rounds with so many events each.
    pub(crate) fn new(name: &'static str, events: u32) -> Self {
        Self { name, events, ours: Vec::new(), raws: Vec::new(), ratios: Vec::new() }
    }

    /// Adds the times of a round, and prints its rates.
    pub(crate) fn add(&mut self, ours: Duration, raw: Duration) {
        let [ours, raw] = [ours, raw].map(|time| f64::from(self.events) / time.as_secs_f64());
        self.ours.push(ours);
        self.raws.push(raw);
        self.ratios.push(ours / raw);
        self.print(&format!("round {}", self.ours.len()), ours, raw, ours / raw);
    }

    /// Prints the medians.
    pub(crate) fn finish(mut self) {
        let [ours, raw, ratio] = [&mut self.ours, &mut self.raws, &mut self.ratios].map(|values| {
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        });
        self.print("medians", ours, raw, ratio);
    }

    fn print(&self, what: &str, ours: f64, raw: f64, ratio: f64) {
        println!("{what}: {} {ours:.0} events/s, async-nats {raw:.0} messages/s, ratio {ratio:.2}", self.name);
    }
}
