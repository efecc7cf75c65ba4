//! Factions, ranks and loadouts.

use super::{ExperienceRank, Faction, Loadout, image_url};
use crate::{
    census::Extra,
    id::{FactionId, LoadoutId, ProfileId},
};

impl Faction {
    /// Returns the short name, such as `VS`.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.code_tag
    }
}

impl ExperienceRank {
    /// Returns the URL of the rank's image for a faction. `None` for NS Operatives, who have no images of their own.
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
    /// The loadouts of the NS Operatives, which have been missing from the collection.
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
