//! Relations of servers, continents and bases.

use std::fmt;

use super::{
    FacilityLink, GameServerStatus, Locale, Map, MapRegion, Region, World, WorldEvent, Zone,
    lookup::{self, all},
};
use crate::{
    census::{Fetch, Named, Query, any_of, starts_with},
    id::{FacilityId, FactionId, MapRegionId, ZoneId},
};

impl Named for World {
    /// Server names cannot be searched, so this query returns all servers.
    fn by_name(_: &str, _: Locale) -> Query {
        Query::of::<Self>().limit(100)
    }

    fn is_called(&self, name: &str, locale: Locale) -> bool {
        self.name.is(name, locale)
    }
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)
    }
}

impl World {
    /// Loads recent events, at most 1,000. `which` can add filters: `type` (`METAGAME` or `FACILITY`; default: both),
    /// and the times `before` and `after`. See [`Character::events`](super::Character::events).
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn events<F: Fetch>(
        &self,
        which: impl FnOnce(Query) -> Query + Send,
        census: &F,
    ) -> Result<Vec<WorldEvent>, F::Error> {
        census.rows(which(Query::of::<WorldEvent>().filter("world_id", self.world_id).limit(1000))).await
    }

    /// Loads the owners of the regions of these continents.
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn map<F: Fetch>(&self, zones: &[ZoneId], census: &F) -> Result<Vec<Map>, F::Error> {
        if zones.is_empty() {
            return Ok(Vec::new());
        }
        let query = Query::of::<Map>().filter("world_id", self.world_id).filter("zone_ids", any_of(zones));
        census.rows(query).await
    }

    /// Loads the status shown in the launcher. Returns `None` for servers that are not in the launcher.
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn status<F: Fetch>(&self, census: &F) -> Result<Option<GameServerStatus>, F::Error> {
        let Some(name) = self.name.get(Locale::En).or(self.world_id.name()) else { return Ok(None) };
        let query = Query::of::<GameServerStatus>().filter("game_code", "ps2").filter("name", starts_with(name));
        census.first(query).await
    }
}

impl Zone {
    /// The id of the row for a zone id in an event: without the instance number. For Desolation, events contain the
    /// geometry id 361 instead of the zone id.
    pub(super) const fn of_event(id: ZoneId) -> ZoneId {
        match id.definition() {
            ZoneId::DESOLATION => ZoneId(338),
            other => other,
        }
    }

    /// Returns `true` if it only exists as instances, each with its own [`ZoneId`].
    #[must_use]
    pub const fn is_dynamic(&self) -> bool {
        matches!(self.dynamic, Some(true))
    }
}

impl Map {
    /// Returns the regions and their owners. Faction 0 is a region that cannot be captured.
    pub fn owners(&self) -> impl Iterator<Item = (MapRegionId, FactionId)> {
        let data = self.regions.rows.iter().map(|row| &row.data);
        data.filter_map(|data| Some((data.region_id?, data.faction_id?)))
    }
}

impl MapRegion {
    /// Loads the region of a facility. Some facilities in events are missing from every collection.
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn by_facility_id<F: Fetch>(id: FacilityId, census: &F) -> Result<Option<Self>, F::Error> {
        census.first(Query::of::<Self>().filter("facility_id", id)).await
    }

    /// Loads the regions that are connected by lattice links.
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn connected<F: Fetch>(&self, census: &F) -> Result<Vec<Self>, F::Error> {
        let Some(own) = self.facility_id else { return Ok(Vec::new()) };
        let links = |end| all::<FacilityLink, F>(Query::of::<FacilityLink>().filter(end, own), census);
        let mut others: Vec<FacilityId> = Vec::new();
        others.extend(links("facility_id_a").await?.iter().map(|link| link.facility_id_b));
        others.extend(links("facility_id_b").await?.iter().map(|link| link.facility_id_a));
        if others.is_empty() {
            return Ok(Vec::new());
        }
        all(Query::of::<Self>().filter("facility_id", any_of(others)), census).await
    }
}

impl Region {
    /// Loads the map region of this region.
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn map_region<F: Fetch>(&self, census: &F) -> Result<Option<MapRegion>, F::Error> {
        lookup::one(self, "region_id", Some(MapRegionId(self.region_id.0)), None, census).await
    }
}
