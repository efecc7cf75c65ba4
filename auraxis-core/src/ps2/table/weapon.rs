//! Weapons.

use crate::{
    id::*,
    ps2::{Localized, define::collections},
};

collections! {
    const WEAPON;

    /// The properties of a weapon. Its name is that of its item.
    Weapon = "weapon" by weapon_id: WeaponId, cache(128, 3600) {
        /// The weapon.
        weapon_id: WeaponId,
        /// The turn speed multiplier.
        turn_modifier: Option<f64>,
        /// The movement speed multiplier.
        move_modifier: Option<f64>,
        /// The delay after sprinting, in milliseconds.
        sprint_recovery_ms: Option<i32>,
        /// The equip time, in milliseconds.
        equip_ms: Option<i32>,
        /// The unequip time, in milliseconds.
        unequip_ms: Option<i32>,
        /// The time to aim down sights, in milliseconds.
        to_iron_sights_ms: Option<i32>,
        /// The time to stop aiming, in milliseconds.
        from_iron_sights_ms: Option<i32>,
        /// The width of a melee attack, in meters.
        melee_detect_width: Option<f64>,
        /// The height of a melee attack, in meters.
        melee_detect_height: Option<f64>,
        /// The group of weapons that accept the same attachments.
        weapon_group_id: Option<WeaponGroupId>,
        /// The heat capacity.
        heat_capacity: Option<i32>,
        /// The heat dissipation, per second.
        heat_bleed_off_rate: Option<i32>,
        /// The delay after overheating, in milliseconds.
        heat_overheat_penalty_ms: Option<i32>,
        /// Whether it requires ammunition.
        requires_ammo: Option<bool>,
        /// The cooldown between two uses, in milliseconds.
        use_cooldown_ms: Option<i32>,
    }

    /// An ammunition slot of a weapon.
    WeaponAmmoSlot = "weapon_ammo_slot" {
        /// The weapon.
        weapon_id: WeaponId,
        /// The slot, from 0.
        weapon_slot_index: i32,
        /// The magazine size.
        clip_size: Option<i32>,
        /// The ammunition capacity.
        capacity: Option<i32>,
        /// The ammunition refill rate.
        refill_ammo_rate: Option<i32>,
        /// The delay before ammunition refills, in milliseconds.
        refill_ammo_delay_ms: Option<i32>,
    }

    /// The properties of a weapon that the in-game menu shows.
    WeaponDatasheet = "weapon_datasheet" by item_id: ItemId, cache(128, 3600) {
        /// The item.
        item_id: ItemId,
        /// The ammunition capacity.
        capacity: Option<i32>,
        /// The magazine size.
        clip_size: Option<i32>,
        /// The damage.
        damage: Option<i32>,
        /// The maximum damage.
        damage_max: Option<i32>,
        /// The minimum damage.
        damage_min: Option<i32>,
        /// The damage of a direct hit.
        direct_damage: Option<i32>,
        /// The cone of fire, in degrees.
        fire_cone: Option<f64>,
        /// The maximum cone of fire, in degrees.
        fire_cone_max: Option<f64>,
        /// The minimum cone of fire, in degrees.
        fire_cone_min: Option<f64>,
        /// The time between two shots, in milliseconds.
        fire_rate_ms: Option<i32>,
        /// The minimum time between two shots, in milliseconds.
        fire_rate_ms_min: Option<i32>,
        /// The maximum time between two shots, in milliseconds. The spelling is that of the wire.
        fire_rate_mx_max: Option<i32>,
        /// The blast damage.
        indirect_damage: Option<i32>,
        /// The range, in words.
        range: Localized,
        /// The reload time, in milliseconds.
        reload_ms: Option<i32>,
        /// The maximum reload time, in milliseconds.
        reload_ms_max: Option<i32>,
        /// The minimum reload time, in milliseconds.
        reload_ms_min: Option<i32>,
        /// Whether the menu shows the magazine size.
        show_clip_size: Option<bool>,
        /// Whether the menu shows the fire modes.
        show_fire_modes: Option<bool>,
        /// Whether the menu shows the range.
        show_range: Option<bool>,
    }

    /// An attachment of a weapon group.
    WeaponToAttachment = "weapon_to_attachment" {
        /// The group of weapons that accept the same attachments.
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
        /// The index within the weapon, from 0.
        fire_group_index: i32,
    }
}
