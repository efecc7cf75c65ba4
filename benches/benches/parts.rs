//! The parts of the way of an event: parsing, merging, and dispatching.
//!
//! `cargo bench -p auraxis-bench --bench parts`
#![allow(missing_docs, clippy::unwrap_used)]

use std::{hint::black_box, time::Duration};

use auraxis::prelude::*;
use auraxis_bench::Traffic;
use auraxis_core::{frame::Frame, stream::Merge};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use futures_util::FutureExt;

/// How many events are processed in an iteration.
const EVENTS: usize = 1_000;

/// The victim of all deaths. Triggers that do not match filter by other characters.
const VICTIM: u64 = 5_428_010_618_015_189_713;

fn parse(criterion: &mut Criterion) {
    let traffic = Traffic::new();
    let usual = &traffic.texts()[..EVENTS];
    // Another order of keys, and one new key.
    let unordered: Vec<_> =
        usual.iter().map(|text| text.replace(r#"{"payload":{"#, r#"{"payload":{"a_new_key":"1","#)).collect();
    let spaced: Vec<_> = usual.iter().map(|text| format!(" {text}")).collect();
    let escaped: Vec<_> = usual.iter().map(|text| text.replace('"', "\\\"")).collect();
    let mut group = criterion.benchmark_group("parse");
    group.throughput(Throughput::Elements(EVENTS as u64));
    for (name, texts) in [("usual layout", usual), ("new key", &unordered), ("white space", &spaced)] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| texts.iter().for_each(|text| drop(black_box(Frame::parse(black_box(text))))));
        });
    }
    group.bench_function("in a recording", |bencher| {
        bencher.iter(|| escaped.iter().for_each(|text| drop(black_box(Frame::parse_escaped(black_box(text))))));
    });
    group.bench_function("serde_json, into a value", |bencher| {
        bencher.iter(|| {
            for text in usual {
                drop(black_box(serde_json::from_str::<serde_json::Value>(black_box(text))));
            }
        });
    });
    group.finish();
}

fn merge(criterion: &mut Criterion) {
    let traffic = Traffic::new();
    let events: Vec<_> = traffic.texts()[..EVENTS].iter().map(|text| event(text)).collect();
    let mut group = criterion.benchmark_group("merge");
    group.throughput(Throughput::Elements(EVENTS as u64));
    for links in [1, 2] {
        group.bench_function(BenchmarkId::new("links", links), |bencher| {
            let (mut merge, mut now_ms) = (Merge::default(), 0_i64);
            bencher.iter(|| {
                now_ms += 3_000;
                // The time makes each event a new one.
                for (at, event) in (0..).zip(&events) {
                    let fingerprint = event.fingerprint(now_ms.unsigned_abs());
                    for link in 0..links {
                        black_box(merge.arrive(fingerprint, event.can_have_twins(), link, now_ms + at * 3));
                    }
                }
            });
        });
    }
    group.finish();
}

fn dispatch(criterion: &mut Criterion) {
    let deaths: Vec<_> = (0..EVENTS as u64).map(death).collect();
    let mut group = criterion.benchmark_group("dispatch");
    group.throughput(Throughput::Elements(EVENTS as u64));
    let run = |client: &Client, deaths: Vec<Event>| {
        for death in deaths {
            client.dispatch(death).now_or_never().unwrap().unwrap();
        }
    };
    let handle = |death: Death| drop(black_box(death));
    for triggers in [0_u64, 1, 100, 10_000] {
        group.bench_function(BenchmarkId::new("triggers on one character each", triggers), |bencher| {
            let client = Client::builder().build().unwrap();
            for character in (VICTIM..).step_by(16).take(usize::try_from(triggers).unwrap()) {
                let trigger = Trigger::on::<Death>().characters([CharacterId(character)]).action(handle);
                client.add(trigger).unwrap();
            }
            // Indexes the triggers, and updates the subscription after a short time.
            run(&client, deaths.clone());
            std::thread::sleep(Duration::from_millis(50));
            run(&client, deaths.clone());
            bencher.iter_batched(|| deaths.clone(), |deaths| run(&client, deaths), BatchSize::SmallInput);
        });
    }
    group.finish();
}

fn event(text: &str) -> Event {
    match Frame::parse(text) {
        Ok(Frame::Event(event)) => event,
        other => panic!("not an event: {other:?}"),
    }
}

fn death(number: u64) -> Event {
    event(&format!(
        r#"{{"payload":{{"attacker_character_id":"{}","attacker_fire_mode_id":"1","attacker_loadout_id":"1","attacker_vehicle_id":"0","attacker_weapon_id":"7","character_id":"{VICTIM}","character_loadout_id":"1","event_name":"Death","is_headshot":"1","timestamp":"1","world_id":"1","zone_id":"2"}},"type":"x"}}"#,
        VICTIM + 1 + 2 * number
    ))
}

criterion_group!(parts, parse, merge, dispatch);
criterion_main!(parts);
