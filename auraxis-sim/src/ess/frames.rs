//! All frames of the stream except events.

use auraxis_core::{
    environment::Environment,
    event::EventKind,
    id::{CharacterId, WorldId},
    time::Timestamp,
};
use serde_json::{Map, Value, json};

/// Returns the names of an environment's endpoints. They still contain the names of the worlds before the mergers.
pub(crate) fn endpoints(environment: Environment) -> &'static [&'static str] {
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

/// Returns the environment of a known world.
pub(crate) fn environment_of(world: WorldId) -> Option<Environment> {
    Environment::ALL.into_iter().find(|environment| environment.worlds().contains(&world))
}

/// Returns whether the name of an endpoint contains the id of this world.
pub(crate) fn serves(endpoint: &str, world: WorldId) -> bool {
    endpoint.split('_').any(|part| part.parse() == Ok(world))
}

/// Returns the first frames of a connection.
pub(crate) fn greeting(environment: Environment, is_up: impl Fn(&str) -> bool) -> impl Iterator<Item = String> {
    let connected = r#"{"connected":"true","service":"push","type":"connectionStateChanged"}"#;
    let help = r#"{"send this for help":{"service":"event","action":"help"}}"#;
    let states = endpoints(environment).iter().map(move |endpoint| service_state(endpoint, is_up(endpoint)));
    [connected.to_owned(), help.to_owned()].into_iter().chain(states)
}

/// Returns the frame that announces whether an endpoint is up.
pub(crate) fn service_state(endpoint: &str, is_up: bool) -> String {
    json!({ "detail": endpoint, "online": is_up.to_string(), "service": "event", "type": "serviceStateChanged" })
        .to_string()
}

/// Returns a heartbeat, which lists the endpoints that are up. `with_ps4` adds the endpoint of the US PlayStation.
pub(crate) fn heartbeat(
    environment: Environment,
    at: Timestamp,
    with_ps4: bool,
    is_up: impl Fn(&str) -> bool,
) -> String {
    let more = if with_ps4 { endpoints(Environment::Ps4Us) } else { &[] };
    let state = |endpoint: &&str| ((*endpoint).to_owned(), is_up(endpoint).to_string().into());
    let online: Map<String, Value> = endpoints(environment).iter().chain(more).map(state).collect();
    json!({ "online": online, "service": "event", "timestamp": at, "type": "heartbeat" }).to_string()
}

/// Returns the answer to `recentCharacterIds`, or without the list, to `recentCharacterIdsCount`. The count is a
/// number.
pub(crate) fn recent(ids: &[CharacterId], with_list: bool) -> String {
    let mut payload = Map::new();
    payload.insert("recent_character_id_count".into(), ids.len().into());
    if with_list {
        payload.insert("recent_character_id_list".into(), ids.iter().map(ToString::to_string).collect());
    }
    json!({ "payload": payload, "service": "event", "type": "serviceMessage" }).to_string()
}

/// Returns the answer to `help`.
pub(crate) fn help() -> String {
    let events: Map<String, Value> = EventKind::ALL
        .iter()
        .map(|kind| {
            let fields = kind.fields().iter().chain(&["event_name"]);
            let payload: Map<String, Value> = fields.map(|field| ((*field).to_owned(), "".into())).collect();
            (kind.name().to_owned(), json!({ "payload": payload, "service": "event", "type": "serviceMessage" }))
        })
        .collect();
    let commands = [
        json!({ "action": "echo", "payload": { "test": "test" }, "service": "event" }),
        json!({ "action": "subscribe", "characters": ["5428010618015189713"], "eventNames": ["Death"],
            "service": "event" }),
        json!({ "action": "subscribe", "characters": ["all"], "eventNames": ["Death", "VehicleDestroy"],
            "logicalAndCharactersWithWorlds": "true", "service": "event", "worlds": ["1"] }),
        json!({ "action": "subscribe", "eventNames": ["FacilityControl", "MetagameEvent"], "service": "event",
            "worlds": ["1", "10"] }),
        json!({ "action": "clearSubscribe", "eventNames": ["Death"], "service": "event" }),
        json!({ "action": "clearSubscribe", "all": "true", "service": "event" }),
        json!({ "action": "recentCharacterIds", "service": "event" }),
        json!({ "action": "recentCharacterIdsCount", "service": "event" }),
        json!({ "action": "help", "service": "event" }),
    ];
    let commands: Map<String, Value> =
        (1..).zip(commands).map(|(n, command): (u32, _)| (format!("example {n}"), command)).collect();
    json!({
        "example event service message payloads": events,
        "example messages to event service": commands,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use auraxis_core::frame::Frame;

    use super::*;

    #[test]
    fn all_frames_are_valid() {
        for environment in Environment::ALL {
            let all = greeting(environment, |_| true);
            for text in all.chain([heartbeat(environment, Timestamp(1), true, |_| true), help(), recent(&[], true)]) {
                assert!(Frame::parse(&text).is_ok(), "{text}");
            }
        }
        let text = heartbeat(Environment::Pc, Timestamp(5), false, |endpoint| !serves(endpoint, WorldId::JAEGER));
        let Ok(Frame::Heartbeat(heartbeat)) = Frame::parse(&text) else { panic!() };
        assert_eq!((heartbeat.timestamp, heartbeat.endpoints.len()), (Some(Timestamp(5)), 4));
        let down: Vec<_> = heartbeat.endpoints.iter().filter(|endpoint| !endpoint.online).collect();
        assert_eq!((down.len(), down[0].worlds().next()), (1, Some(WorldId::JAEGER)));
    }

    #[test]
    fn an_endpoint_serves_the_worlds_in_its_name() {
        let [endpoint] = endpoints(Environment::Ps4Us) else { panic!() };
        assert!(serves(endpoint, WorldId::GENUDINE) && serves(endpoint, WorldId::XELAS));
        assert!(!serves(endpoint, WorldId::CERES) && !serves(endpoint, WorldId(100)));
    }
}
