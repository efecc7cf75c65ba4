//! Factions, ranks and loadouts.

use super::{ExperienceRank, Faction, Loadout, image_url};
use crate::{
    census::Extra,
    id::{FactionId, LoadoutId, ProfileId},
};

impl Faction {
    /// The short name, such as `VS`.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.code_tag
    }
}

impl ExperienceRank {
    /// The address of the picture of the rank, as a faction has it. NS Operatives have none of their own.
    #[must_use]
    pub fn image(&self, faction: FactionId) -> Option<String> {
        let rank = match faction {
            FactionId::VS => &self.vs,
            FactionId::NC => &self.nc,
            FactionId::TR => &self.tr,
            _ => return None,
        };
        rank.image_id.map(image_url)
    }
}

impl Loadout {
    /// The loadouts of the NS Operatives, which the collection has been seen to lack.
    pub(super) fn of_nso(id: LoadoutId) -> Option<Self> {
        let profile_id = match id {
            LoadoutId::NSO_MAX => 252,
            LoadoutId(28..=32) => id.0 + 162,
            _ => return None,
        };
        Some(Self {
            loadout_id: id,
            profile_id: ProfileId(profile_id),
            faction_id: FactionId::NSO,
            code_name: id.name().map(|name| format!("NSO {name}").into()),
            extra: Extra::default(),
        })
    }
}
