//! Fire groups, fire modes, and the cones of fire in each player state.

use crate::{
    id::*,
    ps2::{Localized, define::collections},
};

collections! {
    const FIRE;

    /// A fire group.
    FireGroup = "fire_group" by fire_group_id: FireGroupId, cache(10, 60) {
        /// The fire group.
        fire_group_id: FireGroupId,
        /// The time to switch to it, in milliseconds.
        transition_duration_ms: Option<i32>,
        /// Whether a round can be chambered while aiming.
        can_chamber_ironsights: Option<bool>,
        /// The time to spool up, in milliseconds.
        spool_up_ms: Option<i32>,
        /// The time between shots while spooling up, in milliseconds.
        spool_up_initial_refire_ms: Option<i32>,
        /// The time to chamber a round, in milliseconds.
        chamber_duration_ms: Option<i32>,
    }

    /// A fire mode of a fire group.
    FireGroupToFireMode = "fire_group_to_fire_mode" {
        /// The fire group.
        fire_group_id: FireGroupId,
        /// The fire mode.
        fire_mode_id: FireModeId,
        /// The index within the group, from 0.
        fire_mode_index: i32,
    }

    /// A fire mode of a weapon.
    FireMode = "fire_mode_2" by fire_mode_id: FireModeId, cache(10, 3600) {
        /// The fire mode.
        fire_mode_id: FireModeId,
        /// The fire mode type.
        fire_mode_type_id: Option<FireModeTypeId>,
        /// Whether it fires as long as the button is held.
        automatic: Option<bool>,
        /// Whether hitting allies gives no grief points.
        grief_immune: Option<bool>,
        /// Whether it aims down the sights.
        iron_sights: Option<bool>,
        /// Whether the projectile is laser-guided.
        laser_guided: Option<bool>,
        /// The movement speed multiplier.
        move_modifier: Option<f64>,
        /// Whether it can fire while sprinting.
        sprint_fire: Option<bool>,
        /// The turn speed multiplier.
        turn_modifier: Option<f64>,
        /// Whether it can be used in water.
        use_in_water: Option<bool>,
        /// The zoom; 1 is none.
        zoom_default: Option<f64>,
        /// The range at which the cone of fire is measured, in meters.
        cof_range: Option<f64>,
        /// The increase of the cone of fire per shot, in degrees.
        cof_recoil: Option<f64>,
        /// The cone of fire multiplier.
        cof_scalar: Option<f64>,
        /// The cone of fire multiplier while moving.
        cof_scalar_moving: Option<f64>,
        /// The player state group: the cone of fire in each player state.
        player_state_group_id: PlayerStateGroupId,
        /// The effect of a direct hit.
        damage_direct_effect_id: Option<EffectId>,
        /// The damage multiplier for legs, minus 1.
        damage_legs_multiplier: Option<f64>,
        /// The ammunition per shot.
        fire_ammo_per_shot: Option<i32>,
        /// The shots per burst.
        fire_burst_count: Option<i32>,
        /// The range at which a shot is shown on the map, in meters.
        fire_detect_range: Option<f64>,
        /// The time between two shots, in milliseconds.
        fire_refire_ms: Option<i32>,
        /// The pellets per shot.
        fire_pellets_per_shot: Option<i32>,
        /// Whether the lock must be kept until impact.
        lockon_maintain: Option<bool>,
        /// Not 0 if it requires a lock to fire.
        lockon_required: Option<f64>,
        /// The recoil multiplier of the first shot.
        recoil_first_shot_modifier: Option<f64>,
        /// Whether automatic reloading is disabled.
        reload_block_auto: Option<bool>,
        /// Whether it reloads round by round.
        reload_continuous: Option<bool>,
        /// The reload time, in milliseconds.
        reload_time_ms: Option<i32>,
        /// Whether holding breath reduces sway.
        sway_can_steady: Option<bool>,
        /// The armor penetration, in points.
        armor_penetration: Option<i32>,
        /// The maximum damage of a direct hit.
        max_damage: Option<i32>,
        /// The range up to which the direct damage is the maximum, in meters.
        max_damage_range: Option<f64>,
        /// The minimum damage of a direct hit.
        min_damage: Option<i32>,
        /// The range from which the direct damage is the minimum, in meters.
        min_damage_range: Option<f64>,
        /// The share of damage that bypasses shields, in percent.
        shield_bypass_pct: Option<i32>,
        /// The minimum charge time, in milliseconds.
        charge_minimum_ms: Option<i32>,
        /// The description.
        description: Localized,
        /// Overrides the projectile's speed, in meters per second.
        projectile_speed_override: Option<i32>,
        /// Overrides the cone of fire of the player state, in degrees.
        cof_override: Option<f64>,
        /// The spread of pellets, in degrees.
        cof_pellet_spread: Option<f64>,
        /// The damage multiplier for headshots, minus 1.
        damage_head_multiplier: Option<f64>,
        /// The time until it fires automatically, in milliseconds.
        fire_auto_fire_ms: Option<i32>,
        /// The time to charge up, in milliseconds.
        fire_charge_up_ms: Option<i32>,
        /// The delay before a shot, in milliseconds.
        fire_delay_ms: Option<i32>,
        /// The maximum recoil angle, in degrees to the right.
        recoil_angle_max: Option<f64>,
        /// The minimum recoil angle, in degrees to the right.
        recoil_angle_min: Option<f64>,
        /// The maximum horizontal recoil, in degrees.
        recoil_horizontal_max: Option<f64>,
        /// The minimum horizontal recoil, in degrees.
        recoil_horizontal_min: Option<f64>,
        /// The horizontal recoil before its direction changes, in degrees.
        recoil_horizontal_tolerance: Option<f64>,
        /// The increase of recoil per shot, in degrees.
        recoil_increase: Option<f64>,
        /// The increase of recoil per shot while crouching, in degrees.
        recoil_increase_crouched: Option<f64>,
        /// The maximum recoil, in degrees.
        recoil_magnitude_max: Option<f64>,
        /// The minimum recoil, in degrees.
        recoil_magnitude_min: Option<f64>,
        /// The maximum total recoil, in degrees.
        recoil_max_total_magnitude: Option<f64>,
        /// The acceleration of the recoil recovery.
        recoil_recovery_acceleration: Option<f64>,
        /// The delay before recoil recovers, in milliseconds.
        recoil_recovery_delay_ms: Option<i32>,
        /// The recoil recovery, in degrees per second.
        recoil_recovery_rate: Option<f64>,
        /// The number of shots with the minimum recoil.
        recoil_shots_at_min_magnitude: Option<i32>,
        /// The reload time until ammunition is available, in milliseconds.
        reload_ammo_fill_ms: Option<i32>,
        /// The time to chamber a round after reloading, in milliseconds.
        reload_chamber_ms: Option<i32>,
        /// The angle of shots above the line of sight, in degrees.
        bullet_arc_kick_angle: Option<f64>,
        /// The effect of a blast.
        damage_indirect_effect_id: Option<EffectId>,
        /// The increase of `recoil_horizontal_max` per shot.
        recoil_horizontal_max_increase: Option<f64>,
        /// The increase of `recoil_horizontal_min` per shot.
        recoil_horizontal_min_increase: Option<f64>,
        /// The maximum blast damage.
        max_damage_ind: Option<i32>,
        /// The radius of the maximum blast damage, in meters.
        max_damage_ind_radius: Option<f64>,
        /// The minimum blast damage.
        min_damage_ind: Option<i32>,
        /// The radius of the minimum blast damage, in meters.
        min_damage_ind_radius: Option<f64>,
        /// How long abilities are blocked after a shot, in milliseconds.
        ability_block_delay_ms: Option<i32>,
        /// The ability.
        ability_id: Option<AbilityId>,
        /// The ammunition slot.
        ammo_slot: Option<i32>,
        /// The duration of a shot, in milliseconds.
        fire_duration_ms: Option<i32>,
        /// The heat per shot.
        heat_per_shot: Option<f64>,
        /// The delay before heat dissipates, in milliseconds.
        heat_recovery_delay_ms: Option<i32>,
        /// The heat at which it overheats.
        heat_threshold: Option<i32>,
        /// The time to lock on at close range, in milliseconds.
        lockon_acquire_close_ms: Option<i32>,
        /// The time to lock on at long range, in milliseconds.
        lockon_acquire_far_ms: Option<i32>,
        /// The time to lock on, in milliseconds.
        lockon_acquire_ms: Option<i32>,
        /// The lock-on angle, in degrees.
        lockon_angle: Option<f64>,
        /// The time until a lock is lost, in milliseconds.
        lockon_lose_ms: Option<i32>,
        /// The lock-on radius, in meters.
        lockon_radius: Option<f64>,
        /// The maximum lock-on range, in meters.
        lockon_range: Option<f64>,
        /// The range that counts as close, in meters.
        lockon_range_close: Option<f64>,
        /// The range that counts as far, in meters.
        lockon_range_far: Option<f64>,
        /// The time to finish reloading round by round, in milliseconds.
        reload_loop_end_ms: Option<i32>,
        /// The time to start reloading round by round, in milliseconds.
        reload_loop_start_ms: Option<i32>,
        /// How long sprinting is blocked after a shot, in milliseconds.
        sprint_block_delay_ms: Option<i32>,
        /// The amplitude of horizontal sway.
        sway_amplitude_x: Option<i64>,
        /// The amplitude of vertical sway.
        sway_amplitude_y: Option<i64>,
        /// The period of horizontal sway.
        sway_period_x: Option<i64>,
        /// The period of vertical sway.
        sway_period_y: Option<i64>,
    }

    /// The fire mode type.
    FireModeType = "fire_mode_type" by fire_mode_type_id: FireModeTypeId, cache(20, 3600) {
        /// The fire mode type.
        fire_mode_type_id: FireModeTypeId,
        /// The description.
        description: Box<str> = OrEmpty,
    }

    /// A player state, such as crouching.
    PlayerState = "player_state" by player_state_id: PlayerStateId, cache(20, 3600) {
        /// The player state.
        player_state_id: PlayerStateId,
        /// The description.
        description: Box<str> = OrEmpty,
    }

    /// The cone of fire in a player state, in the older format; [`PlayerStateGroup`] has more fields.
    PlayerStateGroupV1 = "player_state_group" {
        /// The player state group: the cone of fire in each player state.
        player_state_group_id: PlayerStateGroupId,
        /// The minimum cone of fire, in degrees.
        min_cone_of_fire: Option<f64>,
        /// The name of the player state.
        player_state: Option<Box<str>>,
    }

    /// The cone of fire of a weapon in a player state.
    PlayerStateGroup = "player_state_group_2" {
        /// The player state group: the cone of fire in each player state.
        player_state_group_id: PlayerStateGroupId,
        /// The player state.
        player_state_id: PlayerStateId,
        /// Whether aiming down sights is possible.
        can_iron_sight: Option<bool>,
        /// The growth of the cone of fire, in degrees per second.
        cof_grow_rate: Option<f64>,
        /// The maximum cone of fire, in degrees.
        cof_max: Option<f64>,
        /// The minimum cone of fire, in degrees.
        cof_min: Option<f64>,
        /// The delay before the cone of fire recovers, in milliseconds.
        cof_recovery_delay_ms: Option<i32>,
        /// The cone of fire from which the delay applies.
        cof_recovery_delay_threshold: Option<i32>,
        /// The recovery of the cone of fire, in degrees per second.
        cof_recovery_rate: Option<f64>,
        /// The number of shots before the cone of fire widens.
        cof_shots_before_penalty: Option<i32>,
        /// The increase of the cone of fire while turning, in degrees.
        cof_turn_penalty: Option<f64>,
    }
}
