//! The state of a world: its open continent, the holders of its facilities, and its alert.

use std::collections::BTreeMap;

use auraxis_core::id::{FacilityId, FactionId, MetagameEventId, WorldId, ZoneId};

use super::{event::TerritoryShares, facility, rng::Rng};

/// The three empires.
pub(crate) const EMPIRES: [FactionId; 3] = [FactionId::VS, FactionId::NC, FactionId::TR];

/// The state of the war on a world.
#[derive(Clone, Debug)]
pub(crate) struct WorldState {
    pub(crate) world: WorldId,
    /// The open continent. Oshur is always open too.
    pub(crate) zone: ZoneId,
    /// The holder of each facility, and since when, in milliseconds of the war.
    pub(crate) holders: BTreeMap<FacilityId, (FactionId, u64)>,
    pub(crate) alert: Option<Alert>,
    /// The instance id of the last alert.
    pub(crate) instance: u32,
}

/// A running alert.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alert {
    pub(crate) instance: u32,
    pub(crate) event: MetagameEventId,
}

impl WorldState {
    pub(crate) fn new(rng: &mut Rng, world: WorldId) -> Self {
        let holders = facility::facilities().map(|facility| (facility.id, (rng.pick(&EMPIRES), 0))).collect();
        let instance = rng.between(1_000, 30_000).try_into().unwrap_or(1_000);
        Self { world, zone: rng.pick(facility::CONTINENTS), holders, alert: None, instance }
    }

    /// Returns the territory of each empire on the continent, in percent.
    pub(crate) fn shares(&self) -> TerritoryShares {
        let mut held = [0_u8; 3];
        for facility in facility::facilities().filter(|facility| facility.zone == self.zone) {
            let holder = self.holders.get(&facility.id).map(|(holder, _)| *holder);
            if let Some(at) = EMPIRES.iter().position(|empire| Some(*empire) == holder) {
                held[at] += 1;
            }
        }
        let all: f32 = held.iter().map(|&one| f32::from(one)).sum::<f32>().max(1.0);
        held.map(|one| f32::from(one) * 100.0 / all)
    }

    /// Returns the empire that holds the largest share of the continent.
    pub(crate) fn leader(&self) -> FactionId {
        let shares = self.shares();
        let mut leader = 0;
        for at in 1..EMPIRES.len() {
            if shares[at] > shares[leader] {
                leader = at;
            }
        }
        EMPIRES[leader]
    }

    /// Returns the continent that opens when the current one is locked.
    pub(crate) fn next_zone(&self) -> ZoneId {
        let at = facility::CONTINENTS.iter().position(|zone| *zone == self.zone).unwrap_or_default();
        facility::CONTINENTS[(at + 1) % facility::CONTINENTS.len()]
    }
}
