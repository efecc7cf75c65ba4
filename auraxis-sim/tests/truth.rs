//! The ground truth, and clients that are scored against it.

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

/// Returns the frame of each event, and the fault that withheld it.
fn events(truth: &[TruthEntry]) -> Vec<(String, Option<String>)> {
    let event = |entry: &TruthEntry| match entry {
        TruthEntry::Event { frame, withheld, .. } => Some((frame.clone(), withheld.clone())),
        _ => None,
    };
    truth.iter().filter_map(event).collect()
}

fn score(sim: &Sim, received: &[String]) -> auraxis_sim::Score {
    Scorer::new(&sim.truth()).settle(Duration::ZERO).score(received.iter().map(String::as_str))
}

/// Receives this number of events.
async fn receive_events(client: &mut TestClient, many: usize) -> Vec<String> {
    let mut received = Vec::new();
    while received.len() < many {
        received.extend(Some(client.receive().await).filter(|text| text.contains("event_name")));
    }
    received
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
async fn a_client_that_receives_everything_is_perfect_even_after_a_reset() {
    let sim = builder().start().await.unwrap();
    let mut client = TestClient::connect(&sim).await;
    client.send(common::EVERYTHING).await;
    let mut received = receive_events(&mut client, 500).await;
    sim.inject(Fault::Reset);
    while let Some(message) = client.next().await {
        received.push(message.into_text().unwrap().to_string());
    }
    sleep(Duration::from_millis(100)).await;
    let mut client = TestClient::connect(&sim).await;
    client.send(common::EVERYTHING).await;
    received.extend(receive_events(&mut client, 500).await);

    // The last events are still on their way.
    let result = Scorer::new(&sim.truth()).score(received.iter().map(String::as_str));
    assert!(result.is_perfect() && result.received >= 1_000 && result.out_of_order == 0, "{result}");
}

#[tokio::test]
async fn mistakes_are_counted_by_kind() {
    let sim = Sim::builder().rate(0.0).keep_truth().start().await.unwrap();
    let mut client = TestClient::connect(&sim).await;
    client.subscribe().await;
    sim.inject(Fault::Twin { next: 1 });
    for amount in 1..=4 {
        sim.publish(&experience(1, amount));
    }
    let received = receive_events(&mut client, 5).await;
    assert!(score(&sim, &received).is_perfect());
    // The link is closed late enough that no event counts as lost in flight.
    sleep(Duration::from_millis(2_050)).await;
    sim.inject(Fault::Cut);

    let pick = |order: &[usize]| order.iter().map(|at| received[*at].clone()).collect::<Vec<_>>();
    let once_too_often = score(&sim, &pick(&[0, 1, 2, 2, 3, 4]));
    assert_eq!((once_too_often.once, &*once_too_often.twice), (4, &[3][..]));
    assert!(!once_too_often.is_perfect() && !once_too_often.is_honest());
    let a_twin_too_many = score(&sim, &pick(&[0, 1, 0, 2, 3, 4]));
    assert_eq!(a_twin_too_many.twice.len(), 1);
    let without_a_twin = score(&sim, &pick(&[0, 2, 3, 4]));
    assert_eq!((&*without_a_twin.missing, &*without_a_twin.silent), (&[2][..], &[2][..]));
    let in_another_order = score(&sim, &pick(&[0, 1, 3, 2, 4]));
    assert_eq!((in_another_order.out_of_order, in_another_order.is_perfect()), (1, true));
    let mut made_up = pick(&[0, 1, 2, 3, 4]);
    made_up.push(experience(1, 9));
    assert_eq!(score(&sim, &made_up).extra, [experience(1, 9)]);
    let nothing = score(&sim, &[]);
    assert_eq!((nothing.expected, nothing.missing.len(), nothing.in_flight), (5, 5, 0));
}

#[tokio::test]
async fn events_that_no_client_could_receive_are_not_missing() {
    let sim = Sim::builder().rate(0.0).keep_truth().start().await.unwrap();
    sim.publish(&experience(1, 1));
    let mut client = TestClient::connect(&sim).await;
    sim.publish(&experience(1, 2));
    client.subscribe().await;
    sim.inject("silence world 40 for 1m".parse::<Fault>().unwrap());
    sim.publish(&experience(40, 3));
    sim.publish(&experience(1, 4));
    let received = receive_events(&mut client, 1).await;

    let subscription = sim.subscriptions()[0].meaning();
    let scorer = Scorer::new(&sim.truth()).settle(Duration::ZERO).expect(|event| subscription.admits(event));
    let result = scorer.score(received.iter().map(String::as_str));
    // What happened before the subscription is not expected.
    assert_eq!((result.expected, result.received, result.is_perfect()), (2, 1, true));
    assert_eq!((result.away, result.unsent, result.withheld), (0, 0, 1));
    assert_eq!((result.once, result.small, result.is_honest()), (1, 1, true));
    let nothing = scorer.except("GainExperience").score(received.iter().map(String::as_str));
    assert_eq!((nothing.expected, nothing.received), (0, 0));
}

#[tokio::test]
async fn lost_events_are_reported_small_or_silent() {
    // Runs through a fault, and scores a client that received nothing of it but reported `gap`.
    let run = async |fault: &str, events: u32, gap: &str| {
        let sim = Sim::builder().rate(0.0).keep_truth().start().await.unwrap();
        let mut client = TestClient::connect(&sim).await;
        client.subscribe().await;
        sim.inject(fault.parse::<Fault>().unwrap());
        for amount in 1..=events {
            sim.publish(&experience(1, amount));
        }
        let score = Scorer::new(&sim.truth()).settle(Duration::ZERO).score([gap]);
        (score.expected, score.reported, score.small, score.silent.len())
    };
    let silence = "silence link for 1m";
    assert_eq!(run(silence, 6, "").await, (6, 0, 6, 0));
    assert_eq!(run(silence, 7, "").await, (7, 0, 0, 7));
    assert_eq!(run("silence world 1 for 1m", 6, "").await, (6, 0, 6, 0));
    assert_eq!(run("silence world 1 for 1m", 7, "").await, (7, 0, 0, 7));
    // A forgotten subscription is no silence, and what happens in the meantime is expected all the same.
    assert_eq!(run("forget everything", 1, "").await, (1, 0, 0, 1));
    assert_eq!(run("reset", 1, "").await, (1, 0, 0, 1));
    for (gap, reported) in [
        (r#"{"gap":{"from":1699999999,"to":1700000000}}"#, 7),
        (r#"{"gap":{"from":1699999999,"to":null,"worlds":[1],"kinds":["GainExperience"]}}"#, 7),
        (r#"{"gap":{"from":1700000001}}"#, 0),
        (r#"{"gap":{"from":1699999999,"worlds":[40]}}"#, 0),
        (r#"{"gap":{"from":1699999999,"kinds":["Death"]}}"#, 0),
    ] {
        let score = run(silence, 7, gap).await;
        assert_eq!(score, (7, reported, 0, 7 - usize::try_from(reported).unwrap()), "{gap}");
    }
    // In the game, nothing happens on a world that is down.
    assert_eq!(run("down world 1 for 1m", 7, "").await, (0, 0, 0, 0));
}

#[tokio::test]
async fn only_a_doubled_frame_of_a_kind_with_twins_is_ambiguous() {
    let sim = Sim::builder().rate(0.0).keep_truth().start().await.unwrap();
    let mut client = TestClient::connect(&sim).await;
    client.subscribe().await;
    sim.inject(Fault::Duplicate { next: 2, after: 0 });
    let login = r#"{"payload":{"character_id":"5","event_name":"PlayerLogin","timestamp":"1","world_id":"1"},"service":"event","type":"serviceMessage"}"#;
    sim.publish(&experience(1, 1));
    sim.publish(login);
    sim.publish(&experience(1, 2));
    let received = receive_events(&mut client, 5).await;
    assert_eq!((score(&sim, &received).once, score(&sim, &received).ambiguous), (1, 1));
    assert_eq!(score(&sim, &received).twice, [2]);
    let thrice = [received, vec![experience(1, 1)]].concat();
    assert_eq!((score(&sim, &thrice).ambiguous, score(&sim, &thrice).twice), (0, vec![1, 2]));
}

#[tokio::test]
async fn a_truth_file_contains_the_same_entries() {
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
async fn the_simulator_survives_chaos_and_records_it() {
    let script = "every 5ms anything on one link".parse().unwrap();
    let sim = builder().faults(script).chaos(3).start().await.unwrap();
    let faults = || sim.truth().iter().filter(|entry| matches!(entry, TruthEntry::Fault { .. })).count();
    let started = std::time::Instant::now();
    while faults() < 150 {
        assert!(started.elapsed() < Duration::from_secs(20));
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
