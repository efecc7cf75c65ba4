//! Derived events of a live stream.

use auraxis::event::{AlertEndCause, SessionEndCause};

use super::*;

const OSPREY: WorldId = WorldId::OSPREY;

fn frame(name: &str, at: i64, fields: &str) -> String {
    format!(
        r#"{{"payload":{{{fields},"event_name":"{name}","timestamp":"{at}","world_id":"{OSPREY}"}},"service":"event","type":"serviceMessage"}}"#
    )
}

fn alert(instance: u32, at: i64, state: MetagameEventState) -> String {
    let scores = r#""experience_bonus":"25","faction_nc":"10","faction_tr":"50","faction_vs":"40""#;
    let ids = format!(r#""instance_id":"{instance}","metagame_event_id":"147","metagame_event_state":"{state}""#);
    frame("MetagameEvent", at, &format!(r#"{scores},{ids},"metagame_event_state_name":"","zone_id":"2""#))
}

#[tokio::test]
async fn alerts_that_were_running_before_the_start_are_known() {
    let now = Timestamp::now().0;
    let sim = Sim::builder().rate(0.0).war_start(Timestamp(now)).start().await.unwrap();
    let [started, ended] = [MetagameEventState::STARTED, MetagameEventState::ENDED];
    // One runs, one has ended, and one is long overdue.
    for (instance, at, state) in [(1, 600, started), (2, 900, started), (2, 60, ended), (3, 7_000, started)] {
        sim.publish(&alert(instance, now - at, state));
    }
    let diary = Diary::default();
    let (starts, ends) = (diary.clone(), diary.clone());
    let client = client(&sim)
        .trigger(Trigger::on::<AlertStart>().named("starts").worlds([OSPREY]).action(move |start: AlertStart| {
            starts.note(format!(
                "{} has run for {} s: {}",
                start.instance_id,
                now - start.timestamp.0,
                start.recovered
            ));
        }))
        .trigger(Trigger::on::<AlertEnd>().named("ends").worlds([OSPREY]).action(move |end: AlertEnd| {
            assert_eq!(end.cause, AlertEndCause::Ended);
            ends.note(format!("{} ended after {:?}: {:?}", end.instance_id, end.duration, end.winner));
        }))
        .build()
        .unwrap();
    let running = start(&client).await;
    until("the running alert", || diary.read() == ["1 has run for 600 s: true"]).await;
    subscription(&sim).await;
    sim.publish(&alert(1, now, ended));
    let lines =
        ["1 has run for 600 s: true".to_owned(), format!("1 ended after Some(600s): {:?}", Some(FactionId::TR))];
    until("the end of the alert", || diary.read() == lines).await;
    stop(&client, running).await;
    assert_eq!(diary.read(), lines);
}

#[tokio::test]
async fn what_is_held_when_the_client_stops_is_delivered() {
    let sim = remembering().await;
    let (diary, now) = (Diary::default(), Timestamp::now().0);
    let ends = diary.clone();
    let logins = diary.clone();
    let client = client(&sim)
        .trigger(Trigger::on::<SessionEnd>().named("ends").action(move |end: SessionEnd| {
            assert_eq!(end.cause, SessionEndCause::Logout);
            ends.note(format!("{} was online for {:?}", end.character_id, end.duration));
        }))
        .trigger(Trigger::on::<PlayerLogout>().named("logouts").action(move |_: PlayerLogout| logins.note("logout")))
        .build()
        .unwrap();
    let running = start(&client).await;
    subscription(&sim).await;
    sim.publish(&frame("PlayerLogin", now, r#""character_id":"5""#));
    sim.publish(&frame("PlayerLogout", now + 2, r#""character_id":"5""#));
    until("the logout", || !diary.read().is_empty()).await;
    stop(&client, running).await;
    assert_eq!(diary.read(), ["logout", "5 was online for Some(2s)"]);
}
