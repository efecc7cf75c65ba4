//! Reports of the servers about which worlds are online.

use std::collections::BTreeMap;

use auraxis_core::id::WorldId;

/// What the server of each link has reported about each world.
///
/// The servers of two links can disagree, because each has its own list of endpoints. A world is online if the server of
/// any open link reports it as online, so it does not change its state with every heartbeat.
#[derive(Debug, Default)]
pub(super) struct WorldReports(BTreeMap<WorldId, BTreeMap<Option<u32>, bool>>);

/// The maximum number of worlds, because a server can make up any number of them.
const MAX_WORLDS: usize = 256;

impl WorldReports {
    /// Records a report of a link's server; `None` for reports that the program itself has passed to the client. Returns
    /// whether the world is online, or `None` if there are too many worlds.
    pub(super) fn report(&mut self, link: Option<u32>, world: WorldId, online: bool) -> Option<bool> {
        if self.0.len() >= MAX_WORLDS && !self.0.contains_key(&world) {
            return None;
        }
        let reports = self.0.entry(world).or_default();
        reports.insert(link, online);
        Some(reports.values().any(|online| *online))
    }

    /// Forgets the reports of a link that has disconnected. The worlds keep their states until the next report.
    pub(super) fn disconnected(&mut self, link: u32) {
        for reports in self.0.values_mut() {
            reports.remove(&Some(link));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_world_is_online_while_any_open_link_reports_it() {
        let mut reports = WorldReports::default();
        let world = WorldId::OSPREY;
        assert_eq!(reports.report(Some(0), world, false), Some(false));
        assert_eq!(reports.report(Some(1), world, true), Some(true));
        for _ in 0..3 {
            assert_eq!(reports.report(Some(0), world, false), Some(true), "the servers disagree");
            assert_eq!(reports.report(Some(1), world, true), Some(true));
        }
        assert_eq!(reports.report(Some(1), world, false), Some(false));
        reports.report(Some(1), world, true);
        reports.disconnected(1);
        assert_eq!(reports.report(Some(0), world, false), Some(false), "the other link is closed");
    }

    #[test]
    fn the_number_of_worlds_is_limited() {
        let mut reports = WorldReports::default();
        let known = (0..1000).filter(|world| reports.report(Some(0), WorldId(*world), true).is_some());
        assert_eq!(known.count(), MAX_WORLDS);
    }
}
