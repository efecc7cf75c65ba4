//! The tracker of the population.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::{gap_log::GapLog, time::after, wanted::Wanted};
use crate::{
    event::{Event, EventKind, PopulationReport},
    id::{CharacterId, FactionId, LoadoutId, WorldId, ZoneId},
    time::Timestamp,
};

/// How long a character counts as active after an event, in seconds. Other tools use the same.
const WINDOW: i64 = 15 * 60;

/// The interval of reports, in seconds.
const INTERVAL: i64 = 60;

/// The maximum number of characters: more than twice as many as can be online, because a character counts for up to
/// 15 minutes after it has left. Beyond it, further ones are not counted. An entry takes about 40 bytes.
const MAX_CHARACTERS: usize = 131_072;

const KINDS: [EventKind; 3] = [EventKind::Death, EventKind::GainExperience, EventKind::VehicleDestroy];

/// Derives [`PopulationReport`] from events with a character.
#[derive(Debug, Default)]
pub(super) struct Population {
    pub(super) wanted: Wanted,
    active: FxHashMap<CharacterId, Active>,
    /// When the first event of each world was observed.
    since: FxHashMap<WorldId, Timestamp>,
    /// When the next reports are due.
    next: Option<Timestamp>,
    /// Where characters were active at the last report.
    reported: BTreeSet<(WorldId, ZoneId)>,
    pub(super) evicted: u64,
}

#[derive(Clone, Copy, Debug)]
struct Active {
    last: Timestamp,
    world: WorldId,
    zone: ZoneId,
    team: Option<FactionId>,
}

/// An action of a character.
#[derive(Clone, Copy, Debug)]
pub(super) struct Action {
    pub(super) at: Timestamp,
    pub(super) world: WorldId,
    pub(super) zone: ZoneId,
    pub(super) character: CharacterId,
    pub(super) team: Option<FactionId>,
    pub(super) loadout: Option<LoadoutId>,
}

/// The number of characters by side: VS, NC, TR, unknown.
type Counts = [u32; 4];

impl Population {
    /// Forgets the worlds that are no longer wanted.
    pub(super) fn forget_unwanted(&mut self) {
        let Self { wanted, active, since, reported, .. } = self;
        active.retain(|_, active| wanted.has_world(active.world));
        since.retain(|world, _| wanted.has_world(*world));
        reported.retain(|(world, _)| wanted.has_world(*world));
        if wanted.is_empty() {
            self.next = None;
        }
    }

    pub(super) fn act(&mut self, action: Action) {
        let Action { at, world, zone, character, .. } = action;
        if !self.wanted.has_world(world) {
            return;
        }
        self.since.entry(world).or_insert(at);
        let team = action.team.filter(is_side).or_else(|| action.loadout.and_then(side));
        if let Some(active) = self.active.get_mut(&character) {
            // Not an earlier event that is received later.
            if at >= active.last {
                *active = Active { last: at, world, zone, team: team.or(active.team) };
            }
        } else if self.active.len() < MAX_CHARACTERS {
            self.active.insert(character, Active { last: at, world, zone, team });
        } else {
            self.evicted += 1;
        }
    }

    pub(super) fn log_out(&mut self, character: CharacterId, at: Timestamp) {
        if self.active.get(&character).is_some_and(|active| active.last <= at) {
            self.active.remove(&character);
        }
    }

    /// Makes the reports that are due.
    pub(super) fn advance(&mut self, now: Timestamp, gaps: &GapLog, derived: &mut Vec<Event>) {
        if self.wanted.is_empty() {
            return;
        }
        let minute = |time: Timestamp| Timestamp(time.0.div_euclid(INTERVAL).saturating_mul(INTERVAL));
        let mut due = self.next.unwrap_or(after(minute(now), INTERVAL));
        while due <= now {
            self.report(due, gaps, derived);
            due = after(due, INTERVAL);
            if self.reported.is_empty() {
                // Nobody is active until now.
                due = due.max(after(minute(now), INTERVAL));
            }
        }
        self.next = Some(due);
    }

    fn report(&mut self, at: Timestamp, gaps: &GapLog, derived: &mut Vec<Event>) {
        self.active.retain(|_, active| after(active.last, WINDOW) > at);
        let mut counts: BTreeMap<(WorldId, ZoneId), Counts> = BTreeMap::new();
        for place in &self.reported {
            counts.insert(*place, Counts::default());
        }
        for active in self.active.values() {
            let side = match active.team {
                Some(FactionId::VS) => 0,
                Some(FactionId::NC) => 1,
                Some(FactionId::TR) => 2,
                _ => 3,
            };
            counts.entry((active.world, active.zone)).or_default()[side] += 1;
        }
        self.reported.clear();
        for ((world_id, zone_id), [vs, nc, tr, unknown]) in counts {
            let first = self.since.get(&world_id).copied().unwrap_or(at);
            let from = after(at, -WINDOW).max(first).min(at);
            let gap = gaps.overlaps(world_id, &KINDS, from, at);
            let report = PopulationReport { timestamp: at, world_id, zone_id, vs, nc, tr, unknown, from, gap };
            if report.total() > 0 {
                self.reported.insert((world_id, zone_id));
            }
            derived.push(report.into());
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // For `Option::filter`.
fn is_side(team: &FactionId) -> bool {
    [FactionId::VS, FactionId::NC, FactionId::TR].contains(team)
}

/// Returns the side of a class. NS Operatives fight for any side.
const fn side(loadout: LoadoutId) -> Option<FactionId> {
    match loadout.0 {
        1..=7 => Some(FactionId::NC),
        8..=14 => Some(FactionId::TR),
        15..=21 => Some(FactionId::VS),
        _ => None,
    }
}
