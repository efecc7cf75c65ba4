//! How weapons fire: groups, modes, and the cone of fire of each posture.

use crate::{
    id::*,
    ps2::{Localized, define::collections},
};

collections! {
    const FIRE;

    /// A group of fire modes.
    FireGroup = "fire_group" by fire_group_id: FireGroupId, cache(10, 60) {
        /// The fire group.
        fire_group_id: FireGroupId,
        /// The time to change to it, in milliseconds.
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
        /// Its place in the group, from 0.
        fire_mode_index: i32,
    }

    /// A fire mode: how a weapon shoots.
    FireMode = "fire_mode_2" by fire_mode_id: FireModeId, cache(10, 3600) {
        /// The fire mode.
        fire_mode_id: FireModeId,
        /// What firing does.
        fire_mode_type_id: Option<FireModeTypeId>,
        /// Whether it fires as long as the trigger is held.
        automatic: Option<bool>,
        /// Whether hitting friends goes unpunished.
        grief_immune: Option<bool>,
        /// Whether it aims down the sights.
        iron_sights: Option<bool>,
        /// Whether the projectile follows the line of sight.
        laser_guided: Option<bool>,
        /// A factor on the speed of movement.
        move_modifier: Option<f64>,
        /// Whether it fires while sprinting.
        sprint_fire: Option<bool>,
        /// A factor on the speed of turning.
        turn_modifier: Option<f64>,
        /// Whether it works in water.
        use_in_water: Option<bool>,
        /// The zoom; 1 is none.
        zoom_default: Option<f64>,
        /// The distance at which the cone of fire is measured, in metres.
        cof_range: Option<f64>,
        /// How much each shot widens the cone of fire, in degrees.
        cof_recoil: Option<f64>,
        /// A factor on the cone of fire.
        cof_scalar: Option<f64>,
        /// A factor on the cone of fire while moving.
        cof_scalar_moving: Option<f64>,
        /// The cones of fire of each posture.
        player_state_group_id: PlayerStateGroupId,
        /// The effect of a hit.
        damage_direct_effect_id: Option<EffectId>,
        /// The factor on damage to the legs, beyond 1.
        damage_legs_multiplier: Option<f64>,
        /// How many rounds a shot uses.
        fire_ammo_per_shot: Option<i32>,
        /// How many shots a burst has.
        fire_burst_count: Option<i32>,
        /// The distance at which a shot shows on the map, in metres.
        fire_detect_range: Option<f64>,
        /// The time between two shots, in milliseconds.
        fire_refire_ms: Option<i32>,
        /// How many pellets a shot has.
        fire_pellets_per_shot: Option<i32>,
        /// Whether the lock must be kept until the hit.
        lockon_maintain: Option<bool>,
        /// Not 0 if it fires only with a lock.
        lockon_required: Option<f64>,
        /// A factor on the recoil of the first shot.
        recoil_first_shot_modifier: Option<f64>,
        /// Whether it does not reload by itself.
        reload_block_auto: Option<bool>,
        /// Whether it reloads round by round.
        reload_continuous: Option<bool>,
        /// The time to reload, in milliseconds.
        reload_time_ms: Option<i32>,
        /// Whether breath can be held.
        sway_can_steady: Option<bool>,
        /// The armour it passes, in points.
        armor_penetration: Option<i32>,
        /// The greatest damage of a hit.
        max_damage: Option<i32>,
        /// The distance up to which a hit's damage is greatest, in metres.
        max_damage_range: Option<f64>,
        /// The least damage of a hit.
        min_damage: Option<i32>,
        /// The distance from which a hit's damage is least, in metres.
        min_damage_range: Option<f64>,
        /// The share of damage that passes shields, in percent.
        shield_bypass_pct: Option<i32>,
        /// How long it must be charged at least, in milliseconds.
        charge_minimum_ms: Option<i32>,
        /// What it is.
        description: Localized,
        /// A speed that replaces the projectile's, in metres per second.
        projectile_speed_override: Option<i32>,
        /// A cone of fire that replaces the posture's, in degrees.
        cof_override: Option<f64>,
        /// The spread of pellets, in degrees.
        cof_pellet_spread: Option<f64>,
        /// The factor on damage to the head, beyond 1.
        damage_head_multiplier: Option<f64>,
        /// The time until it fires by itself, in milliseconds.
        fire_auto_fire_ms: Option<i32>,
        /// The time to charge up, in milliseconds.
        fire_charge_up_ms: Option<i32>,
        /// The time between trigger and shot, in milliseconds.
        fire_delay_ms: Option<i32>,
        /// The greatest angle of the recoil, in degrees to the right.
        recoil_angle_max: Option<f64>,
        /// The least angle of the recoil, in degrees to the right.
        recoil_angle_min: Option<f64>,
        /// The greatest recoil to the side, in degrees.
        recoil_horizontal_max: Option<f64>,
        /// The least recoil to the side, in degrees.
        recoil_horizontal_min: Option<f64>,
        /// How far to one side recoil leads before it turns, in degrees.
        recoil_horizontal_tolerance: Option<f64>,
        /// How much the recoil grows with each shot, in degrees.
        recoil_increase: Option<f64>,
        /// How much the recoil grows with each shot while crouching, in degrees.
        recoil_increase_crouched: Option<f64>,
        /// The greatest recoil, in degrees.
        recoil_magnitude_max: Option<f64>,
        /// The least recoil, in degrees.
        recoil_magnitude_min: Option<f64>,
        /// The recoil at which it stops growing, in degrees.
        recoil_max_total_magnitude: Option<f64>,
        /// How the recovery from recoil speeds up.
        recoil_recovery_acceleration: Option<f64>,
        /// The wait before recoil recovers, in milliseconds.
        recoil_recovery_delay_ms: Option<i32>,
        /// How fast recoil recovers, in degrees per second.
        recoil_recovery_rate: Option<f64>,
        /// How many shots have the least recoil.
        recoil_shots_at_min_magnitude: Option<i32>,
        /// The time until the ammunition is there, in milliseconds.
        reload_ammo_fill_ms: Option<i32>,
        /// The time to chamber a round after reloading, in milliseconds.
        reload_chamber_ms: Option<i32>,
        /// How far shots leave above the line of sight, in degrees.
        bullet_arc_kick_angle: Option<f64>,
        /// The effect of a blast.
        damage_indirect_effect_id: Option<EffectId>,
        /// How much `recoil_horizontal_max` grows with each shot.
        recoil_horizontal_max_increase: Option<f64>,
        /// How much `recoil_horizontal_min` grows with each shot.
        recoil_horizontal_min_increase: Option<f64>,
        /// The greatest damage of a blast.
        max_damage_ind: Option<i32>,
        /// The radius in which a blast's damage is greatest, in metres.
        max_damage_ind_radius: Option<f64>,
        /// The least damage of a blast.
        min_damage_ind: Option<i32>,
        /// The radius at which a blast's damage is least, in metres.
        min_damage_ind_radius: Option<f64>,
        /// How long abilities are blocked after a shot, in milliseconds.
        ability_block_delay_ms: Option<i32>,
        /// The ability.
        ability_id: Option<AbilityId>,
        /// The slot that its ammunition comes from.
        ammo_slot: Option<i32>,
        /// How long a shot lasts, in milliseconds.
        fire_duration_ms: Option<i32>,
        /// The heat of a shot.
        heat_per_shot: Option<f64>,
        /// The wait before heat falls, in milliseconds.
        heat_recovery_delay_ms: Option<i32>,
        /// The heat at which it overheats.
        heat_threshold: Option<i32>,
        /// The time to lock on at close range, in milliseconds.
        lockon_acquire_close_ms: Option<i32>,
        /// The time to lock on at long range, in milliseconds.
        lockon_acquire_far_ms: Option<i32>,
        /// The time to lock on, in milliseconds.
        lockon_acquire_ms: Option<i32>,
        /// The angle within which it locks on, in degrees.
        lockon_angle: Option<f64>,
        /// The time until a lock is lost, in milliseconds.
        lockon_lose_ms: Option<i32>,
        /// The radius within which it locks on, in metres.
        lockon_radius: Option<f64>,
        /// The greatest distance of a lock, in metres.
        lockon_range: Option<f64>,
        /// The distance that counts as close, in metres.
        lockon_range_close: Option<f64>,
        /// The distance that counts as far, in metres.
        lockon_range_far: Option<f64>,
        /// The time to end reloading round by round, in milliseconds.
        reload_loop_end_ms: Option<i32>,
        /// The time to begin reloading round by round, in milliseconds.
        reload_loop_start_ms: Option<i32>,
        /// How long sprinting is blocked after a shot, in milliseconds.
        sprint_block_delay_ms: Option<i32>,
        /// How far it sways sideways.
        sway_amplitude_x: Option<i64>,
        /// How far it sways up and down.
        sway_amplitude_y: Option<i64>,
        /// How long swaying sideways takes.
        sway_period_x: Option<i64>,
        /// How long swaying up and down takes.
        sway_period_y: Option<i64>,
    }

    /// What firing does.
    FireModeType = "fire_mode_type" by fire_mode_type_id: FireModeTypeId, cache(20, 3600) {
        /// What firing does.
        fire_mode_type_id: FireModeTypeId,
        /// What it is.
        description: Box<str> = OrEmpty,
    }

    /// A posture, such as crouching.
    PlayerState = "player_state" by player_state_id: PlayerStateId, cache(20, 3600) {
        /// The posture.
        player_state_id: PlayerStateId,
        /// What it is.
        description: Box<str> = OrEmpty,
    }

    /// The cone of fire of a posture, in the older form; [`PlayerStateGroup`] says more.
    PlayerStateGroupV1 = "player_state_group" {
        /// The cones of fire of each posture.
        player_state_group_id: PlayerStateGroupId,
        /// The least cone of fire, in degrees.
        min_cone_of_fire: Option<f64>,
        /// The name of the posture.
        player_state: Option<Box<str>>,
    }

    /// The cone of fire of a weapon in a posture.
    PlayerStateGroup = "player_state_group_2" {
        /// The cones of fire of each posture.
        player_state_group_id: PlayerStateGroupId,
        /// The posture.
        player_state_id: PlayerStateId,
        /// Whether one can aim.
        can_iron_sight: Option<bool>,
        /// How fast the cone of fire grows, in degrees per second.
        cof_grow_rate: Option<f64>,
        /// The greatest cone of fire, in degrees.
        cof_max: Option<f64>,
        /// The least cone of fire, in degrees.
        cof_min: Option<f64>,
        /// The wait before the cone of fire recovers, in milliseconds.
        cof_recovery_delay_ms: Option<i32>,
        /// The cone of fire from which the delay counts.
        cof_recovery_delay_threshold: Option<i32>,
        /// How fast the cone of fire recovers, in degrees per second.
        cof_recovery_rate: Option<f64>,
        /// How many shots do not widen the cone of fire.
        cof_shots_before_penalty: Option<i32>,
        /// How much turning widens the cone of fire, in degrees.
        cof_turn_penalty: Option<f64>,
    }
}
