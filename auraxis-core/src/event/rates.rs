//! How often events happen: the cost model of subscriptions.
//!
//! The figures are events per second on all PC worlds in a full evening, of the order of magnitude that captures show:
//! experience is four fifths of everything. They only weigh subscriptions against each other.

use super::{EventKind, Selector};

/// How many characters are online.
pub(crate) const CHARACTERS: f64 = 2_000.0;

/// How many worlds share the events.
pub(crate) const WORLDS: f64 = 4.0;

/// One kind of experience is this part of all.
const EXPERIENCES: f64 = 40.0;

pub(crate) const fn of(kind: EventKind) -> f64 {
    match kind {
        EventKind::GainExperience => 120.0,
        EventKind::Death => 16.0,
        EventKind::ItemAdded => 8.0,
        EventKind::VehicleDestroy => 4.0,
        EventKind::AchievementEarned => 3.0,
        EventKind::PlayerFacilityCapture | EventKind::PlayerFacilityDefend | EventKind::FishScan => 0.5,
        EventKind::BattleRankUp => 0.3,
        EventKind::FacilityControl => 0.1,
        EventKind::ContinentLock | EventKind::ContinentUnlock | EventKind::MetagameEvent => 0.01,
        // Logins, logouts and skills among them.
        _ => 1.0,
    }
}

pub(crate) fn of_selector(selector: &Selector) -> f64 {
    match selector {
        Selector::Kind(kind) => of(*kind),
        Selector::Experience(_) => of(EventKind::GainExperience) / EXPERIENCES,
        Selector::Named(_) | Selector::Everything => 1.0,
        Selector::Custom(_) => 0.0,
    }
}
