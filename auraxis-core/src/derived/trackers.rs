//! All trackers.

use super::{
    alerts::Alerts,
    captures::{Captures, Participant},
    gap_log::GapLog,
    population::{Action, Population},
    sessions::{Change, Sessions},
    wanted::Wanted,
};
use crate::{
    event::{Event, EventKind, MetagameEvent, Selector, signal::Gap},
    interest::Interest,
    time::Timestamp,
};

/// Computes the derived events that a changing set of interests wants, from the events that the client receives.
///
/// ```
/// use auraxis_core::{derived::Trackers, event::*, interest::Interest, time::Timestamp};
/// # use auraxis_core::frame::Frame;
/// # let event = |name: &str, at: i64| {
/// #     let fields = format!(r#""character_id":"5","event_name":"{name}","timestamp":"{at}","world_id":"1""#);
/// #     let Ok(Frame::Event(event)) = Frame::parse(&format!(r#"{{"payload":{{{fields}}}}}"#)) else { panic!() };
/// #     event
/// # };
///
/// let mut trackers = Trackers::default();
/// trackers.add(&Interest::new([SessionEnd::selector()]));
/// let mut derived = Vec::new();
/// trackers.observe(&event("PlayerLogin", 100), Timestamp(100), &mut derived);
/// trackers.observe(&event("PlayerLogout", 160), Timestamp(160), &mut derived);
/// trackers.advance(Timestamp(165), &mut derived);
/// let [Event::SessionStart(_), Event::SessionEnd(end)] = &derived[..] else { panic!("{derived:?}") };
/// assert_eq!((end.duration.unwrap().as_secs(), end.gap), (60, false));
/// ```
#[derive(Debug, Default)]
pub struct Trackers {
    /// The number of interests in derived events.
    interests: usize,
    /// The latest event time.
    now: Option<Timestamp>,
    gaps: GapLog,
    sessions: Sessions,
    alerts: Alerts,
    captures: Captures,
    population: Population,
}

/// What the trackers have forgotten or ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrackerCounts {
    /// Sessions, alerts, participants and characters that were forgotten, because there were too many.
    pub evicted: u64,
    /// Events that were ignored because they were received again, or after the end that they are part of.
    pub stale: u64,
}

impl Trackers {
    /// How old the start of a running alert can be, in seconds.
    pub const RECOVERY_SECONDS: i64 = 3 * 3_600;

    /// Adds an interest. Interests are counted: one that is added twice must be removed twice. Interests in other events
    /// are ignored.
    pub fn add(&mut self, interest: &Interest) {
        self.interests += usize::from(self.count(interest, Wanted::add));
    }

    /// Removes one occurrence of an interest that was [added](Self::add). What is no longer wanted is forgotten.
    pub fn remove(&mut self, interest: &Interest) {
        if self.count(interest, Wanted::remove) {
            self.interests = self.interests.saturating_sub(1);
            self.sessions.forget_unwanted();
            self.alerts.forget_unwanted();
            self.captures.forget_unwanted();
            self.population.forget_unwanted();
        }
    }

    /// Returns whether any derived event is wanted. Otherwise, no event has to be observed.
    #[must_use]
    pub const fn is_needed(&self) -> bool {
        self.interests > 0
    }

    /// Observes an event of the game. `now` is the event time. Adds the events that it derives to `derived`, which can
    /// also be of kinds that no interest wants.
    pub fn observe(&mut self, event: &Event, now: Timestamp, derived: &mut Vec<Event>) {
        let is_later = self.now.is_none_or(|latest| latest < now);
        let now = self.now.map_or(now, |latest| latest.max(now));
        // What is due happens before this event.
        if is_later {
            self.advance(now, derived);
        }
        self.track(event, now, derived);
    }

    /// Records a gap. Gaps of events that the program dropped are ignored, because they were observed.
    pub fn gap(&mut self, gap: &Gap) {
        self.gaps.record(gap);
    }

    /// Adds the starts of the alerts that are running according to the REST API to `derived`. The events are those of the
    /// last [`RECOVERY_SECONDS`](Self::RECOVERY_SECONDS), in any order.
    pub fn recover_alerts(&mut self, events: &[MetagameEvent], now: Timestamp, derived: &mut Vec<Event>) {
        let now = self.now.map_or(now, |latest| latest.max(now));
        self.alerts.recover(events, now, derived);
    }

    /// Sets the event time, and adds what is due to `derived`. Time never goes back.
    pub fn advance(&mut self, now: Timestamp, derived: &mut Vec<Event>) {
        let now = self.now.map_or(now, |latest| latest.max(now));
        self.now = Some(now);
        self.sessions.advance(now, &self.gaps, derived);
        self.alerts.advance(now, &self.gaps, derived);
        self.captures.advance(now, &self.gaps, derived);
        self.population.advance(now, &self.gaps, derived);
        self.gaps.forget_before(now);
    }

    /// Adds everything that is held to `derived`, because no more events will be observed. Sessions and alerts that have
    /// not ended are not ended.
    pub fn flush(&mut self, derived: &mut Vec<Event>) {
        self.sessions.flush(&self.gaps, derived);
        self.captures.flush(&self.gaps, derived);
    }

    /// Returns what the trackers have forgotten or ignored.
    #[must_use]
    pub const fn counts(&self) -> TrackerCounts {
        let Self { sessions, alerts, captures, population, .. } = self;
        TrackerCounts {
            evicted: sessions.evicted + alerts.evicted + captures.evicted + population.evicted,
            stale: sessions.stale + alerts.stale + captures.stale,
        }
    }

    /// Counts an interest in each tracker. Returns whether any is concerned.
    fn count(&mut self, interest: &Interest, count: impl Fn(&mut Wanted, &Interest)) -> bool {
        let wants = |kind: EventKind| interest.selectors.contains(&Selector::Kind(kind));
        let mut is_counted = false;
        for (wanted, kinds) in [
            (&mut self.sessions.wanted, &[EventKind::SessionStart, EventKind::SessionEnd][..]),
            (&mut self.alerts.wanted, &[EventKind::AlertStart, EventKind::AlertEnd]),
            (&mut self.captures.wanted, &[EventKind::FacilityCapture]),
            (&mut self.captures.wanted_defences, &[EventKind::FacilityDefence]),
            (&mut self.population.wanted, &[EventKind::PopulationReport]),
        ] {
            if kinds.iter().copied().any(wants) {
                count(wanted, interest);
                is_counted = true;
            }
        }
        is_counted
    }

    fn track(&mut self, event: &Event, now: Timestamp, derived: &mut Vec<Event>) {
        match event {
            Event::PlayerLogin(login) => {
                let (at, world, character) = (login.timestamp, login.world_id, login.character_id);
                self.sessions.observe(Change { at, world, character, is_login: true }, now, &self.gaps, derived);
            }
            Event::PlayerLogout(logout) => {
                let (at, world, character) = (logout.timestamp, logout.world_id, logout.character_id);
                self.sessions.observe(Change { at, world, character, is_login: false }, now, &self.gaps, derived);
                self.population.log_out(character, at);
            }
            Event::MetagameEvent(alert) => self.alerts.observe(alert, now, &self.gaps, derived),
            Event::FacilityControl(control) => self.captures.observe_control(control, now, &self.gaps, derived),
            Event::PlayerFacilityCapture(event) => {
                let (at, character) = (event.timestamp, event.character_id);
                let participant = Participant { at, character, is_capture: true, until: now };
                let place = (event.world_id, event.zone_id, event.facility_id);
                self.captures.observe_participant(place, participant, now);
            }
            Event::PlayerFacilityDefend(event) => {
                let (at, character) = (event.timestamp, event.character_id);
                let participant = Participant { at, character, is_capture: false, until: now };
                let place = (event.world_id, event.zone_id, event.facility_id);
                self.captures.observe_participant(place, participant, now);
            }
            event if !self.population.wanted.is_empty() => self.track_action(event, now),
            _ => {}
        }
    }

    fn track_action(&mut self, event: &Event, now: Timestamp) {
        match event {
            Event::GainExperience(gain) => self.population.act(Action {
                at: gain.timestamp.min(now),
                world: gain.world_id,
                zone: gain.zone_id,
                character: gain.character_id,
                team: gain.team_id,
                loadout: gain.loadout_id,
            }),
            Event::Death(death) => {
                let (at, world, zone) = (death.timestamp.min(now), death.world_id, death.zone_id);
                let (character, team, loadout) = (death.character_id, death.team_id, death.character_loadout_id);
                self.population.act(Action { at, world, zone, character, team, loadout });
                if let Some(character) = death.attacker_character_id {
                    let (team, loadout) = (death.attacker_team_id, death.attacker_loadout_id);
                    self.population.act(Action { at, world, zone, character, team, loadout });
                }
            }
            // The owner may be elsewhere.
            Event::VehicleDestroy(destroyed) => {
                if let Some(character) = destroyed.attacker_character_id {
                    self.population.act(Action {
                        at: destroyed.timestamp.min(now),
                        world: destroyed.world_id,
                        zone: destroyed.zone_id,
                        character,
                        team: destroyed.attacker_team_id,
                        loadout: destroyed.attacker_loadout_id,
                    });
                }
            }
            _ => {}
        }
    }
}
