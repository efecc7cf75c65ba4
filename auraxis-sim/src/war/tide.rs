//! The time of day, on which it depends how many play.

use auraxis_core::{id::WorldId, time::Timestamp};

/// How many play at each hour of the day where most of a world's players live, in percent of the evening's.
const HOURS: [u64; 24] =
    [72, 55, 40, 30, 24, 20, 20, 22, 26, 30, 35, 40, 46, 52, 56, 60, 66, 74, 84, 93, 100, 100, 96, 86];

/// By how many hours the clocks are ahead of UTC there.
const AHEAD: [(WorldId, i64); 4] =
    [(WorldId::OSPREY, -6), (WorldId::WAINWRIGHT, 1), (WorldId::JAEGER, 1), (WorldId::SOLTECH, 9)];

/// How many play on this world now, in percent of the evening's.
pub(super) fn tide(world: WorldId, clock: Timestamp) -> u64 {
    let ahead = AHEAD.iter().find(|(id, _)| *id == world).map_or(0, |(_, hours)| *hours);
    let hour = (clock.0.div_euclid(3_600) + ahead).rem_euclid(24);
    usize::try_from(hour).ok().and_then(|hour| HOURS.get(hour)).copied().unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evening_comes_to_one_world_after_the_other() {
        let at = |hour: i64| Timestamp(1_700_006_400 + hour * 3_600);
        assert_eq!(at(0).to_string(), "2023-11-15T00:00:00Z");
        let fullest = |hour: i64| AHEAD.iter().map(|(world, _)| *world).max_by_key(|world| tide(*world, at(hour)));
        assert_eq!(fullest(3), Some(WorldId::OSPREY));
        assert_eq!(fullest(12), Some(WorldId::SOLTECH));
        assert!(tide(WorldId::WAINWRIGHT, at(20)) > 4 * tide(WorldId::WAINWRIGHT, at(4)));
        assert_eq!(tide(WorldId(99), Timestamp(-1)), HOURS[23]);
    }
}
