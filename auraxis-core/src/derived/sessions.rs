//! The tracker of sessions.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::{
    gap_log::GapLog,
    time::{HOLD, after},
    wanted::Wanted,
};
use crate::{
    event::{Event, EventKind, SessionEnd, SessionEndCause, SessionStart},
    id::{CharacterId, WorldId},
    time::Timestamp,
};

/// How long a session without a logout lasts, in seconds.
const TIMEOUT: i64 = 24 * 3_600;

/// The maximum number of open sessions: twice as many as characters can be online, because a session whose logout is
/// missing stays open for up to a day. An entry takes about 50 bytes.
const MAX_OPEN: usize = 131_072;

/// The maximum number of held logins and logouts: all characters that can be online leave at the same moment. Beyond it,
/// the oldest is processed early.
const MAX_HELD: usize = 65_536;

/// How long the end of a session is remembered, in seconds, so that a logout that is received again is recognized.
const ENDED_MEMORY: i64 = 300;

const KINDS: [EventKind; 2] = [EventKind::PlayerLogin, EventKind::PlayerLogout];

/// Derives [`SessionStart`] and [`SessionEnd`] from logins and logouts.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    pub(super) wanted: Wanted,
    /// Logins and logouts by when they are processed, in order. Within a second, logouts are first: characters log in again
    /// immediately, but no session lasts less than a second.
    held: BTreeMap<(Timestamp, bool, u64), Change>,
    number: u64,
    open: FxHashMap<CharacterId, Open>,
    by_start: BTreeSet<(Timestamp, CharacterId)>,
    /// The last ends of sessions.
    ended: FxHashMap<CharacterId, Timestamp>,
    by_end: BTreeSet<(Timestamp, CharacterId)>,
    pub(super) evicted: u64,
    pub(super) stale: u64,
}

/// A login or logout.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    pub(super) at: Timestamp,
    pub(super) world: WorldId,
    pub(super) character: CharacterId,
    pub(super) is_login: bool,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    started: Timestamp,
    world: WorldId,
}

impl Sessions {
    /// Forgets the sessions that are no longer wanted.
    pub(super) fn forget_unwanted(&mut self) {
        let Self { wanted, held, open, by_start, .. } = self;
        held.retain(|_, change| wanted.has(change.world, change.character));
        open.retain(|&character, session| {
            let is_wanted = wanted.has(session.world, character);
            if !is_wanted {
                by_start.remove(&(session.started, character));
            }
            is_wanted
        });
        if wanted.is_empty() {
            (self.ended, self.by_end) = Default::default();
        }
    }

    pub(super) fn observe(&mut self, change: Change, now: Timestamp, gaps: &GapLog, derived: &mut Vec<Event>) {
        if !self.wanted.has(change.world, change.character) {
            return;
        }
        self.number += 1;
        let due = after(change.at.min(now), HOLD);
        self.held.insert((due, change.is_login, self.number), change);
        if self.held.len() > MAX_HELD
            && let Some((_, change)) = self.held.pop_first()
        {
            self.process(change, gaps, derived);
        }
        self.release(now, gaps, derived);
    }

    /// Ends sessions that have lasted too long.
    pub(super) fn advance(&mut self, now: Timestamp, gaps: &GapLog, derived: &mut Vec<Event>) {
        self.release(now, gaps, derived);
        while let Some(&(started, character)) = self.by_start.first()
            && after(started, TIMEOUT) <= now
        {
            self.end(character, after(started, TIMEOUT), SessionEndCause::Timeout, gaps, derived);
        }
        while let Some(&(at, character)) = self.by_end.first()
            && (after(at, ENDED_MEMORY) <= now || self.by_end.len() > MAX_HELD)
        {
            self.by_end.pop_first();
            self.ended.remove(&character);
        }
    }

    /// Processes everything that is held.
    pub(super) fn flush(&mut self, gaps: &GapLog, derived: &mut Vec<Event>) {
        self.release(Timestamp(i64::MAX), gaps, derived);
    }

    fn release(&mut self, now: Timestamp, gaps: &GapLog, derived: &mut Vec<Event>) {
        while let Some(entry) = self.held.first_entry()
            && entry.key().0 <= now
        {
            let change = entry.remove();
            self.process(change, gaps, derived);
        }
    }

    fn process(&mut self, change: Change, gaps: &GapLog, derived: &mut Vec<Event>) {
        if change.is_login {
            self.log_in(change, gaps, derived);
        } else {
            self.log_out(change, gaps, derived);
        }
    }

    fn log_in(&mut self, change: Change, gaps: &GapLog, derived: &mut Vec<Event>) {
        let Change { at, world, character, .. } = change;
        let is_stale = self.ended.get(&character).is_some_and(|&ended| at < ended);
        if is_stale || self.open.get(&character).is_some_and(|open| at <= open.started) {
            self.stale += 1;
            return;
        }
        if let Some(open) = self.open.get(&character) {
            let is_gap = gaps.overlaps(open.world, &KINDS, open.started, at);
            let cause = if is_gap { SessionEndCause::Gap } else { SessionEndCause::Relogin };
            self.end(character, at, cause, gaps, derived);
        }
        if self.open.len() >= MAX_OPEN
            && let Some((_, oldest)) = self.by_start.pop_first()
        {
            self.open.remove(&oldest);
            self.evicted += 1;
        }
        self.open.insert(character, Open { started: at, world });
        self.by_start.insert((at, character));
        derived.push(SessionStart { timestamp: at, world_id: world, character_id: character }.into());
    }

    fn log_out(&mut self, change: Change, gaps: &GapLog, derived: &mut Vec<Event>) {
        let Change { at, world, character, .. } = change;
        match self.open.get(&character) {
            Some(open) if at < open.started => self.stale += 1,
            Some(_) => self.end(character, at, SessionEndCause::Logout, gaps, derived),
            None if self.ended.get(&character).is_some_and(|&ended| at <= ended) => self.stale += 1,
            None => {
                self.record_end(character, at);
                let gap = gaps.overlaps(world, &KINDS, after(at, -TIMEOUT), at);
                let (started, duration, cause) = (None, None, SessionEndCause::Logout);
                let end = SessionEnd {
                    timestamp: at,
                    world_id: world,
                    character_id: character,
                    started,
                    duration,
                    cause,
                    gap,
                };
                derived.push(end.into());
            }
        }
    }

    fn end(
        &mut self,
        character: CharacterId,
        at: Timestamp,
        cause: SessionEndCause,
        gaps: &GapLog,
        derived: &mut Vec<Event>,
    ) {
        let Some(Open { started, world }) = self.open.remove(&character) else { return };
        self.by_start.remove(&(started, character));
        if cause != SessionEndCause::Timeout {
            self.record_end(character, at);
        }
        let end = SessionEnd {
            timestamp: at,
            world_id: world,
            character_id: character,
            started: Some(started),
            duration: (cause == SessionEndCause::Logout).then(|| at.since(started)),
            cause,
            gap: gaps.overlaps(world, &KINDS, started, at),
        };
        derived.push(end.into());
    }

    fn record_end(&mut self, character: CharacterId, at: Timestamp) {
        if let Some(earlier) = self.ended.insert(character, at) {
            self.by_end.remove(&(earlier, character));
        }
        self.by_end.insert((at, character));
    }
}
