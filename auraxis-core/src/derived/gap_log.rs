//! The known gaps.

use std::collections::VecDeque;

use super::time::after;
use crate::{
    event::{
        EventKind, KindSet,
        signal::{Gap, GapCause},
    },
    id::WorldId,
    scope::Scope,
    time::Timestamp,
};

/// The maximum number of gaps, for a bad day. Beyond it, the two oldest become one that covers both: so too much may be
/// marked, but never too little.
const MAX_GAPS: usize = 256;

/// How long a closed gap is remembered, in seconds: longer than anything is tracked.
const MEMORY: i64 = 26 * 3_600;

/// The known gaps of the last day.
#[derive(Debug, Default)]
pub(super) struct GapLog {
    gaps: VecDeque<KnownGap>,
}

#[derive(Debug)]
struct KnownGap {
    id: u32,
    worlds: Scope<WorldId>,
    kinds: KindSet,
    from: Timestamp,
    to: Option<Timestamp>,
}

impl GapLog {
    /// Records a gap, or the end of one. Events that the program dropped were observed before, so they are not missing
    /// here.
    pub(super) fn record(&mut self, gap: &Gap) {
        if gap.cause == GapCause::Dropped {
            return;
        }
        let Gap { id, kinds, from, to, .. } = *gap;
        let known = KnownGap { id, worlds: gap.worlds.clone(), kinds, from, to };
        match self.gaps.iter_mut().find(|other| other.id == id) {
            Some(other) => *other = known,
            None => self.gaps.push_back(known),
        }
        if self.gaps.len() > MAX_GAPS
            && let Some(oldest) = self.gaps.pop_front()
            && let Some(next) = self.gaps.front_mut()
        {
            next.worlds.extend(&oldest.worlds);
            next.kinds = next.kinds.union(oldest.kinds);
            next.from = next.from.min(oldest.from);
            next.to = next.to.zip(oldest.to).map(|(one, other)| one.max(other));
        }
    }

    /// Returns whether events of any of these kinds may be missing on this world within the interval, which includes both
    /// ends.
    pub(super) fn overlaps(&self, world: WorldId, kinds: &[EventKind], from: Timestamp, to: Timestamp) -> bool {
        self.gaps.iter().any(|gap| {
            gap.from <= to
                && gap.to.is_none_or(|end| end >= from)
                && gap.worlds.contains(&world)
                && kinds.iter().any(|&kind| gap.kinds.contains(kind))
        })
    }

    pub(super) fn forget_before(&mut self, now: Timestamp) {
        self.gaps.retain(|gap| gap.to.is_none_or(|to| after(to, MEMORY) >= now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap(id: u32, from: i64, to: Option<i64>) -> Gap {
        let missing = ([WorldId(1)].into_iter().collect(), [EventKind::PlayerLogin].into_iter().collect());
        let interval = (Timestamp(from), to.map(Timestamp));
        Gap::new(Timestamp(from), id, missing, interval, GapCause::Silence, None)
    }

    fn overlaps(log: &GapLog, world: u32, kind: EventKind, from: i64, to: i64) -> bool {
        log.overlaps(WorldId(world), &[kind], Timestamp(from), Timestamp(to))
    }

    #[test]
    fn a_gap_overlaps_intervals_of_its_worlds_and_kinds_and_is_replaced_when_it_is_closed() {
        let mut log = GapLog::default();
        log.record(&gap(1, 100, None));
        assert!(overlaps(&log, 1, EventKind::PlayerLogin, 500, 600));
        log.record(&gap(1, 100, Some(200)));
        for (from, to, expected) in [(500, 600, false), (200, 600, true), (0, 100, true), (0, 99, false)] {
            assert_eq!(overlaps(&log, 1, EventKind::PlayerLogin, from, to), expected, "{from} to {to}");
        }
        assert!(!overlaps(&log, 10, EventKind::PlayerLogin, 100, 200));
        assert!(!overlaps(&log, 1, EventKind::PlayerLogout, 100, 200));
    }

    #[test]
    fn dropped_events_are_not_missing() {
        let mut log = GapLog::default();
        log.record(&Gap { cause: GapCause::Dropped, ..gap(1, 100, None) });
        assert!(!overlaps(&log, 1, EventKind::PlayerLogin, 500, 600));
    }

    #[test]
    fn too_many_gaps_are_combined_and_old_ones_are_forgotten() {
        let mut log = GapLog::default();
        for id in 0..1_000_u32 {
            let from = i64::from(id) * 10;
            log.record(&gap(id, from, Some(from + 1)));
        }
        assert_eq!(log.gaps.len(), MAX_GAPS);
        assert!((0..1_000).all(|id| overlaps(&log, 1, EventKind::PlayerLogin, id * 10, id * 10)));
        assert!(!overlaps(&log, 1, EventKind::PlayerLogin, 9_985, 9_989));
        log.forget_before(Timestamp(9_990 + MEMORY));
        assert_eq!(log.gaps.len(), 1);
    }
}
