//! Items, what they belong to and what they cost.

use crate::{
    id::*,
    ps2::{Localized, define::collections},
    time::Timestamp,
};

collections! {
    const ITEM;

    /// An item: weapon, attachment, camouflage, anything that a character can have.
    Item = "item" by item_id: ItemId, cache(128, 3600) is [Named] {
        /// The item.
        item_id: ItemId,
        /// The ability that it starts.
        activatable_ability_id: Option<AbilityId>,
        /// The faction.
        faction_id: Option<FactionId>,
        /// Its picture.
        image_id: Option<ImageId> = OrZero,
        /// The sizes in which the picture exists.
        image_set_id: Option<ImageSetId> = OrZero,
        /// The category.
        item_category_id: Option<ItemCategoryId>,
        /// The type.
        item_type_id: Option<ItemTypeId>,
        /// The ability that it always has.
        passive_ability_id: Option<AbilityId>,
        /// The set of certifications.
        skill_set_id: Option<SkillSetId>,
        /// What it is.
        description: Localized,
        /// Where its picture is, below the address of the server.
        image_path: Option<Box<str>>,
        /// Whether it is attached from the start.
        is_default_attachment: Option<bool>,
        /// Whether it is a weapon of a vehicle.
        is_vehicle_weapon: Option<bool>,
        /// How many a character can hold.
        max_stack_size: Option<i32>,
        /// Its name.
        name: Localized,
    }

    /// An item that can be attached to another.
    ItemAttachment = "item_attachment" {
        /// The item.
        item_id: ItemId,
        /// The item that is attached.
        attachment_item_id: ItemId,
    }

    /// A category of items.
    ItemCategory = "item_category" by item_category_id: ItemCategoryId, cache(32, 3600) is [Named] {
        /// The category.
        item_category_id: ItemCategoryId,
        /// Its name.
        name: Localized,
    }

    /// A class that can use an item.
    ItemProfile = "item_profile" {
        /// The item.
        item_id: ItemId,
        /// The class.
        profile_id: ProfileId,
    }

    /// The weapon that an item is.
    ItemToWeapon = "item_to_weapon" {
        /// The item.
        item_id: ItemId,
        /// The weapon.
        weapon_id: WeaponId,
    }

    /// A type of items.
    ItemType = "item_type" by item_type_id: ItemTypeId, cache(10, 60) {
        /// The type.
        item_type_id: ItemTypeId,
        /// Its name.
        name: Option<Box<str>>,
        /// The name in the game's files.
        code: Option<Box<str>>,
    }

    /// A currency.
    Currency = "currency" by currency_id: CurrencyId, cache(10, 3600) is [Named] {
        /// The currency.
        currency_id: CurrencyId,
        /// Its name.
        name: Localized,
        /// Its icon.
        icon_id: Option<ImageId> = OrZero,
        /// How much of it a character can hold.
        inventory_cap: Option<i32>,
    }

    /// A fish.
    Fish = "fish" by fish_id: FishId, cache(32, 3600) is [Named] {
        /// The fish.
        fish_id: FishId,
        /// Its name.
        name: Localized,
        /// How rare it is.
        rarity: Option<i32>,
        /// The class of its size.
        size: Option<i32>,
        /// Its usual size.
        average_size: Option<i32>,
        /// How much its size differs.
        size_deviation: Option<i32>,
        /// The points for a scan.
        scan_point_amount: Option<i32>,
        /// The price.
        cost: Option<i32>,
        /// The sizes in which the picture exists.
        image_set_id: Option<ImageSetId> = OrZero,
        /// Its picture.
        image_id: Option<ImageId> = OrZero,
    }

    /// A picture.
    Image = "image" by image_id: ImageId, cache(100, 60) {
        /// Its picture.
        image_id: ImageId,
        /// What it is.
        description: Option<Box<str>>,
        /// Where it is, below the address of the server.
        path: Option<Box<str>>,
    }

    /// A size in which a picture exists.
    ImageSet = "image_set" {
        /// The sizes in which the picture exists.
        image_set_id: ImageSetId,
        /// Its picture.
        image_id: ImageId,
        /// What it is.
        description: Option<Box<str>>,
        /// The kind.
        type_id: Option<u32>,
        /// The name of the kind.
        type_description: Option<Box<str>>,
        /// Where its picture is, below the address of the server.
        image_path: Option<Box<str>>,
    }

    /// The size of a picture that is used by default.
    ImageSetDefault = "image_set_default" {
        /// The sizes in which the picture exists.
        image_set_id: ImageSetId,
        /// Its picture.
        image_id: ImageId,
        /// What it is.
        description: Option<Box<str>>,
        /// The kind.
        type_id: Option<u32>,
        /// The name of the kind.
        type_description: Option<Box<str>>,
        /// Where its picture is, below the address of the server.
        image_path: Option<Box<str>>,
    }

    /// Something for sale.
    MarketingBundle = "marketing_bundle" by marketing_bundle_id: MarketingBundleId, cache(100, 60) is [Named] {
        /// The bundle.
        marketing_bundle_id: MarketingBundleId,
        /// Its name.
        name: Localized,
        /// What it is.
        description: Localized,
        /// Its picture.
        image_id: Option<ImageId> = OrZero,
        /// The price in Daybreak Cash.
        station_cash_price: Option<i32>,
        /// The price in certification points.
        cert_price: Option<i32>,
        /// When it is sold from.
        release_time: Option<Timestamp> = OrZero,
    }

    /// An item of a bundle.
    MarketingBundleItem = "marketing_bundle_item" {
        /// The item.
        item_id: ItemId,
        /// The bundle.
        marketing_bundle_id: MarketingBundleId,
        /// How many there are.
        quantity: Option<i32>,
        /// When it is sold from.
        release_time: Option<Timestamp> = OrZero,
    }

    /// A bundle of a single item.
    MarketingBundleSingle = "marketing_bundle_with_1_item" by marketing_bundle_id: MarketingBundleId, cache(100, 60) {
        /// The bundle.
        marketing_bundle_id: MarketingBundleId,
        /// The item.
        item_id: ItemId,
        /// How many of the item there are.
        item_quantity: Option<i32>,
        /// The price in Daybreak Cash.
        station_cash_price: Option<i32>,
        /// When it is sold from.
        release_time: Option<Timestamp> = OrZero,
        /// The price in certification points.
        cert_price: Option<i32>,
    }
}
