//! What experience is given for.

use auraxis_core::id::VehicleId;

/// A row of the `experience` collection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Merit {
    pub(crate) id: u32,
    pub(crate) description: &'static str,
    pub(crate) xp: u64,
    /// Its sort, a row of the `experience_award_type` collection.
    pub(crate) award: u32,
}

const fn merit(id: u32, description: &'static str, xp: u64, award: u32) -> Merit {
    Merit { id, description, xp, award }
}

/// All merits that the war knows.
pub(crate) const MERITS: &[Merit] = &[
    merit(1, "Kill Player", 100, 1),
    merit(2, "Kill Player Assist", 100, 2),
    merit(4, "Heal Player", 10, 4),
    merit(6, "MAX Repair", 5, 6),
    merit(7, "Revive", 75, 9),
    merit(8, "Kill Streak", 10, 10),
    merit(10, "Domination Kill", 25, 12),
    merit(11, "Revenge Kill", 50, 13),
    merit(15, "Control Point - Defend", 100, 18),
    merit(16, "Control Point - Attack", 100, 19),
    merit(24, "Vehicle Destruction - Flash", 100, 1),
    merit(26, "Vehicle RoadKill", 25, 37),
    merit(29, "Kill Player Class MAX", 200, 33),
    merit(30, "Transport Assist", 100, 36),
    merit(34, "Resupply Player", 10, 38),
    merit(36, "Spot Kill", 20, 31),
    merit(37, "Headshot", 10, 30),
    merit(51, "Squad Heal", 15, 39),
    merit(53, "Squad Revive", 100, 41),
    merit(55, "Squad Resupply", 15, 42),
    merit(56, "Squad Spawn", 10, 44),
    merit(60, "Vehicle Destruction - Galaxy", 400, 1),
    merit(61, "Vehicle Destruction - Liberator", 500, 1),
    merit(62, "Vehicle Destruction - Lightning", 400, 1),
    merit(63, "Vehicle Destruction - Magrider", 500, 1),
    merit(64, "Vehicle Destruction - Mosquito", 400, 1),
    merit(65, "Vehicle Destruction - Prowler", 500, 1),
    merit(66, "Vehicle Destruction - Reaver", 400, 1),
    merit(67, "Vehicle Destruction - Scythe", 400, 1),
    merit(68, "Vehicle Destruction - Sunderer", 500, 1),
    merit(69, "Vehicle Destruction - Vanguard", 500, 1),
    merit(99, "Vehicle Repair - Sunderer", 5, 6),
    merit(140, "Squad Repair - Sunderer", 10, 40),
    merit(142, "Squad MAX Repair", 15, 40),
    merit(201, "Galaxy Spawn Bonus", 3, 34),
    merit(233, "Sunderer Spawn Bonus", 5, 34),
    merit(272, "Convert Capture Point", 25, 21),
    merit(278, "Priority Kill", 150, 60),
    merit(291, "Ribbon Experience", 500, 15),
    merit(293, "Motion Detect", 10, 64),
    merit(294, "Squad Motion Spot", 15, 65),
    merit(335, "Savior Kill (Non MAX)", 25, 67),
    merit(438, "Shield Repair", 10, 74),
    merit(439, "Squad Shield Repair", 15, 75),
    merit(556, "Objective Pulse Defend", 50, 79),
    merit(557, "Objective Pulse Capture", 100, 79),
    merit(579, "Destroy Spitfire Turret", 25, 1),
    merit(674, "Cortium Harvest", 6, 85),
    merit(675, "Cortium Deposit", 7, 85),
];

/// What a merit is worth without boosts.
pub(crate) fn worth(id: u32) -> u64 {
    MERITS.iter().find(|merit| merit.id == id).map_or(1, |merit| merit.xp)
}

/// The merit of destroying such a vehicle, if there is one.
pub(crate) fn of_destroying(vehicle: VehicleId) -> Option<u32> {
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
