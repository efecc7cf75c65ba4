//! Recovery of missed events from REST.

use auraxis::{ClientBuilder, OverflowPolicy, TriggerBuilder};
use auraxis_core::{
    delivery::{Delivered, Origin},
    frame::Frame,
};
use auraxis_sim::RestFault;

use super::*;

/// The delay between the end of a gap and the requests.
const DELAY: Duration = Duration::from_millis(300);

/// The events that a client received, with where they were received from, and the gaps.
#[derive(Clone, Debug, Default)]
struct Received {
    events: Arc<Mutex<Vec<(String, Origin)>>>,
    gaps: Arc<Mutex<Vec<Gap>>>,
}

impl Received {
    /// A client that recovers events, with a trigger for these events.
    fn client(&self, sim: &Sim, events: impl FnOnce() -> TriggerBuilder<Event>) -> ClientBuilder {
        let (received, gaps) = (Arc::clone(&self.events), Arc::clone(&self.gaps));
        let events = events().named("events").delivered().action(move |event: Delivered<Event>| {
            received.lock().unwrap().push((event.to_frame(), event.origin()));
        });
        let gaps = Trigger::on::<Gap>().named("gaps").action(move |gap: Gap| gaps.lock().unwrap().push(gap));
        let client = client(sim).verify_interval(Duration::from_secs(1)).backfill(true).backfill_delay(DELAY);
        client.trigger(events).trigger(gaps)
    }

    fn frames(&self) -> Vec<String> {
        self.events.lock().unwrap().iter().map(|(frame, _)| frame.clone()).collect()
    }

    /// The frames of events that were recovered.
    fn recovered(&self) -> Vec<String> {
        let events = self.events.lock().unwrap();
        events.iter().filter(|(_, origin)| *origin == Origin::Backfill).map(|(frame, _)| frame.clone()).collect()
    }

    fn count(&self, frame: &str) -> usize {
        self.frames().iter().filter(|received| *received == frame).count()
    }

    fn is_in_a_gap(&self, frame: &str) -> bool {
        let event = parse(frame);
        let (at, world) = (event.timestamp().unwrap(), event.world_id().unwrap());
        let is_within = |gap: &Gap| gap.from <= at && gap.to.is_none_or(|to| at <= to);
        let is_missing = |gap: &Gap| gap.worlds.contains(&world) && gap.kinds.contains(event.kind());
        self.gaps.lock().unwrap().iter().any(|gap| is_within(gap) && is_missing(gap))
    }

    fn closed_gaps(&self) -> usize {
        self.gaps.lock().unwrap().iter().filter(|gap| gap.to.is_some()).count()
    }
}

fn parse(frame: &str) -> Event {
    match Frame::parse(frame) {
        Ok(Frame::Event(event)) => event,
        other => panic!("{frame}: {other:?}"),
    }
}

fn captures() -> TriggerBuilder<Event> {
    Trigger::builder::<Event>().on::<FacilityControl>().on::<ContinentLock>()
}

fn capture(facility: u32) -> String {
    capture_at(facility, Timestamp::now())
}

fn capture_at(facility: u32, at: Timestamp) -> String {
    format!(
        r#"{{"payload":{{"duration_held":"906","event_name":"FacilityControl","facility_id":"{facility}","new_faction_id":"1","old_faction_id":"3","outfit_id":"37511594860086186","timestamp":"{}","world_id":"40","zone_id":"4"}},"service":"event","type":"serviceMessage"}}"#,
        at.0
    )
}

/// A simulator that only sends what the test publishes, and records it.
async fn recorded() -> Sim {
    Sim::builder().rate(0.0).war_start(Timestamp::now()).keep_truth().start().await.unwrap()
}

fn inject(sim: &Sim, fault: &str) {
    sim.inject(fault.parse::<auraxis_sim::Injection>().unwrap());
}

/// Publishes a capture every 10 ms until the condition holds.
async fn capture_until(sim: &Sim, first: &mut u32, mut holds: impl FnMut() -> bool) {
    let patience = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < patience, "the condition never holds");
        sim.publish(&capture(*first));
        *first += 1;
        sleep(Duration::from_millis(10)).await;
    }
}

/// The frames of all published events: those that were sent, and those that were not.
fn published(sim: &Sim) -> (Vec<String>, Vec<String>) {
    let events = sim.truth().into_iter().filter_map(|entry| match entry {
        TruthEntry::Event { frame, links, .. } => Some((frame, links)),
        _ => None,
    });
    let (sent, missed): (Vec<_>, Vec<_>) = events.partition(|(_, links)| !links.is_empty());
    let frames = |events: Vec<(String, Vec<u64>)>| events.into_iter().map(|(frame, _)| frame).collect();
    (frames(sent), frames(missed))
}

/// Captures during these faults. Returns the log, the simulator and what was received.
async fn run(backfill: bool, faults: &[&str]) -> (String, Sim, Received) {
    let (log, sim, received) = (Log::start(), recorded().await, Received::default());
    let client = received.client(&sim, captures).backfill(backfill).build().unwrap();
    let running = start(&client).await;
    subscription(&sim).await;
    let mut facility = 1;
    for (before, fault) in faults.iter().enumerate() {
        let start = facility;
        capture_until(&sim, &mut facility, || received.count(&sim_frame(&sim, start)) > 0).await;
        inject(&sim, fault);
        if fault.starts_with("reset") {
            sim.refuse(true);
            let until = Instant::now() + Duration::from_millis(300);
            capture_until(&sim, &mut facility, || Instant::now() > until).await;
            sim.refuse(false);
        }
        capture_until(&sim, &mut facility, || received.closed_gaps() > before).await;
        let end = Instant::now() + DELAY + Duration::from_millis(500);
        let is_done =
            || if backfill { log.read().matches("backfilled ").count() > before } else { Instant::now() > end };
        capture_until(&sim, &mut facility, is_done).await;
    }
    let last = capture(facility);
    sim.publish(&last);
    until("the last capture", || received.count(&last) == 1).await;
    stop(&client, running).await;
    (log.read(), sim, received)
}

/// The frame of a published capture, or nothing.
fn sim_frame(sim: &Sim, facility: u32) -> String {
    let is_it = |frame: &String| frame.contains(&format!(r#""facility_id":"{facility}""#));
    published(sim).0.into_iter().find(is_it).unwrap_or_default()
}

#[tokio::test]
async fn captures_that_the_stream_missed_are_recovered_once() {
    let (log, sim, received) = run(true, &["forget event FacilityControl", "reset"]).await;
    let (sent, missed) = published(&sim);
    assert!(sent.len() > 20 && missed.len() > 20, "{} sent, {} missed", sent.len(), missed.len());
    for frame in sent.iter().chain(&missed) {
        assert_eq!(received.count(frame), 1, "{frame}\n{log}");
    }
    assert!(missed.iter().all(|frame| received.is_in_a_gap(frame)));
    assert_eq!(received.frames().len(), sent.len() + missed.len());
    let recovered = received.recovered();
    assert!(recovered.len() == missed.len() && missed.iter().all(|frame| recovered.contains(frame)));
    assert!(recovered.is_sorted_by_key(|frame| parse(frame).timestamp()), "{recovered:?}");
    assert!(!log.contains("(0 were known)"), "{log}");
    let requests = sim.requests();
    assert!(
        requests.iter().all(|request| request.contains("world_event?world_id=") && request.contains("type=FACILITY&")),
        "{requests:?}"
    );
}

#[tokio::test]
async fn without_backfill_missed_captures_are_only_reported() {
    let (log, sim, received) = run(false, &["reset"]).await;
    let (sent, missed) = published(&sim);
    assert!(!missed.is_empty());
    assert!(sent.iter().all(|frame| received.count(frame) == 1));
    assert!(missed.iter().all(|frame| received.count(frame) == 0 && received.is_in_a_gap(frame)));
    assert!(sim.requests().is_empty() && !log.contains("backfill"), "{log}");
}

/// A client whose connection was reset and refused while `missed` was published.
async fn missing(sim: &Sim, client: ClientBuilder, received: &Received, missed: &[String]) -> (Client, Running) {
    let client = client.build().unwrap();
    let running = start(&client).await;
    subscription(sim).await;
    sim.refuse(true);
    sim.drop_connections();
    until("the loss of the connection", || !received.gaps.lock().unwrap().is_empty()).await;
    for frame in missed {
        assert_eq!(sim.publish(frame), 0);
    }
    sim.refuse(false);
    until("the end of the gap", || received.closed_gaps() > 0).await;
    (client, running)
}

type Running = tokio::task::JoinHandle<auraxis::Result>;

#[tokio::test]
async fn deaths_of_watched_characters_are_recovered_once() {
    let (log, sim, received) = (Log::start(), recorded().await, Received::default());
    let deaths = || Trigger::builder::<Event>().on::<Death>().characters([1_u64, 2]);
    let now = Timestamp::now().0;
    // REST lists the first twice, as a kill of one character and as a death of the other.
    let missed = [(1, 2), (3, 2), (1, 3), (3, 4)].map(|(attacker, victim)| common::death(attacker, victim, now, 1));
    let (client, running) = missing(&sim, received.client(&sim, deaths), &received, &missed).await;
    log.says("backfilled 3 events (0 were known)").await;
    let mut frames = received.frames();
    frames.sort();
    let without_teams =
        |frame: &String| frame.replace(r#","attacker_team_id":"1""#, "").replace(r#","team_id":"2""#, "");
    let mut expected: Vec<_> = missed[..3].iter().map(without_teams).collect();
    expected.sort();
    assert_eq!(frames.iter().map(without_teams).collect::<Vec<_>>(), expected);
    stop(&client, running).await;
}

#[tokio::test]
async fn more_events_than_fit_in_a_page_are_recovered() {
    let (log, sim, received) = (Log::start(), recorded().await, Received::default());
    let now = Timestamp::now().0;
    let missed: Vec<_> = (0..2_500).map(|n| capture_at(n + 1, Timestamp(now - i64::from(n % 3)))).collect();
    let client =
        received.client(&sim, || captures().worlds([WorldId::SOLTECH]).queue(4).overflow(OverflowPolicy::Block));
    let (client, running) = missing(&sim, client, &received, &missed).await;
    log.says("backfilled 2500 events (0 were known)").await;
    assert!(missed.iter().all(|frame| received.count(frame) == 1));
    assert_eq!(sim.requests().len(), 3);
    stop(&client, running).await;
}

#[tokio::test]
async fn an_event_that_the_stream_sends_after_rest_is_dropped() {
    let (log, sim, received) = (Log::start(), recorded().await, Received::default());
    let missed = [capture(1)];
    let (client, running) = missing(&sim, received.client(&sim, captures), &received, &missed).await;
    log.says("backfilled 1 events").await;
    assert_eq!(sim.publish(&missed[0]), 1);
    let next = capture(2);
    sim.publish(&next);
    until("the next event", || received.count(&next) == 1).await;
    assert_eq!(received.frames(), [missed[0].clone(), next]);
    stop(&client, running).await;
    assert!(log.read().contains("the stream sent 1 events after REST"), "{}", log.read());
}

#[tokio::test]
async fn a_failure_of_rest_is_reported_with_the_gap() {
    let (log, sim, received) = (Log::start(), recorded().await, Received::default());
    sim.rest_fault(Some(RestFault::BadRequest));
    let client = received.client(&sim, || captures().worlds([WorldId::SOLTECH]));
    let (client, running) = missing(&sim, client, &received, &[capture(1)]).await;
    log.says("cannot backfill gap 1 (worlds 40; ContinentLock, FacilityControl; ").await;
    let next = capture(2);
    sim.publish(&next);
    until("the next event", || received.count(&next) == 1).await;
    assert_eq!(received.frames(), [next]);
    assert!(!log.read().contains("backfilled"), "{}", log.read());
    stop(&client, running).await;
}

#[tokio::test]
async fn gaps_that_are_not_backfilled_when_the_client_stops_are_reported() {
    let (log, sim, received) = (Log::start(), recorded().await, Received::default());
    let client = received.client(&sim, captures).backfill_delay(Duration::from_mins(1));
    let (client, running) = missing(&sim, client, &received, &[capture(1)]).await;
    stop(&client, running).await;
    let text = log.read();
    assert!(text.contains("the client stopped before these gaps were backfilled; gap 1 (all worlds"), "{text}");
    assert!(sim.requests().is_empty());
}
