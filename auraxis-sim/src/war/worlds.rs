//! The worlds that the war is fought on.

use auraxis_core::{environment::Environment, id::WorldId};

/// A world.
#[derive(Clone, Copy, Debug)]
pub(crate) struct World {
    pub(crate) id: WorldId,
    /// The number of characters at the start.
    pub(crate) population: usize,
    /// The weight of this world when a scene picks a world.
    pub(crate) share: u64,
    /// The number of logins within the first second.
    pub(crate) first_logins: u64,
    /// The start of the first alert, and the average time between alerts, in milliseconds.
    pub(crate) alerts: (u64, u64),
    /// The UTC offset of most players, in hours.
    pub(crate) ahead_of_utc: i64,
}

const fn world(
    id: WorldId,
    population: usize,
    share: u64,
    first_logins: u64,
    alerts: (u64, u64),
    ahead_of_utc: i64,
) -> World {
    World { id, population, share, first_logins, alerts, ahead_of_utc }
}

const PC: &[World] = &[
    world(WorldId::OSPREY, 320, 42, 28, (15_000, 420_000), -6),
    world(WorldId::WAINWRIGHT, 300, 38, 26, (95_000, 480_000), 1),
    world(WorldId::JAEGER, 40, 2, 4, (1_800_000, 5_400_000), 1),
    world(WorldId::SOLTECH, 200, 18, 16, (170_000, 540_000), 9),
];

/// The other four worlds are closed.
const PS4_US: &[World] = &[world(WorldId::GENUDINE, 320, 100, 30, (15_000, 420_000), -6)];

/// The other two worlds are closed.
const PS4_EU: &[World] = &[world(WorldId::CERES, 320, 100, 30, (15_000, 420_000), 1)];

/// Returns the worlds of an environment.
pub(crate) const fn of(environment: Environment) -> &'static [World] {
    match environment {
        Environment::Pc => PC,
        Environment::Ps4Us => PS4_US,
        Environment::Ps4Eu => PS4_EU,
    }
}

/// Returns the ids of an environment's worlds. There is at least one.
pub(crate) fn ids(environment: Environment) -> Vec<WorldId> {
    of(environment).iter().map(|world| world.id).collect()
}
