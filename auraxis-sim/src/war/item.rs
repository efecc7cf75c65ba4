//! Weapons and other items.
//!
//! All items are invented. The game does not use item ids from 90,001 on.

use auraxis_core::id::{FactionId, VehicleId};

/// A weapon or another item.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item {
    pub(crate) id: u32,
    pub(crate) name: &'static str,
    /// Its row in the `item_category` collection.
    pub(crate) category: u32,
    /// [`FactionId::NONE`] for all factions.
    pub(crate) faction: FactionId,
    pub(crate) kind: ItemKind,
}

impl Item {
    pub(crate) fn is_weapon(&self) -> bool {
        self.kind != ItemKind::Supply
    }

    /// Returns whether it is a vehicle's weapon.
    pub(crate) fn is_mounted(&self) -> bool {
        self.kind == ItemKind::Mounted
    }
}

/// The kind of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ItemKind {
    Gun,
    /// A weapon without headshots.
    Explosive,
    /// A weapon that is mounted on a vehicle.
    Mounted,
    /// Not a weapon.
    Supply,
}

const fn item(id: u32, name: &'static str, category: u32, faction: FactionId, kind: ItemKind) -> Item {
    Item { id, name, category, faction, kind }
}

/// All items.
pub(crate) const ITEMS: &[Item] = &[
    item(90_001, "Halcyon Pulse Carbine", 8, FactionId::VS, ItemKind::Gun),
    item(90_002, "Umbra LMG", 6, FactionId::VS, ItemKind::Gun),
    item(90_003, "Perihelion Rifle", 7, FactionId::VS, ItemKind::Gun),
    item(90_004, "Farsight Rail", 11, FactionId::VS, ItemKind::Gun),
    item(90_011, "Rampart LMG", 6, FactionId::NC, ItemKind::Gun),
    item(90_012, "Breaker Carbine", 8, FactionId::NC, ItemKind::Gun),
    item(90_013, "Stakeout Shotgun", 4, FactionId::NC, ItemKind::Gun),
    item(90_014, "Longshore Rifle", 11, FactionId::NC, ItemKind::Gun),
    item(90_021, "Tempest Chaingun", 14, FactionId::TR, ItemKind::Gun),
    item(90_022, "Harrow Carbine", 8, FactionId::TR, ItemKind::Gun),
    item(90_023, "Cadence Rifle", 7, FactionId::TR, ItemKind::Gun),
    item(90_024, "Warden Sniper Rifle", 11, FactionId::TR, ItemKind::Gun),
    item(90_031, "NS Tally SMG", 5, FactionId::NONE, ItemKind::Gun),
    item(90_032, "NS Sidewinder Pistol", 3, FactionId::NONE, ItemKind::Gun),
    item(90_033, "NS Trench Knife", 2, FactionId::NONE, ItemKind::Gun),
    item(90_041, "Shard Grenade", 17, FactionId::NONE, ItemKind::Explosive),
    item(90_042, "Doorstep Mine", 18, FactionId::NONE, ItemKind::Explosive),
    item(90_043, "Anvil Rocket Launcher", 13, FactionId::NONE, ItemKind::Explosive),
    item(90_051, "Basilisk Turret", 109, FactionId::NONE, ItemKind::Mounted),
    item(90_052, "Hailstorm Cannon", 118, FactionId::NONE, ItemKind::Mounted),
    item(90_053, "Lance Cannon", 126, FactionId::NONE, ItemKind::Mounted),
    item(90_061, "Medical Kit", 139, FactionId::NONE, ItemKind::Supply),
    item(90_062, "Recon Darts", 139, FactionId::NONE, ItemKind::Supply),
    item(90_063, "Implant Crate", 133, FactionId::NONE, ItemKind::Supply),
    item(90_064, "Directive Camouflage", 99, FactionId::NONE, ItemKind::Supply),
];

/// Returns the items of this kind that are available to the faction.
pub(crate) fn available(kind: ItemKind, faction: FactionId) -> Vec<Item> {
    let is_available = |item: &&Item| item.kind == kind && (item.faction == FactionId::NONE || item.faction == faction);
    ITEMS.iter().filter(is_available).copied().collect()
}

/// Vehicles and deployables that are destroyed, with their weights.
pub(crate) const DESTROYED_VEHICLES: &[(u64, VehicleId)] = &[
    (16, VehicleId::FLASH),
    (22, VehicleId::SUNDERER),
    (16, VehicleId::LIGHTNING),
    (10, VehicleId::HARASSER),
    (6, VehicleId::LIBERATOR),
    (4, VehicleId::GALAXY),
    (7, VehicleId::VALKYRIE),
    (7, VehicleId::ANT),
    (10, VehicleId::SPITFIRE),
];

/// Returns the faction's own tank and fighter.
pub(crate) fn tank_and_fighter(faction: FactionId) -> [VehicleId; 2] {
    match faction {
        FactionId::VS => [VehicleId::MAGRIDER, VehicleId::SCYTHE],
        FactionId::NC => [VehicleId::VANGUARD, VehicleId::REAVER],
        FactionId::TR => [VehicleId::PROWLER, VehicleId::MOSQUITO],
        _ => [VehicleId::CHIMERA, VehicleId::DERVISH],
    }
}
