//! The score of a client.

use std::fmt;

/// The score of a client. [`Display`](fmt::Display) writes a table.
///
/// Each expected event is in exactly one of [`once`](Self::once), [`twice`](Self::twice),
/// [`ambiguous`](Self::ambiguous), [`reported`](Self::reported), [`small`](Self::small) and [`silent`](Self::silent).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Score {
    /// The number of expected events.
    pub expected: u64,
    /// The number of received events, including duplicates.
    pub received: u64,
    /// The number of events that were received exactly once.
    pub once: u64,
    /// The numbers of the events that were received more than once.
    pub twice: Vec<u64>,
    /// The number of events that were received twice because their frames were doubled, and that a client cannot tell
    /// from two equal events.
    pub ambiguous: u64,
    /// The number of events that were not received, and are in a gap that the client reported.
    pub reported: u64,
    /// The number of events that were lost, without a report, in silences of fewer than 7 events.
    pub small: u64,
    /// The numbers of all other events that were not received.
    pub silent: Vec<u64>,
    /// The numbers of the events that were sent but not received.
    pub missing: Vec<u64>,
    /// The received events that never happened, or happened with other values.
    pub extra: Vec<String>,
    /// The number of events that were received after a later event.
    pub out_of_order: u64,
    /// The number of events that are missing because they were sent within two seconds before the link was closed.
    pub in_flight: u64,
    /// The number of events that are missing because a fault withheld them from all clients.
    pub withheld: u64,
    /// The number of events that are missing because no client was connected.
    pub away: u64,
    /// The number of events that are missing because they were not sent to a connected client: its link was silent, or
    /// its subscription did not match.
    pub unsent: u64,
}

impl Score {
    /// Returns whether the client received every sent event exactly once, and nothing else.
    #[must_use]
    pub fn is_perfect(&self) -> bool {
        self.missing.is_empty() && self.extra.is_empty() && self.twice.is_empty() && self.ambiguous == 0
    }

    /// Returns whether the client received nothing twice and nothing that did not happen, and reported what it missed.
    #[must_use]
    pub fn is_honest(&self) -> bool {
        self.twice.is_empty() && self.silent.is_empty() && self.extra.is_empty()
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = [
            ("expected", self.expected),
            ("received", self.received),
            ("once", self.once),
            ("twice", self.twice.len() as u64),
            ("ambiguous", self.ambiguous),
            ("reported", self.reported),
            ("small silences", self.small),
            ("silent", self.silent.len() as u64),
            ("missing", self.missing.len() as u64),
            ("extra", self.extra.len() as u64),
            ("out of order", self.out_of_order),
            ("lost in flight", self.in_flight),
            ("withheld by a fault", self.withheld),
            ("missed while away", self.away),
            ("not sent", self.unsent),
        ];
        for (name, count) in rows {
            writeln!(f, "{name:<20}{count:>10}")?;
        }
        for (name, numbers) in [("twice", &self.twice), ("silent", &self.silent), ("missing", &self.missing)] {
            if let Some(number) = numbers.first() {
                writeln!(f, "first {name} event: {number}")?;
            }
        }
        if let Some(line) = self.extra.first() {
            writeln!(f, "first extra event: {line}")?;
        }
        Ok(())
    }
}
