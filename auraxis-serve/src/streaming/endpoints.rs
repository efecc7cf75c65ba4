//! The worlds' event servers, as heartbeats list them.

use std::{borrow::Cow, collections::BTreeMap};

use auraxis_core::{
    environment::Environment,
    id::WorldId,
    server::{endpoints, frames},
};

/// The endpoints of an environment, and whether their worlds are online.
#[derive(Debug)]
pub(super) struct Endpoints(Vec<Endpoint>);

#[derive(Debug)]
struct Endpoint {
    name: Cow<'static, str>,
    /// The worlds whose state is known.
    worlds: BTreeMap<WorldId, bool>,
}

impl Endpoint {
    fn is_up(&self) -> bool {
        !self.worlds.is_empty() && self.worlds.values().all(|online| *online)
    }
}

impl Endpoints {
    /// Returns the endpoints without the state of any world: they are down.
    pub(super) fn new(environment: Environment) -> Self {
        let endpoint = |name: &&'static str| Endpoint { name: Cow::Borrowed(*name), worlds: BTreeMap::new() };
        Self(endpoints::names(environment).iter().map(endpoint).collect())
    }

    /// Sets the state of a world. Returns the frame that announces it, if the state of its endpoint has changed. A world that
    /// no endpoint serves gets one.
    pub(super) fn set(&mut self, world: WorldId, online: bool) -> Option<String> {
        let at = self.0.iter().position(|endpoint| endpoints::serves(&endpoint.name, world)).unwrap_or_else(|| {
            let name = Cow::Owned(endpoints::name_of(world));
            self.0.push(Endpoint { name, worlds: BTreeMap::new() });
            self.0.len() - 1
        });
        let endpoint = &mut self.0[at];
        let was_up = endpoint.is_up();
        endpoint.worlds.insert(world, online);
        let is_up = endpoint.is_up();
        (was_up != is_up).then(|| frames::service_state(&endpoint.name, is_up))
    }

    /// Returns the name of each endpoint, and whether it is up.
    pub(super) fn states(&self) -> impl Iterator<Item = (&str, bool)> {
        self.0.iter().map(|endpoint| (&*endpoint.name, endpoint.is_up()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_announced_once() {
        let mut endpoints = Endpoints::new(Environment::Pc);
        assert!(endpoints.states().count() == 4 && endpoints.states().all(|(_, is_up)| !is_up));
        let frame = endpoints.set(WorldId::SOLTECH, true).unwrap();
        assert_eq!(frame, frames::service_state("EventServerEndpoint_Soltech_40", true));
        assert_eq!(endpoints.set(WorldId::SOLTECH, true), None);
        assert_eq!(
            endpoints.set(WorldId::SOLTECH, false),
            Some(frames::service_state("EventServerEndpoint_Soltech_40", false))
        );
        let frame = endpoints.set(WorldId::EMERALD, true).unwrap();
        assert_eq!(frame, frames::service_state("EventServerEndpoint_Emerald_17", true));
        assert_eq!(endpoints.states().filter(|(_, is_up)| *is_up).count(), 1);
    }

    #[test]
    fn an_endpoint_of_several_worlds_is_up_while_all_are_online() {
        let mut endpoints = Endpoints::new(Environment::Ps4Us);
        assert!(endpoints.set(WorldId::GENUDINE, true).is_some());
        assert!(endpoints.set(WorldId::CRUX, true).is_none());
        assert!(endpoints.set(WorldId::CRUX, false).is_some());
        assert!(endpoints.set(WorldId::GENUDINE, false).is_none());
    }
}
