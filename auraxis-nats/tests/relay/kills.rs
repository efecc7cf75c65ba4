//! Two relays of a busy war, which are killed and restarted, as is the broker: nothing is missing or stored twice.

use std::{
    process::Stdio,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use auraxis_core::event::EventKind;
use auraxis_sim::{Fault, Scorer, Sim};
use tokio::{process::Child, time::sleep};

use crate::{
    common::{NatsServer, context, header, messages, within},
    relay,
};

const RATE: f64 = 2_000.0;
const DURATION: Duration = Duration::from_secs(20);

/// Random numbers. The seed is the time, and is shown if a test fails.
struct Random(u64);

impl Random {
    fn new() -> Self {
        let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos();
        println!("seed {seed}");
        Self(u64::from(seed) | 1)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    async fn pause(&mut self) {
        sleep(Duration::from_millis(300 + self.below(1_200))).await;
    }
}

fn start(server: &NatsServer, sim: &Sim) -> Child {
    let (to, ess, rest) = (server.url(), sim.ess_url(), sim.rest_url());
    relay(&["--to", &to, "--service-id", "s:test", "--ess-url", &ess, "--rest-url", &rest, "--max-bytes", "100MB"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

async fn stop(mut child: Child) {
    let id = child.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let status = within(child.wait()).await.unwrap();
    assert!(status.success(), "{status}");
}

/// Checks that the stream has all events of the simulator once. Returns how many.
async fn check(server: &NatsServer, sim: &Sim) -> u64 {
    let truth = sim.truth();
    let stored = messages(&context(server).await, auraxis_nats::stream::EVENTS).await;
    let kind = |subject: &str| subject.rsplit_once('.').unwrap().1.to_owned();
    let is_own = |kind: &str| EventKind::SIGNALS.iter().chain(EventKind::DERIVED).any(|own| own.name() == kind);
    let (own, events): (Vec<_>, Vec<_>) = stored.iter().partition(|message| is_own(&kind(&message.subject)));
    let lines: Vec<_> = events.iter().map(|message| std::str::from_utf8(&message.payload).unwrap()).collect();
    let score = Scorer::new(&truth).score(lines);
    assert!(score.missing.is_empty() && score.twice.is_empty() && score.extra.is_empty(), "{score}");
    assert_eq!(score.once + score.ambiguous, score.expected, "{score}");
    for message in own {
        assert_ne!(kind(&message.subject), "Gap", "{}: {:?}", header(message, "Nats-Msg-Id").unwrap(), message.payload);
    }
    score.once
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_if_relays_and_brokers_are_killed() {
    let Some(mut server) = NatsServer::start() else { return };
    let sim = Sim::builder().rate(RATE).keep_truth().start().await.unwrap();
    let mut random = Random::new();
    let one = start(&server, &sim);
    let mut other = Some(start(&server, &sim));
    let (mut relay_kills, mut broker_kills) = (0, 0);
    let until = tokio::time::Instant::now() + DURATION;
    while tokio::time::Instant::now() < until {
        sim.inject(Fault::Twin { next: 100 });
        random.pause().await;
        if random.below(3) == 0 {
            server.kill();
            sleep(Duration::from_millis(random.below(1_000))).await;
            server.restart();
            broker_kills += 1;
        } else if let Some(mut other) = other.take() {
            // Without the chance to publish what it has received.
            other.kill().await.unwrap();
            relay_kills += 1;
        } else {
            other = Some(start(&server, &sim));
        }
    }
    if let Some(mut other) = other {
        other.kill().await.unwrap();
    }
    stop(one).await;
    let count = check(&server, &sim).await;
    println!("{count} events, {relay_kills} kills of a relay, {broker_kills} of the broker");
    assert!(count > 10_000, "{count} events");
}
