//! Abilities, effects and resources.

use crate::{census::Numbered, id::*, ps2::define::collections};

collections! {
    const ABILITY;

    /// An ability: the effect of using an item or implant.
    Ability = "ability" by ability_id: AbilityId, cache(10, 60) {
        /// The ability.
        ability_id: AbilityId,
        /// The ability type, which defines the parameters.
        ability_type_id: AbilityTypeId,
        /// The resource.
        resource_type_id: Option<ResourceTypeId>,
        /// The initial cost, in the resource's unit.
        resource_first_cost: Option<f64>,
        /// The cost per millisecond of use, in the resource's unit.
        resource_cost_per_msec: Option<f64>,
        /// The maximum radius, in meters.
        radius_max: Option<f64>,
        /// Whether it is toggled on and off.
        flag_toggle: Option<bool>,
        /// The maximum distance, in meters.
        distance_max: Option<f64>,
        /// The duration, in milliseconds.
        expire_msec: Option<i32>,
        /// The delay before the first use, in milliseconds.
        first_use_delay_msec: Option<i32>,
        /// The delay before the next use, in milliseconds.
        next_use_delay_msec: Option<i32>,
        /// The cooldown between two uses, in milliseconds.
        reuse_delay_msec: Option<i32>,
        /// The parameters, defined by the type.
        param: Numbered<f64, 14>,
        /// The text parameters, defined by the type.
        string: Numbered<Box<str>, 4>,
    }

    /// An ability type, which defines the parameters of its abilities.
    AbilityType = "ability_type" by ability_type_id: AbilityTypeId, cache(20, 60) {
        /// The ability type, which defines the parameters.
        ability_type_id: AbilityTypeId,
        /// The description.
        description: Option<Box<str>>,
        /// The meaning of the parameters.
        param: Numbered<Box<str>, 14>,
        /// The meaning of the text parameters.
        string: Numbered<Box<str>, 4>,
    }

    /// The effect of a hit, an ability or a resource.
    Effect = "effect" by effect_id: EffectId, cache(10, 60) {
        /// The effect.
        effect_id: EffectId,
        /// The ability.
        ability_id: Option<AbilityId>,
        /// The ability type, which defines the parameters.
        ability_type_id: Option<AbilityTypeId>,
        /// The effect type, which defines the parameters.
        effect_type_id: EffectTypeId,
        /// The damage type, for resistances.
        resist_type_id: ResistTypeId,
        /// The targets.
        target_type_id: Option<TargetTypeId>,
        /// The duration, in seconds.
        duration_seconds: Option<i32>,
        /// Whether it is a drain.
        is_drain: Option<bool>,
        /// The parameters, defined by the type.
        param: Numbered<f64, 13>,
    }

    /// An effect type, which defines the parameters of its effects.
    EffectType = "effect_type" by effect_type_id: EffectTypeId, cache(20, 60) {
        /// The effect type, which defines the parameters.
        effect_type_id: EffectTypeId,
        /// The description.
        description: Box<str> = OrEmpty,
        /// The meaning of the parameters.
        param: Numbered<Box<str>, 13>,
    }

    /// An effect in parts of a continent.
    ZoneEffect = "zone_effect" by zone_effect_id: ZoneEffectId, cache(10, 60) {
        /// The zone effect.
        zone_effect_id: ZoneEffectId,
        /// The ability.
        ability_id: AbilityId,
        /// The effect type, which defines the parameters.
        zone_effect_type_id: ZoneEffectTypeId,
        /// The parameters, defined by the type.
        param: Numbered<f64, 14>,
        /// The text parameters, defined by the type.
        string: Numbered<Box<str>, 4>,
    }

    /// A zone effect type, which defines the parameters of its effects.
    ZoneEffectType = "zone_effect_type" by zone_effect_type_id: ZoneEffectTypeId, cache(20, 60) {
        /// The effect type, which defines the parameters.
        zone_effect_type_id: ZoneEffectTypeId,
        /// The description.
        description: Box<str> = OrEmpty,
        /// The meaning of the parameters.
        param: Numbered<Box<str>, 14>,
        /// The meaning of the text parameters.
        string: Numbered<Box<str>, 4>,
    }

    /// The targets of an effect.
    TargetType = "target_type" by target_type_id: TargetTypeId, cache(20, 3600) {
        /// The targets.
        target_type_id: TargetTypeId,
        /// The description.
        description: Box<str> = OrEmpty,
    }

    /// A resource that abilities consume.
    ResourceType = "resource_type" by resource_type_id: ResourceTypeId, cache(50, 3600) {
        /// The resource.
        resource_type_id: ResourceTypeId,
        /// The description.
        description: Box<str> = OrEmpty,
    }
}
