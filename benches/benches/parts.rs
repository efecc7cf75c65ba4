//! Parts of the path of an event: parsing and merging. `cargo bench -p auraxis-runtime` measures dispatching.
//!
//! `cargo bench -p auraxis-bench --bench parts`
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use auraxis::prelude::*;
use auraxis_bench::Traffic;
use auraxis_core::{frame::Frame, stream::Merge};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// How many events are processed in an iteration.
const EVENTS: usize = 1_000;

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

fn event(text: &str) -> Event {
    match Frame::parse(text) {
        Ok(Frame::Event(event)) => event,
        other => panic!("not an event: {other:?}"),
    }
}

criterion_group!(parts, parse, merge);
criterion_main!(parts);
