//! How new connections are refused, and the environments of the event stream.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use auraxis_core::{environment::Environment, frame::Frame, id::WorldId};
use auraxis_sim::{Fault, Sim};
use common::{TestClient, get, sim};
use serde_json::json;
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Error, http::Response},
};

fn fault(text: &str) -> Fault {
    text.parse().unwrap()
}

fn url(sim: &Sim, environment: &str) -> String {
    format!("{}?environment={environment}&service-id=s:example", sim.ess_url())
}

/// Returns the response to a client that is refused.
async fn refusal(sim: &Sim, environment: &str) -> Response<Option<Vec<u8>>> {
    match connect_async(url(sim, environment)).await {
        Err(Error::Http(response)) => *response,
        other => panic!("not refused: {other:?}"),
    }
}

fn header<'a>(response: &'a Response<Option<Vec<u8>>>, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn only_the_next_connection_is_refused() {
    let sim = sim().await;
    sim.inject(fault("refuse next 403"));
    sim.inject(fault("refuse next 503"));
    assert_eq!(refusal(&sim, "ps2").await.status().as_u16(), 403);
    assert_eq!(refusal(&sim, "ps2").await.status().as_u16(), 503);
    TestClient::connect(&sim).await;
}

#[tokio::test]
async fn a_busy_server_sends_a_retry_after_header() {
    let sim = sim().await;
    sim.inject(fault("busy for 1m retry after 2500ms"));
    let response = refusal(&sim, "ps2").await;
    assert_eq!((response.status().as_u16(), header(&response, "retry-after")), (503, Some("3")));
    sim.inject(fault("busy for 0s retry after 1s"));
    TestClient::connect(&sim).await;
}

#[tokio::test]
async fn a_redirect_contains_its_location() {
    let sim = sim().await;
    sim.inject(fault("redirect for 1m to http://127.0.0.1:9/elsewhere"));
    let response = refusal(&sim, "ps2").await;
    let expected = (302, Some("http://127.0.0.1:9/elsewhere"));
    assert_eq!((response.status().as_u16(), header(&response, "location")), expected);
}

#[tokio::test]
async fn a_flapping_server_accepts_connections_and_closes_them_before_the_first_frame() {
    let sim = sim().await;
    sim.inject(fault("flap for 1m"));
    for _ in 0..3 {
        assert_eq!(TestClient::connect_to(&url(&sim, "ps2")).await.next().await, None);
    }
    assert_eq!(sim.connections(), 0);
    sim.inject(fault("flap for 0s"));
    TestClient::connect(&sim).await;
}

#[tokio::test]
async fn a_client_of_another_environment_is_refused_with_a_reason() {
    let sim = sim().await;
    let response = refusal(&sim, "ps2ps4us").await;
    assert_eq!(response.status().as_u16(), 404);
    let body = String::from_utf8(response.into_body().unwrap()).unwrap();
    assert_eq!(body, "this simulator has the worlds of `ps2`; start it with `--environment ps2ps4us`");
}

#[tokio::test]
async fn each_environment_has_its_own_worlds_endpoints_and_characters() {
    for (environment, world, endpoint) in [
        (Environment::Ps4Us, WorldId::GENUDINE, "EventServerEndpoint_1000_Genudine_1001_Palos"),
        (Environment::Ps4Eu, WorldId::CERES, "EventServerEndpoint_2000_Ceres"),
    ] {
        let sim = Sim::builder().environment(environment).rate(500.0).start().await.unwrap();
        let mut client = TestClient::connect_to(&url(&sim, environment.name())).await;
        client.receive().await;
        client.receive().await;
        assert!(client.receive().await.contains(endpoint));
        client.send(common::EVERYTHING).await;
        let (mut events, mut experience) = (0, 0);
        while events < 300 || experience == 0 {
            let text = client.receive().await;
            let Ok(Frame::Event(event)) = Frame::parse(&text) else { continue };
            assert_eq!(event.world_id(), Some(world), "{text}");
            events += 1;
            if text.contains("GainExperience") {
                assert!(!text.contains("team_id"), "{text}");
                experience += 1;
            }
        }
        let name = environment.name();
        let found = get(&sim, &format!("/s:example/get/{name}/characters_world?character_id=1")).await;
        assert_eq!(found["returned"], 0);
        let found =
            get(&sim, &format!("/get/{name}/outfit_member?c:limit=1&c:join=characters_world^inject_at:at")).await;
        assert_eq!(found["outfit_member_list"][0]["at"]["world_id"], world.to_string());
        assert_eq!(get(&sim, "/get/ps2/character").await["character_list"], json!([]));
        assert_eq!(refusal(&sim, "ps2").await.status().as_u16(), 404);
    }
}
