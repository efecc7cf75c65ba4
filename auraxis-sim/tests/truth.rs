//! The truth, and clients scored against it.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use std::time::Duration;

use auraxis_core::time::Timestamp;
use auraxis_sim::{Builder, Fault, Scorer, Sim, TruthEntry};
use common::{TestClient, experience};
use tokio::time::sleep;

const START: Timestamp = Timestamp(1_700_000_000);

fn builder() -> Builder {
    Sim::builder().seed(4).rate(2_000.0).war_start(START).keep_truth()
}

/// Each event, and the fault that kept it from everybody.
fn events(truth: &[TruthEntry]) -> Vec<(String, Option<String>)> {
    let event = |entry: &TruthEntry| match entry {
        TruthEntry::Event { frame, withheld, .. } => Some((frame.clone(), withheld.clone())),
        _ => None,
    };
    truth.iter().filter_map(event).collect()
}

fn score(sim: &Sim, got: &[String]) -> auraxis_sim::Score {
    Scorer::new(&sim.truth()).score(got.iter().map(String::as_str))
}

/// Takes so many frames of events.
async fn listen(client: &mut TestClient, many: usize) -> Vec<String> {
    let mut got = Vec::new();
    while got.len() < many {
        got.extend(Some(client.receive().await).filter(|text| text.contains("event_name")));
    }
    got
}

#[tokio::test]
async fn the_war_and_its_faults_do_not_depend_on_clients_or_time() {
    let script = "at 100ms silence world 1 for 150ms\nat 200ms twin next 5\nat 250ms unknown event\nat 300ms reset";
    let run = |count: usize| async move {
        let sim = builder().faults(script.parse().unwrap()).start().await.unwrap();
        let mut clients = Vec::new();
        for _ in 0..count {
            let mut client = TestClient::connect(&sim).await;
            client.send(common::EVERYTHING).await;
            clients.push(client);
        }
        while events(&sim.truth()).len() < 1_200 {
            sleep(Duration::from_millis(50)).await;
        }
        events(&sim.truth()).into_iter().take(1_200).collect::<Vec<_>>()
    };
    let (alone, watched) = (run(0).await, run(4).await);
    assert_eq!(alone, watched);
    assert!(alone.iter().any(|(_, withheld)| withheld.as_deref() == Some("silence world 1")));
    assert!(alone.iter().any(|(frame, _)| frame.contains("OrbitalStrike")));
}

#[tokio::test]
async fn who_hears_everything_is_perfect_even_through_a_reset() {
    let sim = builder().start().await.unwrap();
    let mut client = TestClient::connect(&sim).await;
    client.send(common::EVERYTHING).await;
    let mut got = listen(&mut client, 500).await;
    sim.inject(Fault::Reset);
    while let Some(message) = client.next().await {
        got.push(message.into_text().unwrap().to_string());
    }
    sleep(Duration::from_millis(100)).await;
    let mut client = TestClient::connect(&sim).await;
    client.send(common::EVERYTHING).await;
    got.extend(listen(&mut client, 500).await);

    let result = score(&sim, &got);
    assert!(result.is_perfect() && result.received >= 1_000 && result.out_of_order == 0, "{result}");
}

#[tokio::test]
async fn mistakes_are_counted_each_by_its_sort() {
    let sim = Sim::builder().rate(0.0).keep_truth().start().await.unwrap();
    let mut client = TestClient::connect(&sim).await;
    client.subscribe().await;
    sim.inject(Fault::Twin { next: 1 });
    for amount in 1..=4 {
        sim.publish(&experience(1, amount));
    }
    let got = listen(&mut client, 5).await;
    assert!(score(&sim, &got).is_perfect());
    // The link ends so much later that nothing can have been lost on the way.
    sleep(Duration::from_millis(2_050)).await;
    sim.inject(Fault::Cut);

    let pick = |order: &[usize]| order.iter().map(|at| got[*at].clone()).collect::<Vec<_>>();
    let once_too_often = score(&sim, &pick(&[0, 1, 2, 2, 3, 4]));
    assert_eq!((once_too_often.duplicated, once_too_often.is_perfect()), (1, false));
    let a_twin_too_many = score(&sim, &pick(&[0, 1, 0, 2, 3, 4]));
    assert_eq!(a_twin_too_many.duplicated, 1);
    let without_a_twin = score(&sim, &pick(&[0, 2, 3, 4]));
    assert_eq!(without_a_twin.missing, [2]);
    let in_another_order = score(&sim, &pick(&[0, 1, 3, 2, 4]));
    assert_eq!((in_another_order.out_of_order, in_another_order.is_perfect()), (1, true));
    let mut made_up = pick(&[0, 1, 2, 3, 4]);
    made_up.push(experience(1, 9));
    assert_eq!(score(&sim, &made_up).extra, [experience(1, 9)]);
    let nothing = score(&sim, &[]);
    assert_eq!((nothing.expected, nothing.missing.len(), nothing.in_flight), (5, 5, 0));
}

#[tokio::test]
async fn what_nobody_could_have_is_told_apart_from_what_is_missing() {
    let sim = Sim::builder().rate(0.0).keep_truth().start().await.unwrap();
    sim.publish(&experience(1, 1));
    let mut client = TestClient::connect(&sim).await;
    sim.publish(&experience(1, 2));
    client.subscribe().await;
    sim.inject("silence world 40 for 1m".parse::<Fault>().unwrap());
    sim.publish(&experience(40, 3));
    sim.publish(&experience(1, 4));
    let got = listen(&mut client, 1).await;

    let subscription = sim.subscriptions()[0].meaning();
    let scorer = Scorer::new(&sim.truth()).expect_subscription(&subscription);
    let result = scorer.score(got.iter().map(String::as_str));
    assert_eq!((result.expected, result.received, result.is_perfect()), (4, 1, true));
    assert_eq!((result.away, result.unsent, result.withheld), (1, 1, 1));
    let nothing = scorer.except("GainExperience").score(got.iter().map(String::as_str));
    assert_eq!((nothing.expected, nothing.received), (0, 0));
}

#[tokio::test]
async fn a_truth_file_says_the_same_as_the_memory() {
    let path = std::env::temp_dir().join(format!("auraxis-sim-truth-{}.ndjson", std::process::id()));
    let sim = Sim::builder().rate(0.0).truth_file(&path).start().await.unwrap();
    let mut client = TestClient::connect(&sim).await;
    client.subscribe().await;
    sim.publish(&experience(1, 1));
    sim.inject("silence world 1 for 1m".parse::<Fault>().unwrap());
    sim.publish(&experience(1, 2));
    sim.inject(Fault::Close { code: 1001 });
    assert_eq!(sim.truth(), []);
    sim.shutdown().await;

    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let truth: Vec<TruthEntry> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let sorts: Vec<_> = truth
        .iter()
        .map(|entry| match entry {
            TruthEntry::War { .. } => "war",
            TruthEntry::Opened { link: 0, .. } => "opened",
            TruthEntry::Subscribed { link: 0, .. } => "subscribed",
            TruthEntry::Event { number: 1, links, withheld: None, .. } if *links == [0] => "sent",
            TruthEntry::Event { number: 2, links, withheld: Some(_), .. } if links.is_empty() => "withheld",
            TruthEntry::Fault { .. } => "fault",
            TruthEntry::Closed { why, .. } if why == "close 1001" => "closed",
            _ => "?",
        })
        .collect();
    assert_eq!(sorts, ["war", "opened", "subscribed", "sent", "fault", "withheld", "fault", "closed"]);
}

#[tokio::test]
async fn chaos_is_survived_by_the_simulator_and_told_in_the_truth() {
    let script = "every 5ms anything on one link".parse().unwrap();
    let sim = builder().faults(script).chaos(3).start().await.unwrap();
    let faults = || sim.truth().iter().filter(|entry| matches!(entry, TruthEntry::Fault { .. })).count();
    let begun = std::time::Instant::now();
    while faults() < 150 {
        assert!(begun.elapsed() < Duration::from_secs(20));
        let url = format!("{}?environment=ps2&service-id=s:example", sim.ess_url());
        if let Ok((mut socket, _)) = tokio_tungstenite::connect_async(url).await {
            use futures_util::{SinkExt as _, StreamExt as _};
            let _ = socket.send(common::EVERYTHING.into()).await;
            let _ = tokio::time::timeout(Duration::from_millis(100), async { while socket.next().await.is_some() {} })
                .await;
        }
    }
    tokio::time::timeout(Duration::from_secs(5), sim.shutdown()).await.unwrap();
}
