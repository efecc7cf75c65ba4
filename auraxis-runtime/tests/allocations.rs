//! What an event costs in memory, from its frame to its handlers.
//!
//! A task is an allocation too, so "no allocation" is "no task".

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use auraxis_core::{delivery::Delivered, event::*, frame::Frame, id::CharacterId};
use auraxis_runtime::{Client, Conditions, State, Trigger, TriggerBuilder};
use common::*;
use futures_util::FutureExt;

const EVENTS: u64 = 10_000;

struct Score(AtomicU64);

fn count(_: Death, score: State<Score>) {
    score.0.fetch_add(1, Ordering::Relaxed);
}

/// How many allocations the frame of an event without text costs, with these triggers, once things are warm.
#[track_caller]
fn assert_allocations(case: &str, triggers: impl IntoIterator<Item = Trigger>, per_event: u64) {
    let client = offline().state(Score(AtomicU64::new(0))).build().unwrap();
    for trigger in triggers {
        client.add(trigger).unwrap();
    }
    let frames = [
        frame(EventKind::Death, &[("attacker_character_id", 5), ("character_id", 6)]),
        frame(EventKind::Death, &[("attacker_character_id", 6), ("character_id", 7)]),
    ];
    // Without a runtime, for that would need memory of its own.
    let dispatch = |events| dispatch(&client, &frames, events).now_or_never().expect("nothing waits");
    dispatch(100);
    let counted = allocation_counter::measure(|| dispatch(EVENTS));
    assert_eq!(counted.count_total, per_event * EVENTS, "{case}");
}

async fn dispatch(client: &Client, frames: &[String], events: u64) {
    for frame in frames.iter().cycle().zip(0..events).map(|(frame, _)| frame) {
        match Frame::parse(frame) {
            Ok(Frame::Event(event)) => client.dispatch(event).await.unwrap(),
            other => panic!("not an event: {other:?}"),
        }
    }
}

fn on() -> TriggerBuilder<Death> {
    Trigger::on::<Death>()
}

#[test]
fn synchronous_handlers_cost_nothing_whatever_their_filters_conditions_and_order() {
    static SWITCH: AtomicBool = AtomicBool::new(true);
    let conditions = Arc::new(Conditions::new());
    conditions.push(|death: &Death| death.character_id > CharacterId(1));
    conditions.push(|death: &Death| death.zone_id.instance() == 0);
    let fallible = |_: Death| Ok::<_, std::io::Error>(());
    let triggers = [
        on().action(count),
        on().action(fallible),
        on().worlds([1, 17]).zones([1, 2]).characters([5, 6]).action(count),
        on().characters(4..100_000_u64).action(count),
        on().condition(|death: &Death| death.is_headshot).condition(&SWITCH).condition(true).action(count),
        on().condition(conditions).action(count),
        on().sequential().queue(0).action(count),
        on().key(|death| death.character_id).action(count),
        Trigger::on::<Event>().action(|_: Event| ()),
        on().delivered().key(Delivered::link).action(|_: Delivered<Death>| ()),
        Trigger::builder::<Event>().on::<Death>().on::<PlayerLogin>().characters([6]).action(|_: Event| ()),
    ];
    assert_allocations("several triggers", triggers, 0);
}

#[test]
fn an_event_that_no_trigger_takes_costs_nothing() {
    assert_allocations("no trigger", [], 0);
    let others = [
        Trigger::on::<PlayerLogin>().action(|_: PlayerLogin| ()),
        Trigger::builder::<Event>()
            .on_selector::<GainExperience>(GainExperience::filter_experience(7))
            .action(|_: Event| ()),
        on().characters([9]).action(count),
        on().worlds([9]).action(count),
        on().zones([9]).action(count),
        on().condition(false).action(count),
        on().condition(|death: &Death| death.attacker_character_id.is_none()).action(count),
    ];
    assert_allocations("triggers on other events", others, 0);
    let watching = (0..10_000_u64).map(|character| on().characters([1_000 + character]).action(count));
    assert_allocations("many triggers on other characters", watching, 0);
}

#[test]
fn an_asynchronous_handler_that_need_not_wait_costs_its_future_and_no_task() {
    assert_allocations("one", [on().action(|_: Death| async {})], 1);
    let sequential =
        || on().sequential().action(|death: Death, score: State<Score>| async move { count(death, score) });
    assert_allocations("three, one at a time", [sequential(), sequential(), sequential()], 3);
}
