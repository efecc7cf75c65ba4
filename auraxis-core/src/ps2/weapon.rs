//! Weapons and vehicles: what they are made of, and who can have them.

use super::{
    SkillSet, Vehicle, VehicleFaction, VehicleSkillSet, Weapon, WeaponDatasheet,
    lookup::{all, linked},
};
use crate::{
    census::{Fetch, Join, Query, Row},
    id::FactionId,
};

impl Weapon {
    /// Whether it overheats instead of running out of ammunition.
    #[must_use]
    pub const fn is_heat_weapon(&self) -> bool {
        self.heat_capacity.is_some()
    }

    /// What the menu shows of it.
    ///
    /// # Errors
    /// Those of the source.
    pub async fn datasheet<F: Fetch>(&self, census: &F) -> Result<Option<WeaponDatasheet>, F::Error> {
        match self.item(census).await? {
            Some(item) => item.datasheet(census).await,
            None => Ok(None),
        }
    }
}

impl Vehicle {
    /// The vehicles that a faction has.
    ///
    /// # Errors
    /// Those of the source.
    pub async fn by_faction<F: Fetch>(id: FactionId, census: &F) -> Result<Vec<Self>, F::Error> {
        linked::<VehicleFaction, Self, F>("faction_id", &id.to_string(), "vehicle_id", census).await
    }

    /// The sets of certifications that it has for a faction, in the order of the menu; `None` is for any faction.
    ///
    /// # Errors
    /// Those of the source.
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
