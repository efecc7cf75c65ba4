//! The kinds of experience.

use auraxis_core::id::VehicleId;

/// A row of the `experience` collection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Experience {
    pub(crate) id: u32,
    pub(crate) description: &'static str,
    pub(crate) xp: u64,
    /// A row of the `experience_award_type` collection.
    pub(crate) award: u32,
}

const fn experience(id: u32, description: &'static str, xp: u64, award: u32) -> Experience {
    Experience { id, description, xp, award }
}

/// All kinds of experience that occur in the war.
pub(crate) const EXPERIENCE: &[Experience] = &[
    experience(1, "Kill Player", 100, 1),
    experience(2, "Kill Player Assist", 100, 2),
    experience(4, "Heal Player", 10, 4),
    experience(6, "MAX Repair", 5, 6),
    experience(7, "Revive", 75, 9),
    experience(8, "Kill Streak", 10, 10),
    experience(10, "Domination Kill", 25, 12),
    experience(11, "Revenge Kill", 50, 13),
    experience(15, "Control Point - Defend", 100, 18),
    experience(16, "Control Point - Attack", 100, 19),
    experience(24, "Vehicle Destruction - Flash", 100, 1),
    experience(26, "Vehicle RoadKill", 25, 37),
    experience(29, "Kill Player Class MAX", 200, 33),
    experience(30, "Transport Assist", 100, 36),
    experience(34, "Resupply Player", 10, 38),
    experience(36, "Spot Kill", 20, 31),
    experience(37, "Headshot", 10, 30),
    experience(51, "Squad Heal", 15, 39),
    experience(53, "Squad Revive", 100, 41),
    experience(55, "Squad Resupply", 15, 42),
    experience(56, "Squad Spawn", 10, 44),
    experience(60, "Vehicle Destruction - Galaxy", 400, 1),
    experience(61, "Vehicle Destruction - Liberator", 500, 1),
    experience(62, "Vehicle Destruction - Lightning", 400, 1),
    experience(63, "Vehicle Destruction - Magrider", 500, 1),
    experience(64, "Vehicle Destruction - Mosquito", 400, 1),
    experience(65, "Vehicle Destruction - Prowler", 500, 1),
    experience(66, "Vehicle Destruction - Reaver", 400, 1),
    experience(67, "Vehicle Destruction - Scythe", 400, 1),
    experience(68, "Vehicle Destruction - Sunderer", 500, 1),
    experience(69, "Vehicle Destruction - Vanguard", 500, 1),
    experience(99, "Vehicle Repair - Sunderer", 5, 6),
    experience(140, "Squad Repair - Sunderer", 10, 40),
    experience(142, "Squad MAX Repair", 15, 40),
    experience(201, "Galaxy Spawn Bonus", 3, 34),
    experience(233, "Sunderer Spawn Bonus", 5, 34),
    experience(272, "Convert Capture Point", 25, 21),
    experience(278, "Priority Kill", 150, 60),
    experience(291, "Ribbon Experience", 500, 15),
    experience(293, "Motion Detect", 10, 64),
    experience(294, "Squad Motion Spot", 15, 65),
    experience(335, "Savior Kill (Non MAX)", 25, 67),
    experience(438, "Shield Repair", 10, 74),
    experience(439, "Squad Shield Repair", 15, 75),
    experience(556, "Objective Pulse Defend", 50, 79),
    experience(557, "Objective Pulse Capture", 100, 79),
    experience(579, "Destroy Spitfire Turret", 25, 1),
    experience(674, "Cortium Harvest", 6, 85),
    experience(675, "Cortium Deposit", 7, 85),
];

/// Returns the amount without boosts.
pub(crate) fn base_amount(id: u32) -> u64 {
    EXPERIENCE.iter().find(|row| row.id == id).map_or(1, |row| row.xp)
}

/// Returns the experience id for destroying this vehicle, if any.
pub(crate) fn for_destroying(vehicle: VehicleId) -> Option<u32> {
    Some(match vehicle {
        VehicleId::FLASH => 24,
        VehicleId::GALAXY => 60,
        VehicleId::LIBERATOR => 61,
        VehicleId::LIGHTNING => 62,
        VehicleId::MAGRIDER => 63,
        VehicleId::MOSQUITO => 64,
        VehicleId::PROWLER => 65,
        VehicleId::REAVER => 66,
        VehicleId::SCYTHE => 67,
        VehicleId::SUNDERER => 68,
        VehicleId::VANGUARD => 69,
        VehicleId::SPITFIRE => 579,
        _ => return None,
    })
}
