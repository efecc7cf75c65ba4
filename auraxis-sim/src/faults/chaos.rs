//! Random faults.

use std::time::Duration;

use auraxis_core::id::WorldId;

use super::{fault::Fault, odd::OddValue};
use crate::war::Dice;

/// A random fault: the milder, the likelier. Each lasts for seconds.
pub(super) fn fault(dice: &mut Dice, worlds: &[WorldId]) -> Fault {
    let world = dice.pick(worlds);
    let lasting = Duration::from_millis(dice.between(1_000, 15_000));
    let by = Duration::from_millis(dice.between(200, 3_000));
    let next = u32::try_from(dice.between(1, 20)).unwrap_or(1);
    let few = u32::try_from(dice.between(0, 8)).unwrap_or_default();
    let bytes = u32::try_from(dice.between(2_000, 40_000)).unwrap_or(2_000);
    let name = dice.pick(&["GainExperience", "Death", "VehicleDestroy", "PlayerLogin", "FacilityControl", "all"]);
    let odd = dice.pick(&OddValue::ALL).1;
    let faults: &[(u64, Make)] = &[
        (14, |c| Fault::Duplicate { next: c.next, after: c.few }),
        (10, |c| Fault::Reorder { next: c.next, by: c.few + 1 }),
        (8, |c| Fault::Late { next: c.next, by: c.by }),
        (8, |c| Fault::Twin { next: c.next }),
        (6, |c| Fault::Future { next: c.next, by: c.lasting }),
        (6, |_| Fault::UnknownEvent),
        (5, |c| Fault::UnknownField { next: c.next }),
        (5, |c| Fault::OddValue { value: c.odd, next: c.few + 1 }),
        (4, |c| Fault::Delay { by: c.by, lasting: c.lasting }),
        (4, |c| Fault::Garbage { frames: c.few + 1 }),
        (4, |c| Fault::Slow { bytes: c.bytes, lasting: c.lasting }),
        (4, |c| Fault::Ps4 { lasting: c.lasting }),
        (4, |c| Fault::SilenceWorld { world: c.world, lasting: c.lasting }),
        (3, |c| Fault::Silence { lasting: c.lasting }),
        (3, |c| Fault::Deaf { lasting: c.lasting }),
        (3, |c| Fault::StopHeartbeats { lasting: c.lasting }),
        (3, |c| Fault::ForgetEvent { name: c.name.to_owned() }),
        (2, |c| Fault::ForgetWorld { world: c.world }),
        (1, |_| Fault::ForgetEverything),
        (2, |c| Fault::Down { world: c.world, lasting: c.lasting }),
        (2, |c| Fault::Freeze { lasting: c.lasting }),
        (2, |_| Fault::Reset),
        (2, |_| Fault::Cut),
        (1, |_| Fault::Close { code: 1001 }),
        (1, |_| Fault::CloseWithReason { code: 1012, reason: "service restart".to_owned() }),
        (1, |c| Fault::Refuse { status: 503, lasting: c.lasting }),
        (1, |_| Fault::RefuseNext { status: 403 }),
        (1, |c| Fault::Busy { lasting: c.lasting, retry_after: c.by }),
        (1, |c| Fault::Flap { lasting: c.lasting }),
    ];
    dice.weigh(faults)(Chance { world, lasting, by, next, few, bytes, name, odd })
}

/// Makes a fault of random values.
type Make = fn(Chance) -> Fault;

/// Random values.
struct Chance {
    world: WorldId,
    lasting: Duration,
    by: Duration,
    next: u32,
    few: u32,
    bytes: u32,
    name: &'static str,
    odd: OddValue,
}
