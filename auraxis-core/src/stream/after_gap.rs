//! Which events are the first after a gap.

use std::collections::VecDeque;

use crate::{
    event::{Event, EventKind, KindSet, signal::Gap},
    id::WorldId,
    scope::Scope,
};

/// How long after the last report of a gap the first events are found.
const MEMORY_MS: i64 = 3_600_000;

/// The maximum number of gaps. Beyond it, the oldest is forgotten.
const MAX_GAPS: usize = 32;

/// The maximum number of worlds of a gap whose first events are found. The game has fewer.
const MAX_WORLDS: usize = 64;

/// The recent gaps, and which events were received since. Costs nothing while there are none.
#[derive(Debug, Default)]
pub struct AfterGap {
    gaps: VecDeque<Recent>,
}

#[derive(Debug)]
struct Recent {
    id: u32,
    worlds: Scope<WorldId>,
    kinds: KindSet,
    reported_ms: i64,
    /// The kinds that were received since, by world.
    seen: Vec<(Option<WorldId>, KindSet)>,
}

impl AfterGap {
    /// Records a gap. A gap that is reported again, because it is closed, is the same gap.
    pub fn gap(&mut self, gap: &Gap, now_ms: i64) {
        if let Some(recent) = self.gaps.iter_mut().find(|recent| recent.id == gap.id) {
            recent.reported_ms = now_ms;
            return;
        }
        if self.gaps.len() == MAX_GAPS {
            self.gaps.pop_front();
        }
        let (worlds, kinds) = (gap.worlds.clone(), gap.kinds);
        self.gaps.push_back(Recent { id: gap.id, worlds, kinds, reported_ms: now_ms, seen: Vec::new() });
    }

    /// Returns whether an event is the first of its kind and world after a gap.
    pub fn is_first(&mut self, event: &Event, now_ms: i64) -> bool {
        if self.gaps.is_empty() {
            return false;
        }
        self.gaps.retain(|gap| now_ms.saturating_sub(gap.reported_ms) <= MEMORY_MS);
        let (kind, world) = (event.kind(), event.world_id());
        // Each gap records the event.
        self.gaps.iter_mut().fold(false, |is_first, gap| gap.is_first(kind, world) | is_first)
    }
}

impl Recent {
    fn is_first(&mut self, kind: EventKind, world: Option<WorldId>) -> bool {
        if !self.kinds.contains(kind) || world.is_some_and(|world| !self.worlds.contains(&world)) {
            return false;
        }
        if let Some((_, kinds)) = self.seen.iter_mut().find(|(other, _)| *other == world) {
            return kinds.insert(kind);
        }
        let has_room = self.seen.len() < MAX_WORLDS;
        if has_room {
            self.seen.push((world, [kind].into_iter().collect()));
        }
        has_room
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{event::signal::GapCause, frame::Frame, time::Timestamp};

    fn gap(id: u32, worlds: Scope<WorldId>, kinds: KindSet) -> Gap {
        Gap::new(Timestamp(0), id, (worlds, kinds), (Timestamp(0), None), GapCause::Disconnected, None)
    }

    fn login(world: u32) -> Event {
        event("PlayerLogin", world)
    }

    fn event(kind: &str, world: u32) -> Event {
        let text = format!(
            r#"{{"payload":{{"character_id":"1","event_name":"{kind}","timestamp":"1","world_id":"{world}"}},"service":"event","type":"serviceMessage"}}"#
        );
        match Frame::parse(&text) {
            Ok(Frame::Event(event)) => event,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_first_event_of_each_kind_and_world_of_the_gap_is_after_it() {
        let mut after = AfterGap::default();
        assert!(!after.is_first(&login(1), 0), "there is no gap");
        let logins = [EventKind::PlayerLogin, EventKind::PlayerLogout].into_iter().collect();
        after.gap(&gap(1, [WorldId(1), WorldId(10)].into_iter().collect(), logins), 0);
        let first = |event: &Event, after: &mut AfterGap| after.is_first(event, 1);
        assert!(first(&login(1), &mut after));
        assert!(!first(&login(1), &mut after));
        assert!(first(&event("PlayerLogout", 1), &mut after), "of another kind");
        assert!(first(&login(10), &mut after), "of another world");
        assert!(!first(&login(17), &mut after), "of a world without a gap");
        assert!(!first(&event("Novelty", 1), &mut after), "of a kind without a gap");
    }

    #[test]
    fn a_gap_that_is_closed_is_the_same_gap_and_another_gap_counts_anew() {
        let mut after = AfterGap::default();
        after.gap(&gap(1, Scope::All, KindSet::ALL), 0);
        assert!(after.is_first(&login(1), 1));
        after.gap(&gap(1, Scope::All, KindSet::ALL), 2);
        assert!(!after.is_first(&login(1), 3));
        after.gap(&gap(2, Scope::All, KindSet::ALL), 4);
        assert!(after.is_first(&login(1), 5));
        assert!(!after.is_first(&login(1), 6), "both gaps have recorded the event");
    }

    #[test]
    fn gaps_are_forgotten_after_an_hour() {
        let mut after = AfterGap::default();
        after.gap(&gap(1, Scope::All, KindSet::ALL), 0);
        after.gap(&gap(1, Scope::All, KindSet::ALL), 1_000);
        assert!(after.is_first(&login(1), MEMORY_MS + 1_000));
        assert!(!after.is_first(&login(2), MEMORY_MS + 1_001));
        assert!(after.gaps.is_empty());
    }

    #[test]
    fn memory_is_bounded() {
        let mut after = AfterGap::default();
        for id in 0..1_000 {
            after.gap(&gap(id, Scope::All, KindSet::ALL), 0);
        }
        for world in 0..1_000 {
            after.is_first(&login(world), 0);
        }
        assert_eq!((after.gaps.len(), after.gaps[0].seen.len()), (MAX_GAPS, MAX_WORLDS));
    }
}
