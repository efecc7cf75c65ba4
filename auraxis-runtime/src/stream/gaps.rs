//! Gaps: intervals in which events may be missing.

use super::health::GapCounts;
use std::collections::VecDeque;

use auraxis_core::{
    command::Lists,
    event::{
        KindSet, Selector,
        signal::{Gap, GapCause},
    },
    id::WorldId,
    scope::Scope,
    stream::{Hole, health::TrafficClass},
    subscription::Subscription,
    time::Timestamp,
};

/// How much earlier than the last frame a lost event can have happened: events arrive up to a few seconds late, and their
/// timestamps are whole seconds.
const EARLIER: i64 = 5;

/// How much later than the new subscription a lost event can have happened, by the server's clock.
const LATER: i64 = 2;

/// The number of closed gaps that are remembered: more than there can be in the seconds until a hole is reported.
const MAX_CLOSED: usize = 64;

/// What a gap is about.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Missing {
    pub(super) worlds: Scope<WorldId>,
    pub(super) kinds: KindSet,
}

/// The open gaps of all links.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    last_id: u32,
    open: Vec<OpenGap>,
    /// The latest gaps that were closed, which holes are compared with.
    closed: VecDeque<(Missing, Timestamp, Timestamp)>,
    /// All gaps so far.
    pub(super) counts: GapCounts,
}

#[derive(Debug)]
struct OpenGap {
    id: u32,
    link: u32,
    missing: Missing,
    from: Timestamp,
    cause: GapCause,
    silence: Option<SilenceKey>,
}

/// Identifies a silence of a link: the world, and the class if only one is silent. What is missing can change meanwhile,
/// with the subscription.
pub(super) type SilenceKey = (Option<WorldId>, Option<TrafficClass>);

impl Missing {
    /// Everything that a subscription brings.
    pub(super) fn all_of(subscription: &Subscription) -> Self {
        let has_all_worlds = !subscription.characters_and_worlds && !subscription.characters.is_none();
        Self {
            worlds: if has_all_worlds { Scope::All } else { subscription.worlds.clone() },
            kinds: KindSet::selected_by(&subscription.events),
        }
    }

    /// What a subscription does not bring without these entries.
    pub(super) fn of_lists(lists: &Lists, subscription: &Subscription) -> Self {
        let all = Self::all_of(subscription);
        let Lists { characters, event_names, worlds } = lists;
        // Without a world, all its events are missing; without a name, its events of all worlds; without both, both.
        match (characters.is_empty(), event_names.is_empty(), worlds.is_empty()) {
            (true, true, false) => Self { worlds: worlds.iter().filter_map(|id| id.parse().ok()).collect(), ..all },
            (true, false, true) => {
                let selectors: Vec<_> = event_names.iter().cloned().map(Selector::named).collect();
                Self { kinds: KindSet::selected_by(&selectors), ..all }
            }
            _ => all,
        }
    }

    fn covers(&self, other: &Self) -> bool {
        let has_worlds = match (&self.worlds, &other.worlds) {
            (Scope::All, _) => true,
            (Scope::Only(own), Scope::Only(others)) => own.is_superset(others),
            (Scope::Only(_), Scope::All) => false,
        };
        has_worlds && self.kinds == other.kinds
    }
}

impl Gaps {
    /// Opens a gap after the last known good time, in event time, unless the same gap is open.
    pub(super) fn open(
        &mut self,
        now: Timestamp,
        link: u32,
        missing: Missing,
        last_good: Timestamp,
        cause: GapCause,
        silence: Option<SilenceKey>,
    ) -> Option<Gap> {
        let is_same = |gap: &OpenGap| gap.silence == silence && (silence.is_some() || gap.missing == missing);
        if self.open.iter().any(|gap| gap.link == link && gap.cause == cause && is_same(gap)) {
            return None;
        }
        self.last_id += 1;
        let gap = OpenGap {
            id: self.last_id,
            link,
            missing,
            from: Timestamp(last_good.0.saturating_sub(EARLIER)),
            cause,
            silence,
        };
        let signal = gap.signal(now, None, None);
        self.open.push(gap);
        self.counts.add(cause);
        Some(signal)
    }

    /// Completes the gap of events that the program dropped. `event_time` returns the earliest and the latest event time
    /// that a local time can be.
    pub(super) fn dropped(&mut self, mut gap: Gap, event_time: impl Fn(Timestamp) -> (Timestamp, Timestamp)) -> Gap {
        self.last_id += 1;
        gap.id = self.last_id;
        self.counts.add(gap.cause);
        gap.from = Timestamp(event_time(gap.from).0.0.saturating_sub(EARLIER));
        gap.to = gap.to.map(|to| event_time(to).1);
        gap
    }

    /// Counts a gap that another process has reported: when it is closed, because it may be reported before as well.
    pub(super) fn relayed(&mut self, gap: &Gap) {
        if gap.to.is_some() {
            self.counts.add(gap.cause);
        }
    }

    /// Reports a gap that is known only after its end. Its times are those of events. Returns `None` if another one covers
    /// it.
    pub(super) fn report(&mut self, now: Timestamp, missing: Missing, hole: Hole) -> Option<Gap> {
        let is_covered = |of: &Missing, from: Timestamp, to: Option<Timestamp>| {
            of.covers(&missing) && from <= hole.from && to.is_none_or(|to| to >= hole.to)
        };
        if self.open.iter().any(|gap| is_covered(&gap.missing, gap.from, None))
            || self.closed.iter().any(|(of, from, to)| is_covered(of, *from, Some(*to)))
        {
            return None;
        }
        self.last_id += 1;
        self.counts.add(GapCause::Silence);
        let Missing { worlds, kinds } = missing;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // It is an estimate.
        let lost = Some(hole.expected_lost.ceil() as u32);
        let interval = (hole.from, Some(hole.to));
        Some(Gap::new(now, self.last_id, (worlds, kinds), interval, GapCause::Silence, lost))
    }

    /// Returns the open gaps.
    pub(super) fn open_gaps(&self, now: Timestamp) -> Vec<Gap> {
        self.open.iter().map(|gap| gap.signal(now, None, None)).collect()
    }

    /// Closes the gaps of a link that have this cause and match. `to` is the end in event time, and `lost` estimates the
    /// number of lost events.
    pub(super) fn close(
        &mut self,
        now: Timestamp,
        to: Timestamp,
        link: u32,
        cause: GapCause,
        is_over: impl Fn(Option<SilenceKey>) -> bool,
        lost: impl Fn(Option<SilenceKey>) -> Option<f64>,
    ) -> Vec<Gap> {
        let is_over = |gap: &mut OpenGap| gap.link == link && gap.cause == cause && is_over(gap.silence);
        self.open
            .extract_if(.., is_over)
            .map(|gap| {
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // It is an estimate.
                let lost = lost(gap.silence).map(|lost| lost.ceil() as u32);
                let to = Timestamp(to.0.saturating_add(LATER));
                if self.closed.len() >= MAX_CLOSED {
                    self.closed.pop_front();
                }
                self.closed.push_back((gap.missing.clone(), gap.from, to));
                gap.signal(now, Some(to), lost)
            })
            .collect()
    }
}

impl OpenGap {
    fn signal(&self, now: Timestamp, to: Option<Timestamp>, estimated_lost: Option<u32>) -> Gap {
        let Missing { worlds, kinds } = self.missing.clone();
        Gap::new(now, self.id, (worlds, kinds), (self.from, to), self.cause, estimated_lost)
    }
}

#[cfg(test)]
mod tests {
    use auraxis_core::event::EventKind;

    use super::*;

    #[test]
    fn lists_that_are_missing_together_miss_what_each_of_them_brings() {
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        let lists = |event_names: &[&str], worlds: &[&str]| Lists {
            event_names: texts(event_names),
            worlds: texts(worlds),
            ..Lists::default()
        };
        let worlds: Scope<WorldId> = [WorldId(1), WorldId(40)].into_iter().collect();
        let kinds: KindSet = [EventKind::Death, EventKind::PlayerLogin].into_iter().collect();
        let subscription = Subscription {
            events: [EventKind::Death, EventKind::PlayerLogin].map(Selector::Kind).into(),
            characters: Scope::All,
            worlds: worlds.clone(),
            characters_and_worlds: true,
        };
        let missing = |event_names: &[&str], ids: &[&str]| Missing::of_lists(&lists(event_names, ids), &subscription);
        let (death, osprey) = ([EventKind::Death].into_iter().collect(), [WorldId(1)].into_iter().collect());
        assert_eq!(missing(&["Death"], &[]), Missing { worlds: worlds.clone(), kinds: death });
        assert_eq!(missing(&[], &["1"]), Missing { worlds: osprey, kinds });
        assert_eq!(missing(&["Death"], &["1"]), Missing { worlds, kinds });
    }
}
