//! How soon a silence is found, in simulated time.

use auraxis::prelude::*;
use auraxis_core::stream::health::{Change, Coverage, Expected, Health, TrafficClass};
use auraxis_sim::War;

#[test]
fn probe() {
    for seed in 1..=3 {
    for learn in [15, 20, 30, 40, 60, 110, 300, 900] {
        let mut out = vec![];
        for world in [None, Some(1), Some(10), Some(40), Some(13), Some(17)] {
            out.push(found_after(seed, learn, world.map(WorldId)));
        }
        println!("seed {seed} learn {learn}: {out:?}");
    }}
    let mut n = std::collections::BTreeMap::new();
    for e in War::new(1, Timestamp::now()) { if e.offset.as_secs() > 300 { break } *n.entry(e.event.world_id()).or_insert(0) += 1; }
    println!("{n:?}");
}

fn found_after(seed: u64, learn: u64, world: Option<WorldId>) -> Option<u64> {
    let mut health = Health::new();
    health.expect([
        (TrafficClass::Experience, Coverage::Whole),
        (TrafficClass::Attack, Coverage::Whole),
        (TrafficClass::Character, Coverage::Part),
        (TrafficClass::Login, Coverage::Part),
        (TrafficClass::World, Coverage::Part),
    ].map(|(class, coverage)| Expected { world: None, class, coverage }));
    let mut checked = 0;
    for event in War::new(seed, Timestamp(1_764_352_800)) {
        let at = u64::try_from(event.offset.as_millis()).unwrap();
        while checked + 1000 <= at {
            checked += 1000;
            for change in health.check(checked) {
                if let Change::Silent(silence) = change {
                    if checked < learn * 1000 { println!("false alarm {silence:?}"); }
                    if silence.world == world && checked > learn * 1000 { return Some(checked / 1000 - learn); }
                }
            }
        }
        if at > (learn + 400) * 1000 { return None; }
        if at > learn * 1000 && (world.is_none() || event.event.world_id() == world) { continue; }
        if let (Some(world), Some(class)) = (event.event.world_id(), TrafficClass::of(event.event.kind())) {
            health.event(world, class, at);
        }
    }
    None
}
