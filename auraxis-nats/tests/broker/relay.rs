//! Relays of a simulated war.

use std::time::Duration;

use auraxis_core::{event::EventKind, message};
use auraxis_nats::{Broker, PublisherSettings, Relay, stream::EVENTS};
use auraxis_runtime::Client;
use auraxis_sim::{Scorer, Sim};
use tokio::task::JoinHandle;

use crate::common::{NatsServer, context, eventually, ids, messages, small_streams, within};

struct Running {
    relay: Relay,
    client: Client,
    run: JoinHandle<auraxis_runtime::Result>,
}

impl Running {
    async fn start(server: &NatsServer, sim: &Sim) -> Self {
        let broker: Broker = server.url().parse().unwrap();
        let builder = Client::builder().service_id("s:test").ess_url(sim.ess_url()).rest_url(sim.rest_url());
        let settings = PublisherSettings { streams: small_streams(), ..PublisherSettings::default() };
        let relay = within(Relay::start(broker, builder.platform(), settings)).await.unwrap();
        let client = relay.attach(builder).build().unwrap();
        let run = tokio::spawn({
            let client = client.clone();
            async move { client.run().await }
        });
        Self { relay, client, run }
    }

    async fn finish(self) -> auraxis_nats::PublisherStats {
        self.client.shutdown();
        within(self.run).await.unwrap().unwrap();
        self.relay.finish(Duration::from_secs(10)).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_relays_publish_every_event_once_even_if_one_stops() {
    let Some(mut server) = NatsServer::start() else { return };
    let sim = Sim::builder().rate(500.0).keep_truth().start().await.unwrap();
    let one = Running::start(&server, &sim).await;
    let other = Running::start(&server, &sim).await;
    eventually("both publish", || one.relay.stats().published > 500 && other.relay.stats().published > 500).await;
    assert!(other.finish().await.published > 500);
    let other = Running::start(&server, &sim).await;
    server.restart();
    eventually("both publish", || other.relay.stats().published > 500).await;
    let more = one.relay.stats().published + 500;
    eventually("the other goes on", || one.relay.stats().published > more).await;
    let (one, other) = (one.finish().await, other.finish().await);
    let truth = sim.truth();
    assert_eq!((one.dropped, other.dropped), (0, 0));

    let stored = messages(&context(&server).await, EVENTS).await;
    let mut unique = ids(&stored);
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), stored.len(), "an id is stored once");

    let kind = |subject: &str| subject.rsplit_once('.').unwrap().1.to_owned();
    let is_own = |kind: &str| EventKind::SIGNALS.iter().chain(EventKind::DERIVED).any(|own| own.name() == kind);
    let lines: Vec<_> = stored
        .iter()
        .filter(|message| !is_own(&kind(&message.subject)))
        .map(|message| String::from_utf8(message.payload.to_vec()).unwrap())
        .collect();
    let score = Scorer::new(&truth).score(lines.iter().map(String::as_str));
    assert!(score.is_perfect(), "{score}");

    let own: Vec<_> = stored.iter().filter(|message| is_own(&kind(&message.subject))).collect();
    assert!(own.iter().any(|message| kind(&message.subject) == "WorldStateChanged"), "signals travel");
    assert!(own.iter().any(|message| kind(&message.subject) == "SessionStart"), "derived events travel");
    for message in own {
        let text = std::str::from_utf8(&message.payload).unwrap();
        assert!(message::decode(&kind(&message.subject), text).is_ok(), "{text}");
    }
}
