//! Triggers that take their event with how it was received.

use std::time::Duration;

use auraxis::{
    Client,
    delivery::{Origin, Punctuality},
    prelude::*,
};

mod common;

use common::{Diary, client, death, quiet, start, stop, within};

one_of! {
    enum Fight { Death, VehicleDestroy }
}

type Obituary = Delivered<Death>;

#[trigger]
fn inferred(death: Delivered<Death>, diary: State<Diary>) {
    diary.note(format!("inferred {} {:?}", death.character_id, death.origin()));
}

#[trigger(Death)]
fn listed(death: Delivered<Death>, diary: State<Diary>) {
    diary.note(format!("listed {}", death.character_id));
}

#[trigger(Death)]
fn renamed(death: Obituary, diary: State<Diary>) {
    diary.note(format!("renamed {}", death.link()));
}

#[trigger(Death, BattleRankUp)]
fn several(event: Delivered<Event>, diary: State<Diary>) {
    diary.note(format!("several {}", event.name()));
}

#[trigger(Death, VehicleDestroy)]
fn either(fight: Delivered<Fight>, diary: State<Diary>) {
    match &*fight {
        Fight::Death(death) => diary.note(format!("either {}", death.character_id)),
        Fight::VehicleDestroy(vehicle) => diary.note(format!("either {}", vehicle.vehicle_id)),
    }
}

#[trigger(condition = |death| death.character_id == CharacterId(2), condition = is_recent, key = |death| death.character_id)]
fn filtered(death: Delivered<Death>, diary: State<Diary>) {
    diary.note(format!("filtered {}", death.character_id));
}

fn is_recent(death: &Delivered<Death>) -> bool {
    death.lag() < Duration::from_secs(30) && death.punctuality() == Punctuality::OnTime
}

#[tokio::test]
async fn the_attribute_accepts_every_form() {
    let diary = Diary::default();
    let client = Client::builder().registered().state(diary.clone()).build().unwrap();
    for victim in [2, 3] {
        let Ok(auraxis_core::frame::Frame::Event(event)) = death(1, victim, 1, 1).parse() else { panic!("an event") };
        within(client.dispatch(event)).await.unwrap();
    }
    let of_second = ["inferred 2 Program", "listed 2", "renamed 0", "several Death", "either 2", "filtered 2"];
    let of_third = ["inferred 3 Program", "listed 3", "renamed 0", "several Death", "either 3"];
    assert_eq!(diary.read(), [&of_second[..], &of_third].concat());
}

#[tokio::test]
async fn events_of_a_link_are_live_and_the_first_after_a_reconnection_is_marked() {
    let (sim, diary) = (quiet().await, Diary::default());
    let seen = diary.clone();
    let trigger = Trigger::on::<Death>().delivered().action(move |death: Delivered<Death>| {
        assert_eq!(death.origin(), Origin::Live);
        seen.note(format!("{} {:?} {}", death.character_id, death.punctuality(), death.after_gap()));
    });
    let reconnections = Trigger::builder::<Event>().on::<Connected>().action({
        let diary = diary.clone();
        move |event: Event| diary.note(event.name())
    });
    let client = client(&sim).trigger(trigger).trigger(reconnections).build().unwrap();
    let run = start(&client).await;
    let now = Timestamp::now().0;
    diary.entries(1).await;
    sim.publish(&death(1, 2, now, 1));
    sim.publish(&death(1, 3, now - 300, 1));
    sim.publish(&death(1, 4, now + 300, 1));
    diary.entries(4).await;

    sim.drop_connections();
    diary.entries(5).await;
    sim.publish(&death(1, 5, now, 1));
    sim.publish(&death(1, 6, now, 1));
    sim.publish(&death(1, 7, now, 10));
    diary.entries(8).await;
    stop(&client, run).await;
    let expected = [
        "Connected",
        "2 OnTime false",
        "3 Late false",
        "4 Early false",
        "Connected",
        "5 OnTime true",
        "6 OnTime false",
        "7 OnTime true",
    ];
    assert_eq!(diary.read(), expected);
}
