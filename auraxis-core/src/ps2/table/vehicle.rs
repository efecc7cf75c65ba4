//! Vehicles and their attachments.

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
        /// The name.
        name: Localized,
        /// The description.
        description: Localized,
        /// The number of the type.
        type_id: Option<u32>,
        /// The name of the type.
        type_name: Option<Box<str>>,
        /// The spawn cost, in the resource's unit.
        cost: Option<i32>,
        /// The resource of the cost.
        cost_resource_id: Option<CurrencyId>,
        /// The image set.
        image_set_id: Option<ImageSetId> = OrZero,
        /// The image.
        image_id: Option<ImageId> = OrZero,
        /// The path of the image, relative to the server's URL.
        image_path: Option<Box<str>>,
    }

    /// An attachment of a vehicle.
    VehicleAttachment = "vehicle_attachment" {
        /// The item.
        item_id: Option<ItemId> = OrZero,
        /// The vehicle.
        vehicle_id: VehicleId,
        /// The faction.
        faction_id: FactionId,
        /// The description.
        description: Option<Box<str>>,
        /// The slot.
        slot_id: Option<u32>,
    }

    /// A faction that can use a vehicle.
    VehicleFaction = "vehicle_faction" {
        /// The faction.
        faction_id: FactionId,
        /// The vehicle.
        vehicle_id: VehicleId,
    }

    /// A certification set of a vehicle.
    VehicleSkillSet = "vehicle_skill_set" {
        /// The vehicle.
        vehicle_id: VehicleId,
        /// The certification set.
        skill_set_id: SkillSetId,
        /// The faction.
        faction_id: FactionId,
        /// The position in the menu.
        display_index: Option<i32>,
    }
}
