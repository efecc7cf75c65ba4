//! Derived events: computed from several events of the game.
//!
//! Triggers receive them like any other event. They are never sent by the server: a trigger for one of them subscribes to
//! the events that it is [made of](super::EventKind::made_of), and [`Trackers`](crate::derived::Trackers) compute it from all
//! events that the client receives.
//!
//! Their `gap` field is `true` if a known [`Gap`](super::signal::Gap) may have hidden an event that would have changed
//! them. A gap that is reported later cannot be considered.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{id::*, time::Timestamp};

/// A character logged in.
///
/// Made of [`PlayerLogin`](super::PlayerLogin) and [`PlayerLogout`](super::PlayerLogout), which are held for five seconds
/// to put them in order. So a [`SessionEnd`] of the previous session always comes first.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "event_name")]
#[non_exhaustive]
pub struct SessionStart {
    /// When it logged in.
    pub timestamp: Timestamp,
    /// The server.
    pub world_id: WorldId,
    /// The character.
    pub character_id: CharacterId,
}

/// A character logged out, or must have logged out.
///
/// Made of [`PlayerLogin`](super::PlayerLogin) and [`PlayerLogout`](super::PlayerLogout), which are held for five seconds
/// to put them in order. A session whose logout is missing ends with the next login of the character, or after 24 hours.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "event_name")]
#[non_exhaustive]
pub struct SessionEnd {
    /// When it logged out, if the [`cause`](Self::cause) is [`Logout`](SessionEndCause::Logout). Otherwise, it logged out
    /// at this time or before.
    pub timestamp: Timestamp,
    /// The server.
    pub world_id: WorldId,
    /// The character.
    pub character_id: CharacterId,
    /// When the session started. `None` if the login was not received, for example because the client started later.
    pub started: Option<Timestamp>,
    /// How long the session lasted. `None` unless both the login and the logout were received.
    pub duration: Option<Duration>,
    /// How the end is known.
    pub cause: SessionEndCause,
    /// Whether a gap may have hidden other logins or logouts of the character since `started`, or in the last 24 hours
    /// if that is `None`. Then the `duration` may contain several sessions.
    #[serde(default)]
    pub gap: bool,
}

/// How the end of a session is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[non_exhaustive]
pub enum SessionEndCause {
    /// The logout was received.
    Logout,
    /// The character logged in again, and its logout was not received, although no gap is known.
    Relogin,
    /// The character logged in again, and a gap may have hidden its logout.
    Gap,
    /// No logout was received for 24 hours.
    Timeout,
}

/// An alert started.
///
/// Made of [`MetagameEvent`](super::MetagameEvent). A client with a trigger for alerts also asks the REST API, when it
/// starts, which alerts are running. An alert whose start is not known has none.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "event_name")]
#[non_exhaustive]
pub struct AlertStart {
    /// When it started.
    pub timestamp: Timestamp,
    /// The server.
    pub world_id: WorldId,
    /// The continent. Missing before 2021, and in alerts recovered from REST.
    pub zone_id: Option<ZoneId>,
    /// The number of this alert on its world.
    pub instance_id: MetagameInstanceId,
    /// The type of the alert.
    pub metagame_event_id: MetagameEventId,
    /// How long alerts of this type last at most; `None` for types that this version does not know.
    pub max_duration: Option<Duration>,
    /// Whether the alert was running when the client started, and is known from REST.
    #[serde(default)]
    pub recovered: bool,
}

/// An alert ended, or must have ended.
///
/// Made of [`MetagameEvent`](super::MetagameEvent).
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "event_name")]
#[non_exhaustive]
pub struct AlertEnd {
    /// When it ended; if it is [`Overdue`](AlertEndCause::Overdue), when this was noticed.
    pub timestamp: Timestamp,
    /// The server.
    pub world_id: WorldId,
    /// The continent. Missing before 2021, and in alerts recovered from REST.
    pub zone_id: Option<ZoneId>,
    /// The number of this alert on its world.
    pub instance_id: MetagameInstanceId,
    /// The type of the alert.
    pub metagame_event_id: MetagameEventId,
    /// When it started. `None` if the start was not received.
    pub started: Option<Timestamp>,
    /// How long it lasted. `None` unless both the start and the end were received.
    pub duration: Option<Duration>,
    /// The final scores. `None` if the end was not received.
    pub scores: Option<AlertScores>,
    /// The faction with the highest score. `None` if two have the same, if the alert was canceled, or if the end was not
    /// received.
    pub winner: Option<FactionId>,
    /// How the end is known.
    pub cause: AlertEndCause,
    /// Whether a gap may have hidden the start or the end, if that was not received.
    #[serde(default)]
    pub gap: bool,
}

/// The scores of an alert: territory in percent, or the measure of its type.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct AlertScores {
    /// The score of the VS.
    pub vs: f32,
    /// The score of the NC.
    pub nc: f32,
    /// The score of the TR.
    pub tr: f32,
}

/// How the end of an alert is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[non_exhaustive]
pub enum AlertEndCause {
    /// The end was received.
    Ended,
    /// The alert was canceled.
    Canceled,
    /// No end was received until five minutes after the longest duration of such an alert.
    Overdue,
}

/// A faction captured a facility.
///
/// Made of [`FacilityControl`](super::FacilityControl), which is held for five seconds, and
/// [`PlayerFacilityCapture`](super::PlayerFacilityCapture) within three seconds of it, received before or after it.
///
/// When a continent locks or unlocks, each of its facilities is captured at the same moment, with no participants.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "event_name")]
#[non_exhaustive]
pub struct FacilityCapture {
    /// When it was captured.
    pub timestamp: Timestamp,
    /// The server.
    pub world_id: WorldId,
    /// The continent.
    pub zone_id: ZoneId,
    /// The facility.
    pub facility_id: FacilityId,
    /// The faction that held it before.
    pub old_faction_id: FactionId,
    /// The faction that holds it now.
    pub new_faction_id: FactionId,
    /// The outfit it was captured for.
    pub outfit_id: Option<OutfitId>,
    /// How long the previous owner held it. `None` if nobody did.
    pub held: Option<Duration>,
    /// The characters that took part, by id.
    #[serde(default)]
    pub participants: Arc<[CharacterId]>,
    /// Whether participants may be missing: because of a gap, or because the client stopped.
    #[serde(default)]
    pub gap: bool,
}

/// A faction defended a facility.
///
/// Made of [`FacilityControl`](super::FacilityControl), which is held for five seconds, and
/// [`PlayerFacilityDefend`](super::PlayerFacilityDefend) within three seconds of it, received before or after it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "event_name")]
#[non_exhaustive]
pub struct FacilityDefence {
    /// When it was defended.
    pub timestamp: Timestamp,
    /// The server.
    pub world_id: WorldId,
    /// The continent.
    pub zone_id: ZoneId,
    /// The facility.
    pub facility_id: FacilityId,
    /// The faction that holds it.
    pub faction_id: FactionId,
    /// The outfit it was captured for.
    pub outfit_id: Option<OutfitId>,
    /// The characters that took part, by id.
    #[serde(default)]
    pub participants: Arc<[CharacterId]>,
    /// Whether participants may be missing: because of a gap, or because the client stopped.
    #[serde(default)]
    pub gap: bool,
}

/// The number of active characters on a continent, each minute.
///
/// Made of [`Death`](super::Death), [`GainExperience`](super::GainExperience),
/// [`VehicleDestroy`](super::VehicleDestroy) and [`PlayerLogout`](super::PlayerLogout). A character is active from such
/// an event until it logs out, acts on another continent, or has had none for 15 minutes. Characters that do nothing, for
/// example in the warp gate, are not counted, and those that left within the last 15 minutes without logging out still
/// are.
///
/// A continent without active characters has one report with zeros, then none.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "event_name")]
#[non_exhaustive]
pub struct PopulationReport {
    /// The end of the minute.
    pub timestamp: Timestamp,
    /// The server.
    pub world_id: WorldId,
    /// The continent, or the instance of a map.
    pub zone_id: ZoneId,
    /// Active characters that fight for the VS, including NS Operatives.
    pub vs: u32,
    /// Active characters that fight for the NC, including NS Operatives.
    pub nc: u32,
    /// Active characters that fight for the TR, including NS Operatives.
    pub tr: u32,
    /// Active characters of an unknown side, for example NS Operatives on the PlayStation.
    #[serde(default)]
    pub unknown: u32,
    /// The start of the counted interval: 15 minutes before `timestamp`, or later if the world's first event was received
    /// later. Then characters may be missing.
    pub from: Timestamp,
    /// Whether a gap since `from` may have hidden active characters.
    #[serde(default)]
    pub gap: bool,
}

impl PopulationReport {
    /// Returns the number of active characters.
    #[must_use]
    pub const fn total(&self) -> u32 {
        self.vs + self.nc + self.tr + self.unknown
    }
}

/// Where a derived event happened, and to whom.
pub(super) trait Derived {
    fn zone(&self) -> Option<ZoneId>;

    fn character(&self) -> Option<CharacterId> {
        None
    }
}

macro_rules! of_characters {
    ($($name:ident)*) => {$(
        impl Derived for $name {
            fn zone(&self) -> Option<ZoneId> {
                None
            }

            fn character(&self) -> Option<CharacterId> {
                Some(self.character_id)
            }
        }
    )*};
}

macro_rules! of_zones {
    ($($name:ident)*) => {$(
        impl Derived for $name {
            fn zone(&self) -> Option<ZoneId> {
                self.zone_id.into()
            }
        }
    )*};
}

of_characters! { SessionStart SessionEnd }
of_zones! { AlertStart AlertEnd FacilityCapture FacilityDefence PopulationReport }

about!(SessionStart: character_id);
about!(SessionEnd: character_id);
about!(AlertStart: zone_id);
about!(AlertEnd: zone_id);
about!(FacilityCapture: zone_id);
about!(FacilityDefence: zone_id);
about!(PopulationReport: zone_id);
