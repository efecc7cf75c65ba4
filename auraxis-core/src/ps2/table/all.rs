//! The list of all collections.

use super::{
    ability::ABILITY, character::CHARACTER, directive::DIRECTIVE, fire::FIRE, item::ITEM, outfit::OUTFIT,
    profile::PROFILE, projectile::PROJECTILE, skill::SKILL, stat::STAT, vehicle::VEHICLE, weapon::WEAPON, world::WORLD,
};
use crate::census::CollectionInfo;

/// All collections, by topic.
pub(in crate::ps2) const ALL: [&[&CollectionInfo]; 13] =
    [ABILITY, CHARACTER, DIRECTIVE, FIRE, ITEM, OUTFIT, PROFILE, PROJECTILE, SKILL, STAT, VEHICLE, WEAPON, WORLD];
