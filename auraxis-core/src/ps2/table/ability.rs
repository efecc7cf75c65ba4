//! Abilities, the effects they have, and what they use up.

use crate::{census::Numbered, id::*, ps2::define::collections};

collections! {
    const ABILITY;

    /// What an item or an implant does when it is used.
    Ability = "ability" by ability_id: AbilityId, cache(10, 60) {
        /// The ability.
        ability_id: AbilityId,
        /// The type of the ability; it says what the parameters mean.
        ability_type_id: AbilityTypeId,
        /// The resource it uses.
        resource_type_id: Option<ResourceTypeId>,
        /// What it costs to start, in the resource's units.
        resource_first_cost: Option<f64>,
        /// What it costs for each millisecond of use, in the resource's units.
        resource_cost_per_msec: Option<f64>,
        /// The greatest radius in which it works, in metres.
        radius_max: Option<f64>,
        /// Whether it is switched on and off, rather than fired.
        flag_toggle: Option<bool>,
        /// The greatest distance at which it works, in metres.
        distance_max: Option<f64>,
        /// How long it lasts, in milliseconds.
        expire_msec: Option<i32>,
        /// The wait before the first use, in milliseconds.
        first_use_delay_msec: Option<i32>,
        /// The wait before the next use, in milliseconds.
        next_use_delay_msec: Option<i32>,
        /// The wait between two uses, in milliseconds.
        reuse_delay_msec: Option<i32>,
        /// Parameters; the row of the type says what they mean.
        param: Numbered<f64, 14>,
        /// Parameters that are texts; the row of the type says what they mean.
        string: Numbered<Box<str>, 4>,
    }

    /// A type of ability, and what its parameters mean.
    AbilityType = "ability_type" by ability_type_id: AbilityTypeId, cache(20, 60) {
        /// The type of the ability; it says what the parameters mean.
        ability_type_id: AbilityTypeId,
        /// What it is.
        description: Option<Box<str>>,
        /// What the parameters of its rows mean.
        param: Numbered<Box<str>, 14>,
        /// What the texts of its rows mean.
        string: Numbered<Box<str>, 4>,
    }

    /// What a hit, an ability or a resource does.
    Effect = "effect" by effect_id: EffectId, cache(10, 60) {
        /// The effect.
        effect_id: EffectId,
        /// The ability.
        ability_id: Option<AbilityId>,
        /// The type of the ability; it says what the parameters mean.
        ability_type_id: Option<AbilityTypeId>,
        /// The type of the effect; it says what the parameters mean.
        effect_type_id: EffectTypeId,
        /// The kind of damage, as resistances see it.
        resist_type_id: ResistTypeId,
        /// Whom it works on.
        target_type_id: Option<TargetTypeId>,
        /// How long it lasts, in seconds.
        duration_seconds: Option<i32>,
        /// Whether it drains.
        is_drain: Option<bool>,
        /// Parameters; the row of the type says what they mean.
        param: Numbered<f64, 13>,
    }

    /// A type of effect, and what its parameters mean.
    EffectType = "effect_type" by effect_type_id: EffectTypeId, cache(20, 60) {
        /// The type of the effect; it says what the parameters mean.
        effect_type_id: EffectTypeId,
        /// What it is.
        description: Box<str> = OrEmpty,
        /// What the parameters of its rows mean.
        param: Numbered<Box<str>, 13>,
    }

    /// An effect that works in parts of a continent.
    ZoneEffect = "zone_effect" by zone_effect_id: ZoneEffectId, cache(10, 60) {
        /// The effect of the zone.
        zone_effect_id: ZoneEffectId,
        /// The ability.
        ability_id: AbilityId,
        /// The type of the effect; it says what the parameters mean.
        zone_effect_type_id: ZoneEffectTypeId,
        /// Parameters; the row of the type says what they mean.
        param: Numbered<f64, 14>,
        /// Parameters that are texts; the row of the type says what they mean.
        string: Numbered<Box<str>, 4>,
    }

    /// A type of effects of zones, and what their parameters mean.
    ZoneEffectType = "zone_effect_type" by zone_effect_type_id: ZoneEffectTypeId, cache(20, 60) {
        /// The type of the effect; it says what the parameters mean.
        zone_effect_type_id: ZoneEffectTypeId,
        /// What it is.
        description: Box<str> = OrEmpty,
        /// What the parameters of its rows mean.
        param: Numbered<Box<str>, 14>,
        /// What the texts of its rows mean.
        string: Numbered<Box<str>, 4>,
    }

    /// Whom effects work on.
    TargetType = "target_type" by target_type_id: TargetTypeId, cache(20, 3600) {
        /// Whom it works on.
        target_type_id: TargetTypeId,
        /// What it is.
        description: Box<str> = OrEmpty,
    }

    /// A resource that abilities use up.
    ResourceType = "resource_type" by resource_type_id: ResourceTypeId, cache(50, 3600) {
        /// The resource it uses.
        resource_type_id: ResourceTypeId,
        /// What it is.
        description: Box<str> = OrEmpty,
    }
}
