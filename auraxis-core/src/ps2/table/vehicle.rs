//! Vehicles and what fits on them.

use crate::{
    id::*,
    ps2::{Localized, define::collections},
};

collections! {
    const VEHICLE;

    /// A vehicle.
    Vehicle = "vehicle" by vehicle_id: VehicleId, cache(50, 3600) is [Named] {
        /// The vehicle.
        vehicle_id: VehicleId,
        /// Its name.
        name: Localized,
        /// What it is.
        description: Localized,
        /// The kind.
        type_id: Option<u32>,
        /// The kind, by name.
        type_name: Option<Box<str>>,
        /// What it costs to spawn, in the resource's units.
        cost: Option<i32>,
        /// The resource that it costs.
        cost_resource_id: Option<CurrencyId>,
        /// The sizes in which the picture exists.
        image_set_id: Option<ImageSetId> = OrZero,
        /// Its picture.
        image_id: Option<ImageId> = OrZero,
        /// Where its picture is, below the address of the server.
        image_path: Option<Box<str>>,
    }

    /// An item that fits on a vehicle.
    VehicleAttachment = "vehicle_attachment" {
        /// The item.
        item_id: Option<ItemId> = OrZero,
        /// The vehicle.
        vehicle_id: VehicleId,
        /// The faction.
        faction_id: FactionId,
        /// What it is.
        description: Option<Box<str>>,
        /// The slot.
        slot_id: Option<u32>,
    }

    /// A faction that has a vehicle.
    VehicleFaction = "vehicle_faction" {
        /// The faction.
        faction_id: FactionId,
        /// The vehicle.
        vehicle_id: VehicleId,
    }

    /// A set of certifications of a vehicle.
    VehicleSkillSet = "vehicle_skill_set" {
        /// The vehicle.
        vehicle_id: VehicleId,
        /// The set of certifications.
        skill_set_id: SkillSetId,
        /// The faction.
        faction_id: FactionId,
        /// The place in the menu.
        display_index: Option<i32>,
    }
}
