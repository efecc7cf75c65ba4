//! The names of the worlds' event servers.

use crate::{environment::Environment, id::WorldId};

/// Returns the names of an environment's endpoints. They still contain the names of the worlds before the mergers.
#[must_use]
pub const fn names(environment: Environment) -> &'static [&'static str] {
    match environment {
        Environment::Pc => &[
            "EventServerEndpoint_Connery_1",
            "EventServerEndpoint_Miller_10",
            "EventServerEndpoint_Jaeger_19",
            "EventServerEndpoint_Soltech_40",
        ],
        Environment::Ps4Us => &["EventServerEndpoint_1000_Genudine_1001_Palos_1002_Crux_1003_Searhus_1004_Xelas"],
        Environment::Ps4Eu => {
            &["EventServerEndpoint_2000_Ceres", "EventServerEndpoint_2001_Lithcorp", "EventServerEndpoint_2002_Rashnu"]
        }
    }
}

/// Returns the name of an endpoint for a world that [`names`] does not list.
#[must_use]
pub fn name_of(world: WorldId) -> String {
    format!("EventServerEndpoint_{}_{world}", world.name().unwrap_or("World"))
}

/// Returns the environment of a known world.
#[must_use]
pub fn environment_of(world: WorldId) -> Option<Environment> {
    Environment::ALL.into_iter().find(|environment| environment.worlds().contains(&world))
}

/// Returns whether the name of an endpoint contains the id of this world.
#[must_use]
pub fn serves(endpoint: &str, world: WorldId) -> bool {
    endpoint.split('_').any(|part| part.parse() == Ok(world))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_serves_the_worlds_in_its_name() {
        let [endpoint] = names(Environment::Ps4Us) else { panic!() };
        assert!(serves(endpoint, WorldId::GENUDINE) && serves(endpoint, WorldId::XELAS));
        assert!(!serves(endpoint, WorldId::CERES) && !serves(endpoint, WorldId(100)));
        for world in [WorldId::EMERALD, WorldId(77)] {
            assert!(serves(&name_of(world), world), "{}", name_of(world));
        }
    }
}
