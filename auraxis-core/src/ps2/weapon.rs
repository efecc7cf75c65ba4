//! Relations of weapons and vehicles.

use super::{
    SkillSet, Vehicle, VehicleFaction, VehicleSkillSet, Weapon, WeaponDatasheet,
    lookup::{all, linked},
};
use crate::{
    census::{Fetch, Join, Query, Row},
    id::FactionId,
};

impl Weapon {
    /// Returns `true` if it overheats instead of running out of ammunition.
    #[must_use]
    pub const fn is_heat_weapon(&self) -> bool {
        self.heat_capacity.is_some()
    }

    /// Loads the properties that the in-game menu shows.
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn datasheet<F: Fetch>(&self, census: &F) -> Result<Option<WeaponDatasheet>, F::Error> {
        match self.item(census).await? {
            Some(item) => item.datasheet(census).await,
            None => Ok(None),
        }
    }
}

impl Vehicle {
    /// Loads the vehicles that a faction can use.
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn by_faction<F: Fetch>(id: FactionId, census: &F) -> Result<Vec<Self>, F::Error> {
        linked::<VehicleFaction, Self, F>("faction_id", &id.to_string(), "vehicle_id", census).await
    }

    /// Loads the certification sets for a faction, in the order of the menu; `None` for any faction.
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn skill_sets<F: Fetch>(
        &self,
        faction: Option<FactionId>,
        census: &F,
    ) -> Result<Vec<SkillSet>, F::Error> {
        let join = Join::of::<SkillSet>().on("skill_set_id").inject_at("found");
        let query = Query::of::<VehicleSkillSet>().filter("vehicle_id", self.vehicle_id).join(join);
        let query = match faction {
            Some(id) => query.filter("faction_id", id),
            None => query,
        };
        let mut links: Vec<VehicleSkillSet> = all(query, census).await?;
        links.sort_by_key(|link| link.display_index);
        let mut sets = Vec::with_capacity(links.len());
        for link in links {
            sets.extend(link.joined::<SkillSet>("found")?);
        }
        Ok(sets)
    }
}
