//! The number of players by time of day.

use auraxis_core::time::Timestamp;

use super::worlds::World;

/// The number of players at each hour of local time, in percent of the evening peak.
const HOURS: [u64; 24] =
    [72, 55, 40, 30, 24, 20, 20, 22, 26, 30, 35, 40, 46, 52, 56, 60, 66, 74, 84, 93, 100, 100, 96, 86];

/// Returns the number of players on this world at this time, in percent of the evening peak.
pub(crate) fn percent(world: &World, time: Timestamp) -> u64 {
    let hour = (time.0.div_euclid(3_600) + world.ahead_of_utc).rem_euclid(24);
    usize::try_from(hour).ok().and_then(|hour| HOURS.get(hour)).copied().unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use auraxis_core::{environment::Environment, id::WorldId};

    use super::{super::worlds, *};

    #[test]
    fn worlds_peak_in_their_local_evening() {
        let at = |hour: i64| Timestamp(1_700_006_400 + hour * 3_600);
        assert_eq!(at(0).to_string(), "2023-11-15T00:00:00Z");
        let worlds = worlds::of(Environment::Pc);
        let fullest = |hour: i64| worlds.iter().max_by_key(|world| percent(world, at(hour))).map(|world| world.id);
        assert_eq!(fullest(3), Some(WorldId::OSPREY));
        assert_eq!(fullest(12), Some(WorldId::SOLTECH));
        let wainwright = worlds.iter().find(|world| world.id == WorldId::WAINWRIGHT).unwrap();
        assert!(percent(wainwright, at(20)) > 4 * percent(wainwright, at(4)));
    }
}
