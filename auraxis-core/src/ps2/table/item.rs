//! Items, currencies, images and bundles.

use crate::{
    id::*,
    ps2::{Localized, define::collections},
    time::Timestamp,
};

collections! {
    const ITEM;

    /// An item: a weapon, attachment, camouflage or anything else that a character can own.
    Item = "item" by item_id: ItemId, cache(128, 3600) is [Named] {
        /// The item.
        item_id: ItemId,
        /// The ability that it activates.
        activatable_ability_id: Option<AbilityId>,
        /// The faction.
        faction_id: Option<FactionId>,
        /// The image.
        image_id: Option<ImageId> = OrZero,
        /// The image set.
        image_set_id: Option<ImageSetId> = OrZero,
        /// The category.
        item_category_id: Option<ItemCategoryId>,
        /// The type.
        item_type_id: Option<ItemTypeId>,
        /// The passive ability.
        passive_ability_id: Option<AbilityId>,
        /// The certification set.
        skill_set_id: Option<SkillSetId>,
        /// The description.
        description: Localized,
        /// The path of the image, relative to the server's URL.
        image_path: Option<Box<str>>,
        /// Whether it is attached by default.
        is_default_attachment: Option<bool>,
        /// Whether it is a vehicle weapon.
        is_vehicle_weapon: Option<bool>,
        /// How many a character can carry.
        max_stack_size: Option<i32>,
        /// The name.
        name: Localized,
    }

    /// An attachment of an item.
    ItemAttachment = "item_attachment" {
        /// The item.
        item_id: ItemId,
        /// The attachment.
        attachment_item_id: ItemId,
    }

    /// An item category.
    ItemCategory = "item_category" by item_category_id: ItemCategoryId, cache(32, 3600) is [Named] {
        /// The category.
        item_category_id: ItemCategoryId,
        /// The name.
        name: Localized,
    }

    /// A class that can use an item.
    ItemProfile = "item_profile" {
        /// The item.
        item_id: ItemId,
        /// The class.
        profile_id: ProfileId,
    }

    /// The weapon of an item.
    ItemToWeapon = "item_to_weapon" {
        /// The item.
        item_id: ItemId,
        /// The weapon.
        weapon_id: WeaponId,
    }

    /// An item type.
    ItemType = "item_type" by item_type_id: ItemTypeId, cache(10, 60) {
        /// The type.
        item_type_id: ItemTypeId,
        /// The name.
        name: Option<Box<str>>,
        /// The name in the game's files.
        code: Option<Box<str>>,
    }

    /// A currency.
    Currency = "currency" by currency_id: CurrencyId, cache(10, 3600) is [Named] {
        /// The currency.
        currency_id: CurrencyId,
        /// The name.
        name: Localized,
        /// The icon.
        icon_id: Option<ImageId> = OrZero,
        /// How much a character can hold.
        inventory_cap: Option<i32>,
    }

    /// A fish.
    Fish = "fish" by fish_id: FishId, cache(32, 3600) is [Named] {
        /// The fish.
        fish_id: FishId,
        /// The name.
        name: Localized,
        /// The rarity.
        rarity: Option<i32>,
        /// The size class.
        size: Option<i32>,
        /// The average size.
        average_size: Option<i32>,
        /// The deviation from the average size.
        size_deviation: Option<i32>,
        /// The points for a scan.
        scan_point_amount: Option<i32>,
        /// The price.
        cost: Option<i32>,
        /// The image set.
        image_set_id: Option<ImageSetId> = OrZero,
        /// The image.
        image_id: Option<ImageId> = OrZero,
    }

    /// An image.
    Image = "image" by image_id: ImageId, cache(100, 60) {
        /// The image.
        image_id: ImageId,
        /// The description.
        description: Option<Box<str>>,
        /// The path of the image, relative to the server's URL.
        path: Option<Box<str>>,
    }

    /// An image in one of the sizes of an image set.
    ImageSet = "image_set" {
        /// The image set.
        image_set_id: ImageSetId,
        /// The image.
        image_id: ImageId,
        /// The description.
        description: Option<Box<str>>,
        /// The number of the type.
        type_id: Option<u32>,
        /// The name of the type.
        type_description: Option<Box<str>>,
        /// The path of the image, relative to the server's URL.
        image_path: Option<Box<str>>,
    }

    /// The default image of an image set.
    ImageSetDefault = "image_set_default" {
        /// The image set.
        image_set_id: ImageSetId,
        /// The image.
        image_id: ImageId,
        /// The description.
        description: Option<Box<str>>,
        /// The number of the type.
        type_id: Option<u32>,
        /// The name of the type.
        type_description: Option<Box<str>>,
        /// The path of the image, relative to the server's URL.
        image_path: Option<Box<str>>,
    }

    /// A bundle on sale in the in-game store.
    MarketingBundle = "marketing_bundle" by marketing_bundle_id: MarketingBundleId, cache(100, 60) is [Named] {
        /// The bundle.
        marketing_bundle_id: MarketingBundleId,
        /// The name.
        name: Localized,
        /// The description.
        description: Localized,
        /// The image.
        image_id: Option<ImageId> = OrZero,
        /// The price in Daybreak Cash.
        station_cash_price: Option<i32>,
        /// The price in certification points.
        cert_price: Option<i32>,
        /// When it is released for sale.
        release_time: Option<Timestamp> = OrZero,
    }

    /// An item of a bundle.
    MarketingBundleItem = "marketing_bundle_item" {
        /// The item.
        item_id: ItemId,
        /// The bundle.
        marketing_bundle_id: MarketingBundleId,
        /// The quantity.
        quantity: Option<i32>,
        /// When it is released for sale.
        release_time: Option<Timestamp> = OrZero,
    }

    /// A bundle with a single item.
    MarketingBundleSingle = "marketing_bundle_with_1_item" by marketing_bundle_id: MarketingBundleId, cache(100, 60) {
        /// The bundle.
        marketing_bundle_id: MarketingBundleId,
        /// The item.
        item_id: ItemId,
        /// The quantity of the item.
        item_quantity: Option<i32>,
        /// The price in Daybreak Cash.
        station_cash_price: Option<i32>,
        /// When it is released for sale.
        release_time: Option<Timestamp> = OrZero,
        /// The price in certification points.
        cert_price: Option<i32>,
    }
}
