//! All frames of the stream except events.

use serde_json::{Map, Value, json};

use crate::{event::EventKind, id::CharacterId, time::Timestamp};

/// Returns the first frames of a connection. `endpoints` is the name of each endpoint, and whether it is up.
pub fn greeting<'a>(endpoints: impl IntoIterator<Item = (&'a str, bool)>) -> impl Iterator<Item = String> {
    let connected = r#"{"connected":"true","service":"push","type":"connectionStateChanged"}"#;
    let help = r#"{"send this for help":{"service":"event","action":"help"}}"#;
    let states = endpoints.into_iter().map(|(endpoint, is_up)| service_state(endpoint, is_up));
    [connected.to_owned(), help.to_owned()].into_iter().chain(states)
}

/// Returns the frame that announces whether an endpoint is up.
#[must_use]
pub fn service_state(endpoint: &str, is_up: bool) -> String {
    json!({ "detail": endpoint, "online": is_up.to_string(), "service": "event", "type": "serviceStateChanged" })
        .to_string()
}

/// Returns a heartbeat: the server's time, and the name of each endpoint with whether it is up.
pub fn heartbeat<'a>(at: Timestamp, endpoints: impl IntoIterator<Item = (&'a str, bool)>) -> String {
    let state = |(endpoint, is_up): (&str, bool)| (endpoint.to_owned(), is_up.to_string().into());
    let online: Map<String, Value> = endpoints.into_iter().map(state).collect();
    json!({ "online": online, "service": "event", "timestamp": at, "type": "heartbeat" }).to_string()
}

/// Returns the answer to `recentCharacterIds`, or without the list, to `recentCharacterIdsCount`. The count is a
/// number.
#[must_use]
pub fn recent(ids: &[CharacterId], with_list: bool) -> String {
    let mut payload = Map::new();
    payload.insert("recent_character_id_count".into(), ids.len().into());
    if with_list {
        payload.insert("recent_character_id_list".into(), ids.iter().map(ToString::to_string).collect());
    }
    json!({ "payload": payload, "service": "event", "type": "serviceMessage" }).to_string()
}

/// Returns the answer to `help`.
#[must_use]
pub fn help() -> String {
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
    use super::*;
    use crate::{
        environment::Environment,
        frame::Frame,
        id::WorldId,
        server::endpoints::{names, serves},
    };

    #[test]
    fn all_frames_are_valid() {
        for environment in Environment::ALL {
            let states = || names(environment).iter().map(|name| (*name, true));
            for text in greeting(states()).chain([heartbeat(Timestamp(1), states()), help(), recent(&[], true)]) {
                assert!(Frame::parse(&text).is_ok(), "{text}");
            }
        }
        let states = names(Environment::Pc).iter().map(|name| (*name, !serves(name, WorldId::JAEGER)));
        let text = heartbeat(Timestamp(5), states);
        let Ok(Frame::Heartbeat(heartbeat)) = Frame::parse(&text) else { panic!() };
        assert_eq!((heartbeat.timestamp, heartbeat.endpoints.len()), (Some(Timestamp(5)), 4));
        let down: Vec<_> = heartbeat.endpoints.iter().filter(|endpoint| !endpoint.online).collect();
        assert_eq!((down.len(), down[0].worlds().next()), (1, Some(WorldId::JAEGER)));
    }
}
