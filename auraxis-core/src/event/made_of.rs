//! The table of what derived events are made of.

use super::catalogue::EventKind;

/// A row of the table of derived events.
struct Row {
    made_of: &'static [EventKind],
    has_zone: bool,
    has_character: bool,
}

/// The table of derived events.
const fn row(kind: EventKind) -> Row {
    use EventKind as Kind;
    match kind {
        Kind::SessionStart | Kind::SessionEnd => {
            Row { made_of: &[Kind::PlayerLogin, Kind::PlayerLogout], has_zone: false, has_character: true }
        }
        Kind::AlertStart | Kind::AlertEnd => {
            Row { made_of: &[Kind::MetagameEvent], has_zone: true, has_character: false }
        }
        Kind::FacilityCapture => {
            Row { made_of: &[Kind::FacilityControl, Kind::PlayerFacilityCapture], has_zone: true, has_character: false }
        }
        Kind::FacilityDefence => {
            Row { made_of: &[Kind::FacilityControl, Kind::PlayerFacilityDefend], has_zone: true, has_character: false }
        }
        Kind::PopulationReport => Row {
            made_of: &[Kind::Death, Kind::GainExperience, Kind::VehicleDestroy, Kind::PlayerLogout],
            has_zone: true,
            has_character: false,
        },
        _ => Row { made_of: &[], has_zone: false, has_character: false },
    }
}

impl EventKind {
    /// The kinds of the game's events that a derived event is made of. Empty for other kinds.
    #[must_use]
    pub const fn made_of(self) -> &'static [Self] {
        row(self).made_of
    }

    pub(super) const fn is_derived_with_zone(self) -> bool {
        row(self).has_zone
    }

    pub(super) const fn is_derived_with_character(self) -> bool {
        row(self).has_character
    }
}
