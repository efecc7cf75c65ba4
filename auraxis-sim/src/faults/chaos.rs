//! Random faults.

use std::time::Duration;

use auraxis_core::id::WorldId;

use super::{fault::Fault, odd_value::OddValue};
use crate::war::Rng;

/// Returns a random fault that lasts for seconds. The milder a fault, the more likely it is.
pub(super) fn random_fault(rng: &mut Rng, worlds: &[WorldId]) -> Fault {
    let world = rng.pick(worlds);
    let duration = Duration::from_millis(rng.between(1_000, 15_000));
    let by = Duration::from_millis(rng.between(200, 3_000));
    let next = u32::try_from(rng.between(1, 20)).unwrap_or(1);
    let few = u32::try_from(rng.between(0, 8)).unwrap_or_default();
    let bytes_per_second = u32::try_from(rng.between(2_000, 40_000)).unwrap_or(2_000);
    let name = rng.pick(&["GainExperience", "Death", "VehicleDestroy", "PlayerLogin", "FacilityControl", "all"]);
    let odd = rng.pick(&OddValue::ALL).1;
    let faults: &[(u64, MakeFault)] = &[
        (14, |c| Fault::Duplicate { next: c.next, after: c.few }),
        (10, |c| Fault::Reorder { next: c.next, by: c.few + 1 }),
        (8, |c| Fault::Late { next: c.next, by: c.by }),
        (8, |c| Fault::Twin { next: c.next }),
        (6, |c| Fault::Future { next: c.next, by: c.duration }),
        (6, |_| Fault::UnknownEvent),
        (5, |c| Fault::UnknownField { next: c.next }),
        (5, |c| Fault::OddValue { value: c.odd, next: c.few + 1 }),
        (4, |c| Fault::Delay { by: c.by, duration: c.duration }),
        (4, |c| Fault::Garbage { frames: c.few + 1 }),
        (4, |c| Fault::Slow { bytes_per_second: c.bytes_per_second, duration: c.duration }),
        (4, |c| Fault::Ps4 { duration: c.duration }),
        (4, |c| Fault::SilenceWorld { world: c.world, duration: c.duration }),
        (3, |c| Fault::Silence { duration: c.duration }),
        (3, |c| Fault::Deaf { duration: c.duration }),
        (3, |c| Fault::StopHeartbeats { duration: c.duration }),
        (3, |c| Fault::ForgetEvent { name: c.name.to_owned() }),
        (2, |c| Fault::ForgetWorld { world: c.world }),
        (1, |_| Fault::ForgetEverything),
        (2, |c| Fault::Down { world: c.world, duration: c.duration }),
        (2, |c| Fault::Freeze { duration: c.duration }),
        (2, |_| Fault::Reset),
        (2, |_| Fault::Cut),
        (1, |_| Fault::Close { code: 1001 }),
        (1, |_| Fault::CloseWithReason { code: 1012, reason: "service restart".to_owned() }),
        (1, |c| Fault::Refuse { status: 503, duration: c.duration }),
        (1, |_| Fault::RefuseNext { status: 403 }),
        (1, |c| Fault::Busy { duration: c.duration, retry_after: c.by }),
        (1, |c| Fault::Flap { duration: c.duration }),
    ];
    rng.pick_weighted(faults)(RandomValues { world, duration, by, next, few, bytes_per_second, name, odd })
}

/// Creates a fault from random values.
type MakeFault = fn(RandomValues) -> Fault;

/// Random values for the fields of a fault.
struct RandomValues {
    world: WorldId,
    duration: Duration,
    by: Duration,
    next: u32,
    few: u32,
    bytes_per_second: u32,
    name: &'static str,
    odd: OddValue,
}
