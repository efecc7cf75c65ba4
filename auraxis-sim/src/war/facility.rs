//! Continents and their facilities.
//!
//! The names are those of the game. The ids are invented: in the game, no facility id starts with 40.

use auraxis_core::id::{FacilityId, FactionId, MetagameEventId, ZoneId};

/// A facility.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facility {
    pub(crate) id: FacilityId,
    pub(crate) zone: ZoneId,
    pub(crate) name: &'static str,
    /// Its index in [`TYPES`].
    pub(crate) kind: usize,
}

impl Facility {
    /// Returns its id in the `map_region` collection.
    pub(crate) fn region(&self) -> u32 {
        self.id.0 - 395_000
    }
}

/// The types of facilities: id and name in REST.
pub(crate) const TYPES: &[(u32, &str)] =
    &[(2, "Amp Station"), (3, "Bio Lab"), (4, "Tech Plant"), (5, "Large Outpost"), (6, "Small Outpost")];

/// The continents, in the order in which they open. Oshur is always open too.
pub(crate) const CONTINENTS: &[ZoneId] = &[ZoneId::INDAR, ZoneId::HOSSIN, ZoneId::AMERISH, ZoneId::ESAMIR];

const NAMES: &[(ZoneId, &[(&str, usize)])] = &[
    (
        ZoneId::INDAR,
        &[
            ("Peris Amp Station", 0),
            ("Allatum Bio Lab", 1),
            ("Hvar Tech Plant", 2),
            ("Mao Tech Plant", 2),
            ("The Crown", 3),
            ("Quartz Ridge Camp", 3),
            ("Howling Pass Checkpoint", 4),
            ("Broken Arch Road", 4),
        ],
    ),
    (
        ZoneId::HOSSIN,
        &[
            ("Ghanan Bio Lab", 1),
            ("Naum Amp Station", 0),
            ("Mossridge Command Center", 3),
            ("Nason's Defiance", 3),
            ("Fort Drexler", 4),
            ("Bravata PMC Compound", 4),
            ("Woodman ASE Labs", 4),
            ("Gourney Dam", 4),
        ],
    ),
    (
        ZoneId::AMERISH,
        &[
            ("Onatha Bio Lab", 1),
            ("Kwahtee Amp Station", 0),
            ("Tumas Tech Plant", 2),
            ("Heyoka Tech Plant", 2),
            ("The Ascent", 3),
            ("Sungrey Overlook", 3),
            ("Crux Mining Operation", 4),
            ("Raven Landing", 4),
        ],
    ),
    (
        ZoneId::ESAMIR,
        &[
            ("Andvari Bio Lab", 1),
            ("Eisa Tech Plant", 2),
            ("Freyr Amp Station", 0),
            ("Nott Communications", 3),
            ("The Rink", 3),
            ("Snowshear Watchtower", 4),
            ("Saerro Listening Post", 4),
            ("Waterson's Redemption", 4),
        ],
    ),
    (
        ZoneId::OSHUR,
        &[
            ("Nautilus Seapost", 3),
            ("Jord Amp Station", 0),
            ("Frostfall Overlook", 4),
            ("Vidar Observatory", 3),
            ("Centri Mining Operation", 4),
            ("Lowland Trading Post", 4),
        ],
    ),
];

/// Returns all facilities, zone by zone.
pub(crate) fn facilities() -> impl Iterator<Item = Facility> {
    NAMES.iter().flat_map(|&(zone, names)| {
        (1..).zip(names).map(move |(n, &(name, kind))| Facility {
            id: FacilityId(400_000 + zone.0 * 10 + n),
            zone,
            name,
            kind,
        })
    })
}

/// Returns the alert that this faction triggers on a continent.
pub(crate) fn alert_event(zone: ZoneId, faction: FactionId) -> MetagameEventId {
    let [vs, nc, tr] = match zone {
        ZoneId::INDAR => [148, 149, 147],
        ZoneId::ESAMIR => [151, 152, 150],
        ZoneId::HOSSIN => [154, 155, 153],
        ZoneId::AMERISH => [157, 158, 156],
        _ => [224, 222, 223],
    };
    MetagameEventId(match faction {
        FactionId::VS => vs,
        FactionId::NC => nc,
        _ => tr,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn facility_ids_and_regions_are_unique() {
        let ids: BTreeSet<_> = facilities().map(|facility| facility.id).collect();
        let regions: BTreeSet<_> = facilities().map(|facility| facility.region()).collect();
        assert_eq!((ids.len(), regions.len()), (facilities().count(), facilities().count()));
    }
}
