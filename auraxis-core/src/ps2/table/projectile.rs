//! What leaves the muzzle.

use crate::{
    id::*,
    ps2::{Localized, define::collections},
};

collections! {
    const PROJECTILE;

    /// What a weapon shoots.
    Projectile = "projectile" by projectile_id: ProjectileId, cache(100, 60) {
        /// The projectile.
        projectile_id: ProjectileId,
        /// How it flies.
        projectile_flight_type_id: ProjectileFlightTypeId,
        /// How it speeds up, in metres per second squared.
        acceleration: Option<f64>,
        /// The distance from which it is armed, in metres.
        arm_distance: Option<i32>,
        /// The distance to a target at which it goes off, in metres.
        detonate_distance: Option<f64>,
        /// Whether it goes off when it touches something.
        detonate_on_contact: Option<bool>,
        /// How air slows it down.
        drag: Option<f64>,
        /// How it falls, in metres per second squared.
        gravity: Option<f64>,
        /// How long it lives, in seconds.
        lifespan: Option<f64>,
        /// How it speeds up with a lock, in metres per second squared.
        lockon_acceleration: Option<f64>,
        /// How long it lives with a lock, in seconds.
        lockon_lifespan: Option<f64>,
        /// The angle at which it loses its target, in degrees.
        lockon_lose_angle: Option<f64>,
        /// The distance to its target at which it goes off, in metres.
        lockon_proximity_distance: Option<f64>,
        /// Whether it finds a target while it flies.
        lockon_seek_in_flight: Option<bool>,
        /// Its radius, in metres.
        projectile_radius: Option<f64>,
        /// The speed of the projectile, in metres per second.
        speed: Option<i32>,
        /// Its greatest speed, in metres per second.
        speed_max: Option<i32>,
        /// Whether it sticks to players.
        sticks_to_players: Option<bool>,
        /// Whether it sticks to what it hits.
        sticky: Option<bool>,
        /// How far it may be from who fired it, in metres.
        tether_distance: Option<f64>,
        /// How fast it turns, in degrees per second.
        turn_rate: Option<f64>,
    }

    /// How projectiles fly.
    ProjectileFlightType = "projectile_flight_type" by projectile_flight_type_id: ProjectileFlightTypeId, cache(20, 3600) {
        /// How it flies.
        projectile_flight_type_id: ProjectileFlightTypeId,
        /// What it is.
        description: Box<str> = OrEmpty,
    }

    /// The projectile of a fire mode.
    FireModeToProjectile = "fire_mode_to_projectile" {
        /// The fire mode.
        fire_mode_id: FireModeId,
        /// The projectile.
        projectile_id: ProjectileId,
    }

    /// A fire mode, in the older form; [`FireMode`](super::FireMode) says more.
    FireModeV1 = "fire_mode" by fire_mode_id: FireModeId, cache(10, 3600) {
        /// The fire mode.
        fire_mode_id: FireModeId,
        /// The item.
        item_id: ItemId,
        /// The cones of fire of each posture.
        player_state_group_id: Option<PlayerStateGroupId>,
        /// How much each shot widens the cone of fire, in degrees.
        cof_recoil: Option<f64>,
        /// The damage.
        damage: Option<i32>,
        /// The greatest damage.
        damage_max: Option<i32>,
        /// The distance up to which the damage is greatest, in metres.
        damage_max_range: Option<i64>,
        /// The least damage.
        damage_min: Option<i32>,
        /// The distance from which the damage is least, in metres.
        damage_min_range: Option<i64>,
        /// The radius of the damage, in metres.
        damage_radius: Option<f64>,
        /// The kind of the damage, as resistances see it.
        damage_resist_type: Option<ResistTypeId>,
        /// Whom the damage hits.
        damage_target_type: Option<TargetTypeId>,
        /// The name of the kind of damage.
        damage_type: Option<Box<str>>,
        /// The zoom without a scope; 1 is none.
        default_zoom: Option<f64>,
        /// What it is.
        description: Localized,
        /// The greatest damage of a blast.
        indirect_damage_max: Option<i32>,
        /// The radius in which the blast's damage is greatest, in metres.
        indirect_damage_max_range: Option<i32>,
        /// The least damage of a blast.
        indirect_damage_min: Option<i32>,
        /// The radius at which the blast's damage is least, in metres.
        indirect_damage_min_range: Option<i32>,
        /// The kind of a blast's damage, as resistances see it.
        indirect_damage_resist_type: Option<ResistTypeId>,
        /// Whom a blast hits.
        indirect_damage_target_type: Option<TargetTypeId>,
        /// The greatest speed of the projectile, in metres per second.
        max_speed: Option<f64>,
        /// The speed at the muzzle, in metres per second.
        muzzle_velocity: Option<i32>,
        /// The spread of pellets, in degrees.
        pellet_spread: Option<f64>,
        /// How many pellets a shot has.
        pellets_per_shot: Option<i32>,
        /// What the projectile is.
        projectile_description: Option<Box<str>>,
        /// The time to chamber a round after reloading, in milliseconds.
        reload_chamber_time_ms: Option<i32>,
        /// The time to reload, in milliseconds.
        reload_time_ms: Option<i32>,
        /// The speed of the projectile, in metres per second.
        speed: Option<i32>,
        /// The kind, by name.
        kind as "type": Option<Box<str>>,
    }
}
