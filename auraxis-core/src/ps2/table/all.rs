//! All themes of the table.

use super::{
    ability::ABILITY, character::CHARACTER, directive::DIRECTIVE, fire::FIRE, item::ITEM, outfit::OUTFIT,
    profile::PROFILE, projectile::PROJECTILE, skill::SKILL, stat::STAT, vehicle::VEHICLE, weapon::WEAPON, world::WORLD,
};
use crate::census::CollectionInfo;

/// Every collection, theme by theme.
pub(in crate::ps2) const ALL: [&[&CollectionInfo]; 13] =
    [ABILITY, CHARACTER, DIRECTIVE, FIRE, ITEM, OUTFIT, PROFILE, PROJECTILE, SKILL, STAT, VEHICLE, WEAPON, WORLD];
