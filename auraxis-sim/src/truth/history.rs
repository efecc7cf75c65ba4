//! The events of the truth, and what happened to each of them.

use std::collections::{BTreeMap, BTreeSet};

use auraxis_core::{
    command::Command, event::Event, frame::Frame, id::WorldId, server_state::ServerState, subscription::Subscription,
};

use super::{entry::TruthEntry, fields::EventFields};
use crate::{faults::Fault, war::War};

/// Events that were sent within this time before a link was closed can be lost in flight, in milliseconds.
const IN_FLIGHT_MS: u64 = 2_000;

/// The timestamp of an event is at most so far from the time at which it happened, in seconds, unless a fault changed it.
const MAX_SHIFT: i64 = 2;

/// An event of the truth.
#[derive(Clone, Debug)]
pub(super) struct TruthEvent {
    pub(super) number: u64,
    pub(super) at_ms: u64,
    pub(super) fields: EventFields,
    pub(super) event: Option<Event>,
    pub(super) outcome: Outcome,
    /// When it happened, in event time.
    pub(super) happened: i64,
    /// Whether the client had subscribed to it before it happened.
    pub(super) is_expected: bool,
    /// Whether it can be expected at all: the client had subscribed to something, and its world was not announced down.
    pub(super) can_be_expected: bool,
    /// Whether a fault doubled its frame.
    pub(super) is_doubled: bool,
    /// The number of the silence in which it happened.
    pub(super) silence: Option<usize>,
}

/// What happened to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
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

/// Follows the entries of the truth.
#[derive(Default)]
struct History {
    start: i64,
    /// How much faster than real time the war is.
    speed: f64,
    open: BTreeSet<u64>,
    /// What each link has requested. What a client no longer requests is still expected.
    requested: BTreeMap<u64, ServerState>,
    /// The different subscriptions so far.
    wanted: Vec<Subscription>,
    /// The links whose subscription a fault is about to change.
    forgetting: Vec<u64>,
    /// How many more events of a link are doubled.
    doubled: BTreeMap<u64, u32>,
    silences: usize,
    silent_links: BTreeMap<u64, Silence>,
    silent_worlds: BTreeMap<WorldId, Silence>,
}

#[derive(Clone, Copy)]
struct Silence {
    number: usize,
    until_ms: u64,
}

/// Returns the events of the truth in order.
pub(super) fn events(truth: &[TruthEntry]) -> Vec<TruthEvent> {
    let mut closed = BTreeMap::new();
    for entry in truth {
        if let TruthEntry::Closed { at_ms, link, .. } = entry {
            closed.insert(*link, *at_ms);
        }
    }
    let ends_ms = |link: &u64| closed.get(link).copied().unwrap_or(u64::MAX);
    let mut history = History::default();
    truth.iter().filter_map(|entry| history.next(entry, ends_ms)).collect()
}

impl History {
    fn next(&mut self, entry: &TruthEntry, ends_ms: impl Fn(&u64) -> u64) -> Option<TruthEvent> {
        match entry {
            TruthEntry::War { start, rate, .. } => (self.start, self.speed) = (*start, rate / War::RATE),
            TruthEntry::Opened { link, .. } => drop(self.open.insert(*link)),
            TruthEntry::Closed { link, .. } => drop(self.open.remove(link)),
            TruthEntry::Subscribed { link, command, .. } => self.subscribed(*link, command),
            TruthEntry::Fault { at_ms, fault, links, .. } => self.fault(*at_ms, fault, links),
            TruthEntry::Event { at_ms, number, links, withheld, frame } => {
                let fields = EventFields::parse(frame)?;
                let event = match Frame::parse(frame) {
                    Ok(Frame::Event(event)) => Some(event),
                    _ => None,
                };
                let is_down = withheld.as_ref().is_some_and(|fault| fault.starts_with("down"));
                let is_sent = !links.is_empty();
                let outcome = match () {
                    () if withheld.is_some() => Outcome::Withheld,
                    () if links.iter().any(|link| at_ms + IN_FLIGHT_MS < ends_ms(link)) => Outcome::Sent,
                    () if is_sent => Outcome::InFlight,
                    () if self.open.is_empty() => Outcome::Disconnected,
                    () => Outcome::NotSent,
                };
                let is_wanted = |event: &Event| self.wanted.iter().any(|subscription| subscription.admits(event));
                let can_be_expected = is_sent || !self.wanted.is_empty() && !is_down;
                return Some(TruthEvent {
                    number: *number,
                    at_ms: *at_ms,
                    happened: self.happened(*at_ms, &fields),
                    // An odd value does not change who receives an event.
                    is_expected: can_be_expected && (is_sent || event.as_ref().is_some_and(is_wanted)),
                    can_be_expected,
                    is_doubled: self.is_doubled(links),
                    silence: self.silence(*at_ms, outcome, event.as_ref()),
                    fields,
                    event,
                    outcome,
                });
            }
        }
        None
    }

    fn subscribed(&mut self, link: u64, command: &Command) {
        if let Some(at) = self.forgetting.iter().position(|it| *it == link) {
            self.forgetting.remove(at);
            return;
        }
        if let Command::Subscribe { .. } = command {
            let requested = self.requested.entry(link).or_default();
            requested.apply(command);
            let wanted = requested.meaning();
            if !wanted.is_empty() && !self.wanted.contains(&wanted) {
                self.wanted.push(wanted);
            }
        }
    }

    fn fault(&mut self, at_ms: u64, fault: &str, links: &[u64]) {
        let Ok(fault) = fault.parse::<Fault>() else { return };
        match fault {
            Fault::ForgetEvent { .. }
            | Fault::ForgetWorld { .. }
            | Fault::ForgetCharacter { .. }
            | Fault::ForgetEverything => self.forgetting = links.to_vec(),
            Fault::Duplicate { next, .. } => self.doubled.extend(links.iter().map(|link| (*link, next))),
            Fault::SilenceWorld { world, duration } => {
                extend(&mut self.silent_worlds, world, at_ms, duration.as_millis(), &mut self.silences);
            }
            Fault::Silence { duration } | Fault::Freeze { duration } => {
                for link in links {
                    extend(&mut self.silent_links, *link, at_ms, duration.as_millis(), &mut self.silences);
                }
            }
            _ => {}
        }
    }

    fn is_doubled(&mut self, links: &[u64]) -> bool {
        let mut is_doubled = false;
        for link in links {
            if let Some(left) = self.doubled.get_mut(link) {
                is_doubled |= *left > 0;
                *left = left.saturating_sub(1);
            }
        }
        is_doubled
    }

    fn silence(&self, at_ms: u64, outcome: Outcome, event: Option<&Event>) -> Option<usize> {
        let silence = match outcome {
            Outcome::Withheld => self.silent_worlds.get(&event?.world_id()?),
            Outcome::NotSent => self.open.iter().find_map(|link| self.silent_links.get(link)),
            _ => None,
        };
        silence.filter(|silence| at_ms < silence.until_ms).map(|silence| silence.number)
    }

    /// Returns when an event happened, in event time: its timestamp, unless a fault changed it.
    fn happened(&self, at_ms: u64, fields: &EventFields) -> i64 {
        let timestamp = fields.get("timestamp").parse::<i64>().ok();
        if self.speed <= 0.0 {
            return timestamp.unwrap_or_default();
        }
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "seconds of a run")]
        let seconds = (at_ms as f64 / 1_000.0 * self.speed) as i64;
        let happened = self.start.saturating_add(seconds);
        timestamp.filter(|timestamp| timestamp.abs_diff(happened) <= MAX_SHIFT.unsigned_abs()).unwrap_or(happened)
    }
}

/// Starts a silence, or extends the current one.
fn extend<K: Ord>(silences: &mut BTreeMap<K, Silence>, key: K, at_ms: u64, duration_ms: u128, count: &mut usize) {
    let until_ms = at_ms.saturating_add(u64::try_from(duration_ms).unwrap_or(u64::MAX));
    match silences.get_mut(&key) {
        Some(silence) if silence.until_ms >= at_ms => silence.until_ms = silence.until_ms.max(until_ms),
        _ => {
            silences.insert(key, Silence { number: *count, until_ms });
            *count += 1;
        }
    }
}
