//! Our client against each fault of the simulator: is every event received once, or reported as missing?
#![allow(clippy::unwrap_used)] // Helpers of tests.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use auraxis::prelude::*;
use auraxis_core::frame::Frame;
use auraxis_sim::{Script, Sim, TruthEntry};
use tokio::time::sleep;

mod common;

use common::{client, start, stop};

/// What became of the events of a war.
#[derive(Debug, Default, PartialEq, Eq)]
struct Figures {
    once: usize,
    twice: usize,
    reported: usize,
    silent: usize,
}

#[derive(Clone, Default)]
struct Received {
    events: Arc<Mutex<HashMap<String, usize>>>,
    gaps: Arc<Mutex<Vec<Gap>>>,
}

impl Received {
    fn triggers(&self) -> [Trigger; 2] {
        let (events, gaps) = (Arc::clone(&self.events), Arc::clone(&self.gaps));
        [
            Trigger::on::<Event>().named("events").action(move |event: Event| {
                *events.lock().unwrap().entry(event.to_frame()).or_default() += 1;
            }),
            Trigger::on::<Gap>().named("gaps").action(move |gap: Gap| gaps.lock().unwrap().push(gap)),
        ]
    }

    fn figures(&self, truth: &[TruthEntry], connected_ms: u64, end_ms: u64) -> Figures {
        let (mut received, gaps) = (self.events.lock().unwrap().clone(), self.gaps.lock().unwrap());
        let mut figures = Figures::default();
        for entry in truth {
            let TruthEntry::Event { at_ms, frame, .. } = entry else { continue };
            if *at_ms < connected_ms || *at_ms > end_ms {
                continue;
            }
            let Ok(Frame::Event(event)) = Frame::parse(frame) else { continue };
            match received.get_mut(&event.to_frame()) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    figures.once += 1;
                }
                _ if gaps.iter().any(|gap| covers(gap, &event)) => figures.reported += 1,
                _ => figures.silent += 1,
            }
        }
        let known: std::collections::HashSet<_> = truth
            .iter()
            .filter_map(|entry| match entry {
                TruthEntry::Event { at_ms, frame, .. } if *at_ms >= connected_ms && *at_ms <= end_ms => Some(frame),
                _ => None,
            })
            .filter_map(|frame| match Frame::parse(frame) {
                Ok(Frame::Event(event)) => Some(event.to_frame()),
                _ => None,
            })
            .collect();
        figures.twice = received.iter().filter(|(frame, _)| known.contains(*frame)).map(|(_, count)| count).sum();
        figures
    }
}

fn covers(gap: &Gap, event: &Event) -> bool {
    let world = event.world_id().is_none_or(|world| gap.worlds.contains(&world));
    let kind = gap.kinds.contains(event.kind());
    let at = event.timestamp().unwrap_or(gap.from);
    world && kind && at >= gap.from && gap.to.is_none_or(|to| at <= to)
}

async fn run(script: &str, seconds: u64) -> Figures {
    run_on(1, script, seconds).await
}

async fn run_on(links: u32, script: &str, seconds: u64) -> Figures {
    let script: Script = script.parse().unwrap();
    let sim = Sim::builder().rate(50.0).war_start(Timestamp::now()).keep_truth().faults(script).start().await.unwrap();
    let received = Received::default();
    let builder = client(&sim).verify_interval(Duration::from_secs(2)).redundancy(links);
    let client = received.triggers().into_iter().fold(builder, auraxis::ClientBuilder::trigger).build().unwrap();
    let running = start(&client).await;
    let last = |truth: &[TruthEntry]| truth.iter().rev().find_map(at_ms).unwrap_or_default();
    sleep(Duration::from_millis(500)).await;
    let connected_ms = last(&sim.truth());
    sleep(Duration::from_secs(seconds)).await;
    let end_ms = last(&sim.truth()).saturating_sub(1_000);
    sleep(Duration::from_secs(1)).await;
    stop(&client, running).await;
    received.figures(&sim.truth(), connected_ms, end_ms)
}

fn at_ms(entry: &TruthEntry) -> Option<u64> {
    match entry {
        TruthEntry::Event { at_ms, .. } => Some(*at_ms),
        _ => None,
    }
}

fn assert_nothing_is_silent(figures: &Figures, script: &str) {
    assert_eq!((figures.silent, figures.twice), (0, 0), "{script}: {figures:?}");
    assert!(figures.once > 0, "{script}: {figures:?}");
}

#[tokio::test]
async fn without_faults_every_event_is_received_once() {
    let figures = run("", 8).await;
    assert_nothing_is_silent(&figures, "");
    assert_eq!(figures.reported, 0, "{figures:?}");
}

#[tokio::test]
async fn forgotten_subscriptions_are_repaired_and_reported() {
    for script in ["at 4s forget event all", "at 4s forget world 40", "at 4s forget everything"] {
        let figures = run(script, 12).await;
        assert_nothing_is_silent(&figures, script);
        println!("{script}: {figures:?}");
    }
}

#[tokio::test]
async fn lost_connections_are_reported() {
    for script in ["at 4s reset", "at 4s close 1001", "at 4s cut"] {
        let figures = run(script, 12).await;
        assert_nothing_is_silent(&figures, script);
        println!("{script}: {figures:?}");
    }
}

#[tokio::test]
async fn redundant_links_miss_nothing_when_one_fails() {
    for script in
        ["", "at 4s reset on link 1", "at 4s forget everything on link 2", "at 4s silence link for 6s on link 1"]
    {
        let figures = run_on(2, script, 12).await;
        assert_nothing_is_silent(&figures, script);
        println!("2 links, {script}: {figures:?}");
        assert_eq!(figures.reported, 0, "{script}: {figures:?}");
    }
}

#[tokio::test]
async fn redundant_links_deliver_a_doubled_event_once() {
    let figures = run_on(2, "every 1s duplicate next 5 after 2", 8).await;
    // A doubled frame of experience cannot be told from two equal events.
    assert_eq!(figures.silent, 0, "{figures:?}");
    println!("2 links, duplicates: {figures:?}");
}

#[tokio::test]
async fn a_silent_link_is_found_and_replaced() {
    let script = "at 10s silence link for 2m";
    let figures = run(script, 50).await;
    assert_nothing_is_silent(&figures, script);
    println!("{script}: {figures:?}");
    assert!(figures.reported > 0 && figures.once > figures.reported, "{figures:?}");
}

#[tokio::test]
async fn a_silent_world_is_reported() {
    // The usual rate has to be learned first.
    let script = "at 110s silence world 1 for 45s";
    let figures = run(script, 160).await;
    println!("{script}: {figures:?}");
    assert_nothing_is_silent(&figures, script);
}
