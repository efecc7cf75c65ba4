//! The tracker of captures and defenses.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    time::Duration,
};

use rustc_hash::FxHashMap;

use super::{
    gap_log::GapLog,
    time::{HOLD, after},
    wanted::Wanted,
};
use crate::{
    event::{Event, EventKind, FacilityCapture, FacilityControl, FacilityDefence},
    id::{CharacterId, FacilityId, FactionId, WorldId, ZoneId},
    time::Timestamp,
};

/// How far the timestamps of a capture and its participants are apart at most, in seconds. They have been seen to differ
/// by a second.
const WINDOW: i64 = 3;

/// The maximum number of held captures: all facilities of all continents of all worlds. Beyond it, the oldest is
/// derived early.
const MAX_HELD: usize = 4_096;

/// The maximum number of held participants: all characters that can be online. Beyond it, further ones are dropped.
const MAX_PARTICIPANTS: usize = 65_536;

/// How long a capture is remembered, in seconds, so that one that is received again is recognized.
const MEMORY: i64 = 300;

/// Derives [`FacilityCapture`] and [`FacilityDefence`] from [`FacilityControl`] and the events of the participants.
#[derive(Debug, Default)]
pub(super) struct Captures {
    pub(super) wanted: Wanted,
    pub(super) wanted_defences: Wanted,
    /// By when they are derived, in order of receipt.
    held: BTreeMap<(Timestamp, u64), FacilityControl>,
    number: u64,
    participants: FxHashMap<Place, Vec<Participant>>,
    participants_held: usize,
    /// What has been observed recently: time, place, and the new faction.
    recent: BTreeSet<(Timestamp, Place, FactionId)>,
    pub(super) evicted: u64,
    pub(super) stale: u64,
}

/// Where a capture happens.
type Place = (WorldId, ZoneId, FacilityId);

/// A character that took part in a capture or defense.
#[derive(Clone, Copy, Debug)]
pub(super) struct Participant {
    pub(super) at: Timestamp,
    pub(super) character: CharacterId,
    pub(super) is_capture: bool,
    /// Until when a capture that is received later can have it.
    pub(super) until: Timestamp,
}

impl Captures {
    pub(super) fn is_wanted(&self) -> bool {
        !(self.wanted.is_empty() && self.wanted_defences.is_empty())
    }

    fn has_world(&self, world: WorldId, is_capture: bool) -> bool {
        if is_capture { self.wanted.has_world(world) } else { self.wanted_defences.has_world(world) }
    }

    /// Forgets what is no longer wanted.
    pub(super) fn forget_unwanted(&mut self) {
        let mut held = mem::take(&mut self.held);
        held.retain(|_, control| self.has_world(control.world_id, is_capture(control)));
        self.held = held;
        if !self.is_wanted() {
            (self.participants, self.participants_held, self.recent) = Default::default();
        }
    }

    pub(super) fn observe_control(
        &mut self,
        control: &FacilityControl,
        now: Timestamp,
        gaps: &GapLog,
        derived: &mut Vec<Event>,
    ) {
        if !self.has_world(control.world_id, is_capture(control)) {
            return;
        }
        if !self.recent.insert((control.timestamp, place(control), control.new_faction_id)) {
            self.stale += 1;
            return;
        }
        self.number += 1;
        // After its receipt, because the participants of one that is recovered from REST are as late.
        self.held.insert((after(now, HOLD), self.number), control.clone());
        if self.held.len() > MAX_HELD
            && let Some((_, control)) = self.held.pop_first()
        {
            self.derive(&control, true, gaps, derived);
        }
    }

    pub(super) fn observe_participant(&mut self, place: Place, mut participant: Participant, now: Timestamp) {
        if !self.has_world(place.0, participant.is_capture) {
            return;
        }
        if self.participants_held >= MAX_PARTICIPANTS {
            self.evicted += 1;
            return;
        }
        participant.until = after(now, 2 * HOLD);
        self.participants.entry(place).or_default().push(participant);
        self.participants_held += 1;
    }

    /// Derives what has been held long enough.
    pub(super) fn advance(&mut self, now: Timestamp, gaps: &GapLog, derived: &mut Vec<Event>) {
        while let Some(entry) = self.held.first_entry()
            && entry.key().0 <= now
        {
            let control = entry.remove();
            self.derive(&control, false, gaps, derived);
        }
        if self.participants_held > 0 {
            let mut held = 0;
            self.participants.retain(|_, participants| {
                participants.retain(|participant| participant.until > now);
                held += participants.len();
                !participants.is_empty()
            });
            self.participants_held = held;
        }
        while self.recent.first().is_some_and(|(at, ..)| after(*at, MEMORY) <= now) {
            self.recent.pop_first();
        }
    }

    /// Derives everything that is held, although participants may be missing.
    pub(super) fn flush(&mut self, gaps: &GapLog, derived: &mut Vec<Event>) {
        for control in mem::take(&mut self.held).into_values() {
            self.derive(&control, true, gaps, derived);
        }
    }

    fn derive(&mut self, control: &FacilityControl, is_early: bool, gaps: &GapLog, derived: &mut Vec<Event>) {
        let (timestamp, is_capture) = (control.timestamp, is_capture(control));
        let kind = if is_capture { EventKind::PlayerFacilityCapture } else { EventKind::PlayerFacilityDefend };
        let (from, to) = (after(timestamp, -WINDOW), after(timestamp, WINDOW));
        let mut characters = BTreeSet::new();
        if let Some(participants) = self.participants.get_mut(&place(control)) {
            let took_part = |participant: &mut Participant| {
                participant.is_capture == is_capture && (from..=to).contains(&participant.at)
            };
            for participant in participants.extract_if(.., took_part) {
                characters.insert(participant.character);
                self.participants_held -= 1;
            }
        }
        let participants = characters.into_iter().collect();
        let gap = is_early || gaps.overlaps(control.world_id, &[kind], from, to);
        let FacilityControl { world_id, zone_id, facility_id, outfit_id, .. } = *control;
        derived.push(if is_capture {
            let (old_faction_id, new_faction_id) = (control.old_faction_id, control.new_faction_id);
            let held = (old_faction_id != FactionId::NONE).then(|| Duration::from_secs(control.duration_held.into()));
            FacilityCapture {
                timestamp,
                world_id,
                zone_id,
                facility_id,
                old_faction_id,
                new_faction_id,
                outfit_id,
                held,
                participants,
                gap,
            }
            .into()
        } else {
            let faction_id = control.new_faction_id;
            FacilityDefence { timestamp, world_id, zone_id, facility_id, faction_id, outfit_id, participants, gap }
                .into()
        });
    }
}

fn is_capture(control: &FacilityControl) -> bool {
    control.old_faction_id != control.new_faction_id
}

const fn place(control: &FacilityControl) -> Place {
    (control.world_id, control.zone_id, control.facility_id)
}
