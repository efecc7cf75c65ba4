//! Weapons.

use crate::{
    id::*,
    ps2::{Localized, define::collections},
};

collections! {
    const WEAPON;

    /// A weapon, as it is handled. The item that it is has its name.
    Weapon = "weapon" by weapon_id: WeaponId, cache(128, 3600) {
        /// The weapon.
        weapon_id: WeaponId,
        /// A factor on the speed of turning.
        turn_modifier: Option<f64>,
        /// A factor on the speed of movement.
        move_modifier: Option<f64>,
        /// The wait after sprinting, in milliseconds.
        sprint_recovery_ms: Option<i32>,
        /// The time to take it out, in milliseconds.
        equip_ms: Option<i32>,
        /// The time to put it away, in milliseconds.
        unequip_ms: Option<i32>,
        /// The time to aim, in milliseconds.
        to_iron_sights_ms: Option<i32>,
        /// The time to stop aiming, in milliseconds.
        from_iron_sights_ms: Option<i32>,
        /// The width that a blow covers, in metres.
        melee_detect_width: Option<f64>,
        /// The height that a blow covers, in metres.
        melee_detect_height: Option<f64>,
        /// The weapons that take the same attachments.
        weapon_group_id: Option<WeaponGroupId>,
        /// The heat it can hold.
        heat_capacity: Option<i32>,
        /// How fast heat falls, per second.
        heat_bleed_off_rate: Option<i32>,
        /// The time it is blocked by overheating, in milliseconds.
        heat_overheat_penalty_ms: Option<i32>,
        /// Whether it needs ammunition.
        requires_ammo: Option<bool>,
        /// The wait between two uses, in milliseconds.
        use_cooldown_ms: Option<i32>,
    }

    /// A slot for ammunition.
    WeaponAmmoSlot = "weapon_ammo_slot" {
        /// The weapon.
        weapon_id: WeaponId,
        /// The slot, from 0.
        weapon_slot_index: i32,
        /// How many rounds a magazine holds.
        clip_size: Option<i32>,
        /// How many rounds there are.
        capacity: Option<i32>,
        /// How much ammunition returns.
        refill_ammo_rate: Option<i32>,
        /// The wait before ammunition returns, in milliseconds.
        refill_ammo_delay_ms: Option<i32>,
    }

    /// What the menu shows of a weapon.
    WeaponDatasheet = "weapon_datasheet" by item_id: ItemId, cache(128, 3600) {
        /// The item.
        item_id: ItemId,
        /// How many rounds there are.
        capacity: Option<i32>,
        /// How many rounds a magazine holds.
        clip_size: Option<i32>,
        /// The damage.
        damage: Option<i32>,
        /// The greatest damage.
        damage_max: Option<i32>,
        /// The least damage.
        damage_min: Option<i32>,
        /// The damage of a hit.
        direct_damage: Option<i32>,
        /// The cone of fire, in degrees.
        fire_cone: Option<f64>,
        /// The greatest cone of fire, in degrees.
        fire_cone_max: Option<f64>,
        /// The least cone of fire, in degrees.
        fire_cone_min: Option<f64>,
        /// The time between two shots, in milliseconds.
        fire_rate_ms: Option<i32>,
        /// The least time between two shots, in milliseconds.
        fire_rate_ms_min: Option<i32>,
        /// The greatest time between two shots, in milliseconds. Spelled so on the wire.
        fire_rate_mx_max: Option<i32>,
        /// The damage of a blast.
        indirect_damage: Option<i32>,
        /// How far it reaches, in words.
        range: Localized,
        /// The time to reload, in milliseconds.
        reload_ms: Option<i32>,
        /// The greatest time to reload, in milliseconds.
        reload_ms_max: Option<i32>,
        /// The least time to reload, in milliseconds.
        reload_ms_min: Option<i32>,
        /// Whether the menu shows the size of a magazine.
        show_clip_size: Option<bool>,
        /// Whether the menu shows the fire modes.
        show_fire_modes: Option<bool>,
        /// Whether the menu shows the range.
        show_range: Option<bool>,
    }

    /// An attachment of a group of weapons.
    WeaponToAttachment = "weapon_to_attachment" {
        /// The weapons that take the same attachments.
        weapon_group_id: WeaponGroupId,
        /// The attachment.
        attachment_id: AttachmentId,
        /// The item.
        item_id: ItemId,
    }

    /// A fire group of a weapon.
    WeaponToFireGroup = "weapon_to_fire_group" {
        /// The weapon.
        weapon_id: WeaponId,
        /// The fire group.
        fire_group_id: FireGroupId,
        /// The place in the weapon, from 0.
        fire_group_index: i32,
    }
}
