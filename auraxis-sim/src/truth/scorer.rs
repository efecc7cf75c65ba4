//! Scores a client against the ground truth.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use auraxis_core::event::Event;

use super::{
    entry::TruthEntry,
    fields::EventFields,
    history::{self, Outcome, TruthEvent},
    reported_gap::ReportedGap,
    score::Score,
};

/// A silence that loses fewer events than this need not be noticed.
const SMALL_SILENCE: u64 = 7;

/// Compares what a client received with the ground truth.
///
/// Every event counts that the client had subscribed to before it happened, whether it was connected at that time or not.
/// Events of worlds that are announced down do not count, because in the game there are none.
///
/// ```
/// use std::time::Duration;
///
/// use auraxis_sim::{Scorer, Sim};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let sim = Sim::builder().rate(100.0).keep_truth().start().await?;
/// let mut received: Vec<String> = Vec::new();
/// // … a client connects, and collects every frame that it receives and every gap that it reports …
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
    last_ms: u64,
    settle: Duration,
}

impl Scorer {
    /// Creates a scorer that expects every event to which the client had subscribed.
    #[must_use]
    pub fn new(truth: &[TruthEntry]) -> Self {
        let events = history::events(truth);
        let mut by_key: HashMap<_, Vec<usize>> = HashMap::new();
        for (at, event) in events.iter().enumerate() {
            by_key.entry(event.fields.key().map(str::to_owned)).or_default().push(at);
        }
        let last_ms = truth.iter().filter_map(TruthEntry::at_ms).max().unwrap_or_default();
        Self { events, by_key, excluded: BTreeSet::new(), last_ms, settle: Duration::from_secs(3) }
    }

    /// Expects the events for which this returns true, instead of those to which the client had subscribed, such as those
    /// of another [`Subscription`](auraxis_core::subscription::Subscription).
    #[must_use]
    pub fn expect(mut self, is_expected: impl Fn(&Event) -> bool) -> Self {
        for entry in &mut self.events {
            entry.is_expected = entry.can_be_expected && entry.event.as_ref().is_some_and(&is_expected);
        }
        self
    }

    /// Ignores events of this name.
    #[must_use]
    pub fn except(mut self, name: impl Into<String>) -> Self {
        self.excluded.insert(name.into());
        self
    }

    /// Expects no event of this time before the end of the truth, because it could be on its way, or be reported as
    /// missing later. If such an event was received, it counts. The default is 3 seconds.
    #[must_use]
    pub fn settle(mut self, settle: Duration) -> Self {
        self.settle = settle;
        self
    }

    /// Scores what a client received, in order. Each line is a frame, the payload of an event, a line of a recording, or
    /// a [gap](ReportedGap). Other lines are ignored. A received event can lack fields of the sent one.
    #[must_use]
    pub fn score<'a>(&self, received: impl IntoIterator<Item = &'a str>) -> Score {
        let mut score = Score::default();
        let mut copies = vec![0_u32; self.events.len()];
        let mut gaps = Gaps::default();
        let mut newest = 0;
        for line in received {
            if let Some(gap) = ReportedGap::parse(line) {
                gaps.add(gap);
                continue;
            }
            let Some(fields) = EventFields::parse(line) else { continue };
            if self.excluded.contains(fields.get("event_name")) {
                continue;
            }
            score.received += 1;
            let candidates = self.by_key.get(&fields.key().map(str::to_owned)).map_or(&[][..], Vec::as_slice);
            let matching = || candidates.iter().copied().filter(|at| fields.is_subset_of(&self.events[*at].fields));
            // A copy too many belongs to the event that a fault doubled.
            let found = matching()
                .find(|at| copies[*at] == 0)
                .or_else(|| matching().find(|at| copies[*at] == 1 && self.events[*at].is_doubled))
                .or_else(|| matching().next());
            let Some(at) = found else {
                score.extra.push(line.to_owned());
                continue;
            };
            if copies[at] == 0 {
                score.out_of_order += u64::from(at < newest);
                newest = newest.max(at);
            }
            copies[at] += 1;
        }
        self.judge(&copies, &gaps.all, &mut score);
        score
    }

    fn judge(&self, copies: &[u32], gaps: &[ReportedGap], score: &mut Score) {
        let settle_ms = u64::try_from(self.settle.as_millis()).unwrap_or(u64::MAX);
        let end_ms = self.last_ms.saturating_sub(settle_ms);
        let is_expected = |entry: &TruthEvent, copies: u32| {
            let is_settled = entry.at_ms <= end_ms || copies > 0;
            entry.is_expected && is_settled && !self.excluded.contains(entry.fields.get("event_name"))
        };
        let mut losses: BTreeMap<usize, u64> = BTreeMap::new();
        for entry in self.events.iter().filter(|entry| entry.is_expected) {
            if let Some(silence) = entry.silence {
                *losses.entry(silence).or_default() += 1;
            }
        }
        let is_small = |entry: &TruthEvent| {
            let lost = entry.silence.and_then(|silence| losses.get(&silence));
            lost.is_some_and(|lost| *lost < SMALL_SILENCE)
        };
        for (entry, &copies) in self.events.iter().zip(copies) {
            if !is_expected(entry, copies) {
                continue;
            }
            score.expected += 1;
            match copies {
                0 => {
                    match entry.outcome {
                        Outcome::Sent => score.missing.push(entry.number),
                        Outcome::InFlight => score.in_flight += 1,
                        Outcome::Withheld => score.withheld += 1,
                        Outcome::Disconnected => score.away += 1,
                        Outcome::NotSent => score.unsent += 1,
                    }
                    match () {
                        () if gaps.iter().any(|gap| gap.covers(&entry.fields, entry.happened)) => score.reported += 1,
                        () if is_small(entry) => score.small += 1,
                        () => score.silent.push(entry.number),
                    }
                }
                1 => score.once += 1,
                2 if entry.is_doubled && entry.event.as_ref().is_some_and(Event::can_have_twins) => {
                    score.ambiguous += 1;
                }
                _ => score.twice.push(entry.number),
            }
        }
    }
}

/// The reported gaps, the latest of each id.
#[derive(Default)]
struct Gaps {
    all: Vec<ReportedGap>,
}

impl Gaps {
    fn add(&mut self, gap: ReportedGap) {
        match self.all.iter_mut().find(|known| known.id.is_some() && known.id == gap.id) {
            Some(known) => *known = gap,
            None => self.all.push(gap),
        }
    }
}
