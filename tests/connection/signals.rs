//! Signals of a connection require one.

use super::*;

#[tokio::test]
async fn a_bot_with_triggers_for_its_connection_only_connects() {
    let sim = quiet().await;
    let diary = Diary::default();
    let client = client(&sim).trigger(noting(&diary)).build().unwrap();
    let run = start(&client).await;
    assert_eq!(diary.entries(1).await, ["Connected"]);
    sim.drop_connections();
    assert_eq!(diary.entries(3).await, ["Connected", "Disconnected", "Connected"]);
    stop(&client, run).await;
    assert!(sim.commands().is_empty(), "nothing is subscribed to");
}

#[tokio::test]
async fn a_bot_with_triggers_for_the_state_of_worlds_only_connects() {
    let sim = Sim::builder().rate(0.0).heartbeat(Duration::from_millis(50)).start().await.unwrap();
    let diary = Diary::default();
    let noting = diary.clone();
    let changes = Trigger::on::<WorldStateChanged>().named("changes");
    let changes = changes.action(move |changed: WorldStateChanged| noting.note(changed.online));
    let client = client(&sim).trigger(changes).build().unwrap();
    let run = start(&client).await;
    assert!(diary.entries(1).await.contains(&"true".into()));
    stop(&client, run).await;
}

#[tokio::test]
async fn a_playstation_bot_receives_events() {
    let sim = Sim::builder().rate(200.0).environment(Environment::Ps4Us).start().await.unwrap();
    let client = client(&sim).environment(Environment::Ps4Us).build().unwrap();
    let mut events = client.events(Trigger::on::<Death>()).unwrap();
    let run = start(&client).await;
    within(events.next()).await.expect("a death");
    stop(&client, run).await;
}
