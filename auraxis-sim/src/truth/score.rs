//! Scores a client against the ground truth.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
};

use auraxis_core::{event::Event, frame::Frame, subscription::Subscription};

use super::{entry::TruthEntry, fields::EventFields};

/// Events that were sent within this time before a link was closed can be lost in flight, in milliseconds.
const IN_FLIGHT_MS: u64 = 2_000;

/// Compares the events that a client received with the ground truth.
///
/// ```
/// use std::time::Duration;
///
/// use auraxis_sim::{Scorer, Sim};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let sim = Sim::builder().rate(100.0).keep_truth().start().await?;
/// let mut received: Vec<String> = Vec::new();
/// // … a client connects and collects every frame that it receives …
/// let score = Scorer::new(&sim.truth()).score(received.iter().map(String::as_str));
/// assert!(score.is_perfect(), "{score}");
/// # std::io::Result::Ok(()) })?;
/// # std::io::Result::Ok(())
/// ```
#[derive(Clone, Debug)]
pub struct Scorer {
    events: Vec<TruthEvent>,
    by_key: HashMap<[String; 2], Vec<usize>>,
    excluded: BTreeSet<String>,
}

/// An event of the ground truth.
#[derive(Clone, Debug)]
struct TruthEvent {
    number: u64,
    fields: EventFields,
    event: Option<Event>,
    outcome: Outcome,
    is_expected: bool,
}

/// What happened to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// It was sent to at least one link.
    Sent,
    /// It was sent, but only to links that were closed shortly afterwards.
    InFlight,
    /// A fault withheld it from all clients.
    Withheld,
    /// No client was connected.
    Disconnected,
    /// Clients were connected, but it was not sent to any of them.
    NotSent,
}

impl Scorer {
    /// Creates a scorer that expects every event that was sent to a link.
    #[must_use]
    pub fn new(truth: &[TruthEntry]) -> Self {
        let mut closed = HashMap::new();
        for entry in truth {
            if let TruthEntry::Closed { at_ms, link, .. } = entry {
                closed.insert(*link, *at_ms);
            }
        }
        let last = truth.iter().rev().find_map(|entry| match entry {
            TruthEntry::Event { at_ms, .. } | TruthEntry::Closed { at_ms, .. } => Some(*at_ms),
            _ => None,
        });
        let mut scorer = Self { events: Vec::new(), by_key: HashMap::new(), excluded: BTreeSet::new() };
        let mut open = 0_u64;
        for entry in truth {
            match entry {
                TruthEntry::Opened { .. } => open += 1,
                TruthEntry::Closed { .. } => open = open.saturating_sub(1),
                TruthEntry::Event { at_ms, number, links, withheld, frame } => {
                    let ends = |link: &u64| closed.get(link).copied().or(last).unwrap_or(u64::MAX);
                    let is_last = |link: &u64| at_ms + IN_FLIGHT_MS >= ends(link);
                    let outcome = match () {
                        () if withheld.is_some() => Outcome::Withheld,
                        () if !links.is_empty() && links.iter().all(is_last) => Outcome::InFlight,
                        () if !links.is_empty() => Outcome::Sent,
                        () if open == 0 => Outcome::Disconnected,
                        () => Outcome::NotSent,
                    };
                    scorer.add(*number, frame, outcome);
                }
                _ => {}
            }
        }
        scorer
    }

    fn add(&mut self, number: u64, frame: &str, outcome: Outcome) {
        let Some(fields) = EventFields::parse(frame) else { return };
        let event = match Frame::parse(frame) {
            Ok(Frame::Event(event)) => Some(event),
            _ => None,
        };
        self.by_key.entry(fields.key().map(str::to_owned)).or_default().push(self.events.len());
        self.events.push(TruthEvent {
            number,
            fields,
            event,
            outcome,
            is_expected: matches!(outcome, Outcome::Sent | Outcome::InFlight),
        });
    }

    /// Expects every event that matches this subscription instead, including events that were not sent.
    #[must_use]
    pub fn expect_subscription(mut self, subscription: &Subscription) -> Self {
        for entry in &mut self.events {
            entry.is_expected = entry.event.as_ref().is_some_and(|event| subscription.admits(event));
        }
        self
    }

    /// Ignores events of this name.
    #[must_use]
    pub fn except(mut self, name: impl Into<String>) -> Self {
        self.excluded.insert(name.into());
        self
    }

    /// Scores what a client received, in order. Each line is a frame, the payload of an event, or a line of a
    /// recording. Lines without an event are ignored. A received event can lack fields of the sent one.
    #[must_use]
    pub fn score<'a>(&self, received: impl IntoIterator<Item = &'a str>) -> Score {
        let mut score = Score::default();
        let mut is_received = vec![false; self.events.len()];
        let mut newest = 0;
        for line in received {
            let Some(fields) = EventFields::parse(line) else { continue };
            if self.excluded.contains(fields.get("event_name")) {
                continue;
            }
            score.received += 1;
            let candidates = self.by_key.get(&fields.key().map(str::to_owned)).map_or(&[][..], Vec::as_slice);
            let mut is_known = false;
            let mut matching = candidates.iter().filter(|at| fields.is_subset_of(&self.events[**at].fields));
            let found = matching.find(|at| {
                is_known = true;
                !is_received[**at]
            });
            match found {
                Some(&at) => {
                    is_received[at] = true;
                    score.out_of_order += u64::from(at < newest);
                    newest = newest.max(at);
                }
                None if is_known => score.duplicated += 1,
                None => score.extra.push(line.to_owned()),
            }
        }
        for (entry, is_received) in self.events.iter().zip(is_received) {
            if !entry.is_expected || self.excluded.contains(entry.fields.get("event_name")) {
                continue;
            }
            score.expected += 1;
            if !is_received {
                match entry.outcome {
                    Outcome::Sent => score.missing.push(entry.number),
                    Outcome::InFlight => score.in_flight += 1,
                    Outcome::Withheld => score.withheld += 1,
                    Outcome::Disconnected => score.away += 1,
                    Outcome::NotSent => score.unsent += 1,
                }
            }
        }
        score
    }
}

/// The score of a client. [`Display`](fmt::Display) writes a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Score {
    /// The number of expected events.
    pub expected: u64,
    /// The number of received events, including duplicates.
    pub received: u64,
    /// The numbers of the events that were sent but not received.
    pub missing: Vec<u64>,
    /// The received events that never happened, or happened with other values.
    pub extra: Vec<String>,
    /// The number of duplicates.
    pub duplicated: u64,
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
        self.missing.is_empty() && self.extra.is_empty() && self.duplicated == 0
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = [
            ("expected", self.expected),
            ("received", self.received),
            ("missing", self.missing.len() as u64),
            ("extra", self.extra.len() as u64),
            ("duplicated", self.duplicated),
            ("out of order", self.out_of_order),
            ("lost in flight", self.in_flight),
            ("withheld by a fault", self.withheld),
            ("missed while away", self.away),
            ("not sent", self.unsent),
        ];
        for (name, count) in rows {
            writeln!(f, "{name:<20}{count:>10}")?;
        }
        if let Some(number) = self.missing.first() {
            writeln!(f, "first missing event: {number}")?;
        }
        if let Some(line) = self.extra.first() {
            writeln!(f, "first extra event: {line}")?;
        }
        Ok(())
    }
}
