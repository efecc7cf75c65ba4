//! The health of worlds and classes, for people.

use std::fmt;

use super::{silence::Level, traffic::TrafficClass};
use crate::id::WorldId;

/// The health of a world.
#[derive(Clone, Debug, PartialEq)]
pub struct WorldHealth {
    /// The world; `None` for all worlds beyond [`MAX_WORLDS`](super::MAX_WORLDS).
    pub world: Option<WorldId>,
    /// The state of the world.
    pub state: WorldState,
    /// When the last event arrived.
    pub last_event_ms: Option<u64>,
    /// The classes, in the order of [`TrafficClass::ALL`].
    pub classes: [ClassHealth; TrafficClass::ALL.len()],
}

/// The health of a class on a world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassHealth {
    /// The class.
    pub class: TrafficClass,
    /// The number of events so far.
    pub events: u64,
    /// The number of events per second in the last minutes.
    pub per_second: f64,
    /// When the last event arrived.
    pub last_event_ms: Option<u64>,
    /// Set if the class is silent.
    pub silent: Option<Level>,
}

/// Whether a world delivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WorldState {
    /// Its silence is not detected, because nothing of it is subscribed, or it is played by appointment.
    Unwatched,
    /// Nothing has arrived yet.
    Waiting,
    /// Events arrive.
    Delivering,
    /// The world or the whole link is silent.
    Silent(Level),
    /// The world is announced as down.
    Down,
}

impl fmt::Display for WorldState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unwatched => "unwatched",
            Self::Waiting => "waiting",
            Self::Delivering => "delivering",
            Self::Silent(_) => "silent",
            Self::Down => "down",
        })
    }
}
