//! How soon a silence of the simulated war is found, in simulated time.

use auraxis::prelude::*;
use auraxis_core::stream::health::{Change, Coverage, Expected, Health, TrafficClass};
use auraxis_sim::War;

use crate::START;

fn expected() -> [Expected; 5] {
    TrafficClass::ALL.map(|class| {
        let is_whole = matches!(class, TrafficClass::Experience | TrafficClass::Attack);
        Expected { world: None, class, coverage: if is_whole { Coverage::Whole } else { Coverage::Part } }
    })
}

/// Returns how many seconds after `start` a silence of a world, or of the whole link, is reported. There must be no other
/// report.
fn found_after(seed: u64, start: u64, world: Option<WorldId>) -> Option<u64> {
    let mut health = Health::new();
    health.expect(expected());
    let mut checked_ms = 0;
    for event in War::new(seed, START) {
        let at_ms = u64::try_from(event.offset.as_millis()).unwrap();
        while checked_ms + 1_000 <= at_ms {
            checked_ms += 1_000;
            if let Some(change) = health.check(checked_ms).first() {
                let is_right = matches!(change, Change::Silent(silence) if silence.world == world);
                assert!(is_right && checked_ms > 1_000 * start, "{checked_ms} ms: {change:?}");
                return Some(checked_ms / 1_000 - start);
            }
        }
        let event = event.event;
        let is_silent = at_ms >= 1_000 * start && (world.is_none() || event.world_id() == world);
        if at_ms > 1_000 * (start + 120) {
            break;
        }
        if let (false, Some(world), Some(class)) = (is_silent, event.world_id(), TrafficClass::of(event.kind())) {
            health.event(world, class, at_ms);
        }
    }
    None
}

#[test]
fn a_silent_link_is_reported_within_30_seconds() {
    for seed in 1..=3 {
        for start in [10, 30, 300] {
            let found = found_after(seed, start, None);
            assert!(found.is_some_and(|after| after <= 30), "seed {seed}, silent from {start} s: {found:?}");
        }
    }
}

#[test]
fn a_silent_world_is_reported_within_a_minute() {
    for seed in 1..=3 {
        for start in [30, 300] {
            for world in [WorldId::OSPREY, WorldId::WAINWRIGHT] {
                let found = found_after(seed, start, Some(world));
                assert!(
                    found.is_some_and(|after| after <= 60),
                    "seed {seed}, {world} silent from {start} s: {found:?}"
                );
            }
        }
    }
}
