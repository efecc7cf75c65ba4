//! The tracker of alerts.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use rustc_hash::FxHashMap;

use super::{alert_durations, gap_log::GapLog, time::after, wanted::Wanted};
use crate::{
    event::{AlertEnd, AlertEndCause, AlertScores, AlertStart, Event, EventKind, MetagameEvent},
    id::{FactionId, MetagameEventId, MetagameEventState, MetagameInstanceId, WorldId, ZoneId},
    time::Timestamp,
};

/// How long after its longest duration an alert is overdue, in seconds. The end can be recovered from REST until then.
const GRACE: i64 = 300;

/// The longest duration of an alert of an unknown type, in seconds: no known one lasts longer than two hours.
const UNKNOWN_DURATION: i64 = 3 * 3_600;

/// The maximum number of running alerts, and of ended ones that are remembered. A world has a few at a time.
const MAX_ALERTS: usize = 1_024;

/// How long the end of an alert is remembered, in seconds, so that one that is received again is recognized.
const ENDED_MEMORY: i64 = 24 * 3_600;

const KINDS: [EventKind; 1] = [EventKind::MetagameEvent];

/// Identifies an alert.
type Key = (WorldId, MetagameInstanceId, MetagameEventId);

/// Derives [`AlertStart`] and [`AlertEnd`] from [`MetagameEvent`].
#[derive(Debug, Default)]
pub(super) struct Alerts {
    pub(super) wanted: Wanted,
    running: FxHashMap<Key, Running>,
    by_deadline: BTreeSet<(Timestamp, Key)>,
    ended: FxHashMap<Key, Timestamp>,
    by_end: BTreeSet<(Timestamp, Key)>,
    pub(super) evicted: u64,
    pub(super) stale: u64,
}

#[derive(Clone, Copy, Debug)]
struct Running {
    started: Timestamp,
    zone: Option<ZoneId>,
    deadline: Timestamp,
}

impl Alerts {
    /// Forgets the alerts that are no longer wanted.
    pub(super) fn forget_unwanted(&mut self) {
        let Self { wanted, running, by_deadline, ended, by_end, .. } = self;
        running.retain(|key, _| wanted.has_world(key.0));
        by_deadline.retain(|(_, key)| wanted.has_world(key.0));
        ended.retain(|key, _| wanted.has_world(key.0));
        by_end.retain(|(_, key)| wanted.has_world(key.0));
    }

    pub(super) fn observe(&mut self, event: &MetagameEvent, now: Timestamp, gaps: &GapLog, derived: &mut Vec<Event>) {
        if !self.wanted.has_world(event.world_id) {
            return;
        }
        match event.metagame_event_state {
            MetagameEventState::STARTED | MetagameEventState::RESTARTED => self.start(event, now, false, derived),
            MetagameEventState::ENDED => self.end(event, AlertEndCause::Ended, gaps, derived),
            MetagameEventState::CANCELED => self.end(event, AlertEndCause::Canceled, gaps, derived),
            _ => {}
        }
    }

    /// Starts the alerts that are running according to the events of the last hours, in any order.
    pub(super) fn recover(&mut self, events: &[MetagameEvent], now: Timestamp, derived: &mut Vec<Event>) {
        let mut events: Vec<_> = events.iter().collect();
        events.sort_by_key(|event| event.timestamp);
        let mut running = BTreeMap::new();
        for event in events.into_iter().filter(|event| self.wanted.has_world(event.world_id)) {
            match event.metagame_event_state {
                MetagameEventState::STARTED => drop(running.insert(key(event), event)),
                MetagameEventState::ENDED | MetagameEventState::CANCELED => drop(running.remove(&key(event))),
                _ => {}
            }
        }
        for event in running.into_values() {
            let max_seconds = alert_durations::seconds(event.metagame_event_id).unwrap_or(UNKNOWN_DURATION);
            if after(event.timestamp, max_seconds + GRACE) > now {
                self.start(event, now, true, derived);
            }
        }
    }

    /// Ends overdue alerts.
    pub(super) fn advance(&mut self, now: Timestamp, gaps: &GapLog, derived: &mut Vec<Event>) {
        while let Some(&(deadline, key)) = self.by_deadline.first()
            && deadline <= now
        {
            self.by_deadline.pop_first();
            let Some(running) = self.running.remove(&key) else { continue };
            self.record_end(key, deadline);
            let (world_id, instance_id, metagame_event_id) = key;
            let end = AlertEnd {
                timestamp: deadline,
                world_id,
                zone_id: running.zone,
                instance_id,
                metagame_event_id,
                started: Some(running.started),
                duration: None,
                scores: None,
                winner: None,
                cause: AlertEndCause::Overdue,
                gap: gaps.overlaps(world_id, &KINDS, running.started, deadline),
            };
            derived.push(end.into());
        }
        while let Some(&(at, key)) = self.by_end.first()
            && (after(at, ENDED_MEMORY) <= now || self.by_end.len() > MAX_ALERTS)
        {
            self.by_end.pop_first();
            self.ended.remove(&key);
        }
    }

    fn start(&mut self, event: &MetagameEvent, now: Timestamp, recovered: bool, derived: &mut Vec<Event>) {
        let (key, started) = (key(event), event.timestamp);
        // The numbers of alerts have been reset in the past, so a later one is another alert.
        if self.running.contains_key(&key) || self.ended.get(&key).is_some_and(|&ended| started <= ended) {
            self.stale += 1;
            return;
        }
        let max_seconds = alert_durations::seconds(event.metagame_event_id);
        // An alert that is recovered from REST is followed by its end.
        let deadline = after(after(started, max_seconds.unwrap_or(UNKNOWN_DURATION)).max(now), GRACE);
        if self.running.len() >= MAX_ALERTS
            && let Some((_, key)) = self.by_deadline.pop_first()
        {
            self.running.remove(&key);
            self.evicted += 1;
        }
        self.running.insert(key, Running { started, zone: event.zone_id, deadline });
        self.by_deadline.insert((deadline, key));
        let start = AlertStart {
            timestamp: started,
            world_id: event.world_id,
            zone_id: event.zone_id,
            instance_id: event.instance_id,
            metagame_event_id: event.metagame_event_id,
            max_duration: max_seconds.and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs),
            recovered,
        };
        derived.push(start.into());
    }

    fn end(&mut self, event: &MetagameEvent, cause: AlertEndCause, gaps: &GapLog, derived: &mut Vec<Event>) {
        let (key, at) = (key(event), event.timestamp);
        let running = self.running.remove(&key);
        if let Some(running) = running {
            self.by_deadline.remove(&(running.deadline, key));
        } else if self.ended.get(&key).is_some_and(|&ended| at <= after(ended, ENDED_MEMORY)) {
            self.stale += 1;
            return;
        }
        self.record_end(key, at);
        let started = running.map(|running| running.started);
        let scores = AlertScores { vs: event.faction_vs, nc: event.faction_nc, tr: event.faction_tr };
        let max_seconds = alert_durations::seconds(event.metagame_event_id).unwrap_or(UNKNOWN_DURATION);
        let end = AlertEnd {
            timestamp: at,
            world_id: event.world_id,
            zone_id: event.zone_id.or(running.and_then(|running| running.zone)),
            instance_id: event.instance_id,
            metagame_event_id: event.metagame_event_id,
            started,
            duration: started.map(|started| at.since(started)),
            scores: Some(scores),
            winner: if cause == AlertEndCause::Ended { winner(scores) } else { None },
            cause,
            gap: started.is_none() && gaps.overlaps(event.world_id, &KINDS, after(at, -max_seconds), at),
        };
        derived.push(end.into());
    }

    fn record_end(&mut self, key: Key, at: Timestamp) {
        if let Some(earlier) = self.ended.insert(key, at) {
            self.by_end.remove(&(earlier, key));
        }
        self.by_end.insert((at, key));
    }
}

const fn key(event: &MetagameEvent) -> Key {
    (event.world_id, event.instance_id, event.metagame_event_id)
}

/// Returns the faction with the highest score, unless two have the same.
fn winner(AlertScores { vs, nc, tr }: AlertScores) -> Option<FactionId> {
    let scores = [(FactionId::VS, vs), (FactionId::NC, nc), (FactionId::TR, tr)];
    let wins = |(faction, score): (FactionId, f32)| {
        scores.iter().all(|(other, other_score)| *other == faction || score > *other_score)
    };
    scores.into_iter().find(|&one| wins(one)).map(|(faction, _)| faction)
}
