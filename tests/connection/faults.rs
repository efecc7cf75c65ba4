//! Servers that refuse, drop or block connections.

use auraxis::{Client, id::CharacterId};
use tokio::task::JoinHandle;

use super::*;

fn spawn(client: &Client) -> JoinHandle<auraxis::Result> {
    let client = client.clone();
    tokio::spawn(async move { client.run().await })
}

fn inject(sim: &Sim, fault: &str) {
    sim.inject(fault.parse::<auraxis_sim::Injection>().unwrap());
}

#[tokio::test]
async fn a_server_that_drops_connections_immediately_is_not_reported_as_connected() {
    let (log, sim, diary) = (Log::start(), quiet().await, Diary::default());
    inject(&sim, "flap for 2s");
    let client = client(&sim).trigger(noting(&diary)).trigger(logins()).build().unwrap();
    let run = spawn(&client);
    log.says_times(2, "not connected to the event stream").await;
    within(client.wait_ready()).await.unwrap();
    assert_eq!(diary.entries(1).await, ["Connected"]);
    stop(&client, run).await;
}

#[tokio::test]
async fn refusals_are_reported_and_retried() {
    for (fault, told) in [
        ("refuse next 503", "responded with 503 Service Unavailable"),
        ("busy for 1s retry after 1s", "responded with 503 Service Unavailable and `Retry-After: 1`"),
        ("redirect for 500ms to http://127.0.0.1:9/elsewhere", "redirects to `http://127.0.0.1:9/elsewhere`"),
    ] {
        let (log, sim) = (Log::start(), quiet().await);
        inject(&sim, fault);
        let client = client(&sim).trigger(logins()).build().unwrap();
        let run = spawn(&client);
        log.says(told).await;
        within(client.wait_ready()).await.unwrap();
        stop(&client, run).await;
    }
}

#[tokio::test]
async fn the_reason_for_a_close_is_reported() {
    let (log, sim, diary) = (Log::start(), quiet().await, Diary::default());
    let client = client(&sim).trigger(noting(&diary)).trigger(logins()).build().unwrap();
    let run = start(&client).await;
    inject(&sim, "close 1012 because service restart");
    diary.entries(3).await;
    log.says("service restart").await;
    stop(&client, run).await;
    assert_eq!(diary.read(), ["Connected", "Disconnected", "Connected", "Disconnected"]);
}

#[tokio::test]
async fn a_server_that_refuses_the_service_id_after_a_restart_is_retried() {
    let (log, sim) = (Log::start(), quiet().await);
    let port = sim.rest_url().rsplit(':').next().unwrap().parse().unwrap();
    let client = client(&sim).trigger(logins()).build().unwrap();
    let run = start(&client).await;
    sim.shutdown().await;
    let sim = quiet_at(port).await;
    sim.refuse(true);
    log.says("responded with 403 Forbidden, although it accepted the service id before").await;
    sim.refuse(false);
    until("a connection", || sim.connections() == 1).await;
    stop(&client, run).await;
}

#[tokio::test]
async fn the_next_candidate_is_used_while_the_first_is_down() {
    let (log, sim) = (Log::start(), quiet().await);
    let urls = format!("ws://127.0.0.1:1/streaming, {}", sim.ess_url());
    let client = client(&sim).ess_url(urls).trigger(logins()).build().unwrap();
    let run = start(&client).await;
    log.says("cannot connect to `ws://127.0.0.1:1/streaming`: ").await;
    stop(&client, run).await;
}

#[tokio::test]
async fn events_of_a_server_that_reads_nothing_are_received() {
    let (sim, diary) = (remembering().await, Diary::default());
    let noting = diary.clone();
    let logins = Trigger::on::<PlayerLogin>().named("logins");
    let logins = logins.action(move |login: PlayerLogin| noting.note(login.character_id));
    let client = client(&sim).trigger(logins).build().unwrap();
    let run = start(&client).await;
    subscription(&sim).await;
    inject(&sim, "deaf for 3s");
    let squad = (1..=30_000).map(|n| CharacterId(5_428_000_000_000_000_000 + n));
    client.add(Trigger::on::<Death>().named("deaths").characters(squad).action(|_: Death| {})).unwrap();
    for character in 1..=50 {
        sim.publish(&login(character, 1));
        sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(diary.entries(50).await.len(), 50);
    until("all of it", || sim.subscriptions()[0].lists.event_names.len() == 2).await;
    assert_eq!(handshakes(&sim), 1);
    stop(&client, run).await;
}
