//! The state of one world.

use super::evidence::Evidence;
use crate::id::WorldId;

/// Worlds with players at any time of day.
pub(super) const LIVE_WORLDS: [WorldId; 3] = [WorldId::OSPREY, WorldId::WAINWRIGHT, WorldId::SOLTECH];

/// Worlds that are played by appointment.
const PRIVATE_WORLDS: [WorldId; 2] = [WorldId::JAEGER, WorldId::TEST];

/// How long a world that was down can stay empty.
const GRACE_MS: f64 = 600_000.0;

/// The number of seconds with events that refute the announcement that the world is down.
const REFUTING_SECONDS: f64 = 30.0;

#[derive(Clone, Debug)]
pub(super) struct World {
    /// `None` for the shared slot.
    pub(super) id: Option<WorldId>,
    is_announced_down: bool,
    /// The number of seconds with events since the world was announced as down.
    refuting: f64,
    grace_ms: f64,
    pub(super) evidence: Evidence,
}

impl World {
    pub(super) fn new(id: Option<WorldId>) -> Self {
        Self { id, is_announced_down: false, refuting: 0.0, grace_ms: 0.0, evidence: Evidence::default() }
    }

    pub(super) fn is_down(&self) -> bool {
        self.is_announced_down && self.refuting < REFUTING_SECONDS
    }

    pub(super) fn is_watched(&self) -> bool {
        !self.is_down() && self.id.is_some_and(|id| !PRIVATE_WORLDS.contains(&id))
    }

    /// Returns whether the world should deliver at any time of day.
    pub(super) fn is_live(&self) -> bool {
        self.grace_ms <= 0.0 && self.id.is_some_and(|id| LIVE_WORLDS.contains(&id))
    }

    pub(super) const fn is_announced_online(&self) -> bool {
        !self.is_announced_down
    }

    /// Records an announcement. Returns whether the world is up again.
    pub(super) fn set_online(&mut self, online: bool) -> bool {
        let is_up_again = online && self.is_down();
        (self.is_announced_down, self.refuting) = (!online, 0.0);
        if is_up_again {
            self.grace_ms = GRACE_MS;
        }
        is_up_again
    }

    /// Advances by `passed_ms` of listening, in which this number of seconds had events. Returns whether they have
    /// refuted the announcement that the world is down.
    pub(super) fn advance(&mut self, seconds: f64, passed_ms: f64) -> bool {
        self.grace_ms -= passed_ms;
        if !self.is_announced_down {
            return false;
        }
        let was_down = self.is_down();
        self.refuting += seconds;
        was_down && !self.is_down()
    }
}
