//! Projectiles.

use crate::{
    id::*,
    ps2::{Localized, define::collections},
};

collections! {
    const PROJECTILE;

    /// The projectile of a weapon.
    Projectile = "projectile" by projectile_id: ProjectileId, cache(100, 60) {
        /// The projectile.
        projectile_id: ProjectileId,
        /// The flight type.
        projectile_flight_type_id: ProjectileFlightTypeId,
        /// The acceleration, in meters per second squared.
        acceleration: Option<f64>,
        /// The distance from which it is armed, in meters.
        arm_distance: Option<i32>,
        /// The distance to a target at which it detonates, in meters.
        detonate_distance: Option<f64>,
        /// Whether it detonates on contact.
        detonate_on_contact: Option<bool>,
        /// The drag.
        drag: Option<f64>,
        /// The gravity, in meters per second squared.
        gravity: Option<f64>,
        /// The lifespan, in seconds.
        lifespan: Option<f64>,
        /// The acceleration with a lock, in meters per second squared.
        lockon_acceleration: Option<f64>,
        /// The lifespan with a lock, in seconds.
        lockon_lifespan: Option<f64>,
        /// The angle at which it loses its target, in degrees.
        lockon_lose_angle: Option<f64>,
        /// The distance to the locked target at which it detonates, in meters.
        lockon_proximity_distance: Option<f64>,
        /// Whether it seeks a target in flight.
        lockon_seek_in_flight: Option<bool>,
        /// The radius, in meters.
        projectile_radius: Option<f64>,
        /// The speed, in meters per second.
        speed: Option<i32>,
        /// The maximum speed, in meters per second.
        speed_max: Option<i32>,
        /// Whether it sticks to players.
        sticks_to_players: Option<bool>,
        /// Whether it sticks to surfaces.
        sticky: Option<bool>,
        /// The maximum distance from the shooter, in meters.
        tether_distance: Option<f64>,
        /// The turn rate, in degrees per second.
        turn_rate: Option<f64>,
    }

    /// The flight type of a projectile.
    ProjectileFlightType = "projectile_flight_type" by projectile_flight_type_id: ProjectileFlightTypeId, cache(20, 3600) {
        /// The flight type.
        projectile_flight_type_id: ProjectileFlightTypeId,
        /// The description.
        description: Box<str> = OrEmpty,
    }

    /// The projectile of a fire mode.
    FireModeToProjectile = "fire_mode_to_projectile" {
        /// The fire mode.
        fire_mode_id: FireModeId,
        /// The projectile.
        projectile_id: ProjectileId,
    }

    /// A fire mode, in the older format; [`FireMode`](super::FireMode) has more fields.
    FireModeV1 = "fire_mode" by fire_mode_id: FireModeId, cache(10, 3600) {
        /// The fire mode.
        fire_mode_id: FireModeId,
        /// The item.
        item_id: ItemId,
        /// The player state group: the cone of fire in each player state.
        player_state_group_id: Option<PlayerStateGroupId>,
        /// The increase of the cone of fire per shot, in degrees.
        cof_recoil: Option<f64>,
        /// The damage.
        damage: Option<i32>,
        /// The maximum damage.
        damage_max: Option<i32>,
        /// The range up to which the damage is the maximum, in meters.
        damage_max_range: Option<i64>,
        /// The minimum damage.
        damage_min: Option<i32>,
        /// The range from which the damage is the minimum, in meters.
        damage_min_range: Option<i64>,
        /// The radius of the damage, in meters.
        damage_radius: Option<f64>,
        /// The damage type, for resistances.
        damage_resist_type: Option<ResistTypeId>,
        /// The targets of the damage.
        damage_target_type: Option<TargetTypeId>,
        /// The name of the damage type.
        damage_type: Option<Box<str>>,
        /// The zoom without a scope; 1 is none.
        default_zoom: Option<f64>,
        /// The description.
        description: Localized,
        /// The maximum blast damage.
        indirect_damage_max: Option<i32>,
        /// The radius of the maximum blast damage, in meters.
        indirect_damage_max_range: Option<i32>,
        /// The minimum blast damage.
        indirect_damage_min: Option<i32>,
        /// The radius of the minimum blast damage, in meters.
        indirect_damage_min_range: Option<i32>,
        /// The blast damage type, for resistances.
        indirect_damage_resist_type: Option<ResistTypeId>,
        /// The targets of the blast.
        indirect_damage_target_type: Option<TargetTypeId>,
        /// The maximum speed of the projectile, in meters per second.
        max_speed: Option<f64>,
        /// The muzzle velocity, in meters per second.
        muzzle_velocity: Option<i32>,
        /// The spread of pellets, in degrees.
        pellet_spread: Option<f64>,
        /// The pellets per shot.
        pellets_per_shot: Option<i32>,
        /// The description of the projectile.
        projectile_description: Option<Box<str>>,
        /// The time to chamber a round after reloading, in milliseconds.
        reload_chamber_time_ms: Option<i32>,
        /// The reload time, in milliseconds.
        reload_time_ms: Option<i32>,
        /// The speed, in meters per second.
        speed: Option<i32>,
        /// The name of the type.
        kind as "type": Option<Box<str>>,
    }
}
