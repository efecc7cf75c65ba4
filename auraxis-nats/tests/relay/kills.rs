//! Two relays of a busy war, a broker, and three copies of a bot, all of which are killed and restarted: no event is missing
//! or stored twice, each is handled, and only what was in flight is handled again.

use std::{
    env,
    fs::{self, File},
    path::Path,
    process::Stdio,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use async_nats::jetstream::{self, Context, stream::ClusterInfo};
use auraxis_core::event::EventKind;
use auraxis_nats::{
    Broker,
    stream::{EVENTS, RETRY},
};
use auraxis_sim::{Fault, Scorer, Sim};
use tempfile::TempDir;
use tokio::{
    process::Child,
    time::{Instant, sleep, timeout},
};

use crate::{
    common::{NatsServer, header, messages, within},
    program, relay,
};

const RATE: f64 = 2_000.0;
const DURATION: Duration = Duration::from_mins(1);
const COPIES: usize = 3;

/// The durable name of the bot.
const BOT: &str = "printing";

/// How long both relays have to be connected before one is killed: one that was restarted has to receive events, and one that
/// could not publish has to catch up.
const SETTLED: Duration = Duration::from_secs(3);

/// How many acknowledgements a killed server can lose: it writes them down ten times per second, and copies that catch up are
/// faster than the simulator.
const UNWRITTEN: usize = 1_000;

/// How long everything can take to be handled after the last kill. What a killed copy had received is delivered again after
/// 30 seconds.
const PATIENCE: Duration = Duration::from_mins(3);

/// If this variable is set, a cluster of three servers is tested too.
const CLUSTER: &str = "AURAXIS_TEST_CLUSTER";

/// Random numbers. The seed is the time, and is shown if a test fails.
struct Random(u64);

impl Random {
    fn new() -> Self {
        let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos();
        println!("seed {seed}");
        Self(u64::from(seed) | 1)
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }

    async fn pause(&mut self, longest: u64) {
        sleep(Duration::from_millis(self.below(usize::try_from(longest).unwrap()) as u64)).await;
    }
}

/// A running process.
struct Process(Child);

impl Process {
    fn new(mut command: tokio::process::Command) -> Self {
        Self(command.spawn().expect("a program that is built"))
    }

    fn signal(&self, signal: &str) {
        let id = self.0.id().expect("a running process").to_string();
        assert!(std::process::Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    async fn stop(mut self) {
        self.signal("-TERM");
        let status = within(self.0.wait()).await.unwrap();
        assert!(status.success(), "{status}");
    }
}

/// How often each kind of process was killed.
#[derive(Debug, Default)]
struct Kills {
    relays: usize,
    bots: usize,
    servers: usize,
    /// How many events can have been in flight.
    in_flight: usize,
}

/// Everything from the simulator to the handlers.
struct Chain {
    sim: Sim,
    servers: Vec<NatsServer>,
    url: String,
    context: Context,
    relays: [Process; 2],
    bots: Vec<Process>,
    /// What each process of a bot has printed.
    outputs: TempDir,
    output_count: usize,
    kills: Kills,
    random: Random,
}

impl Chain {
    async fn start(servers: Vec<NatsServer>) -> Self {
        let sim = Sim::builder().rate(RATE).keep_truth().start().await.unwrap();
        let url = servers.iter().map(NatsServer::url).collect::<Vec<_>>().join(",");
        let context = jetstream::new(within(url.parse::<Broker>().unwrap().connect()).await.unwrap());
        let relays = [(); 2].map(|()| Self::relay(&url, &sim, servers.len()));
        let mut chain = Self {
            sim,
            servers,
            url,
            context,
            relays,
            bots: Vec::new(),
            outputs: tempfile::tempdir().unwrap(),
            output_count: 0,
            kills: Kills::default(),
            random: Random::new(),
        };
        chain.bots = (0..COPIES).map(|_| chain.bot()).collect();
        chain
    }

    fn relay(url: &str, sim: &Sim, replicas: usize) -> Process {
        let (ess, rest, replicas) = (sim.ess_url(), sim.rest_url(), replicas.to_string());
        let mut command = relay(&["--to", url, "--service-id", "s:test", "--ess-url", &ess, "--rest-url", &rest]);
        command.args(["--max-bytes", "300MB", "--replicas", &replicas]).stderr(Stdio::null());
        Process::new(command)
    }

    fn bot(&mut self) -> Process {
        let tests = env::current_exe().unwrap();
        let examples = tests.parent().unwrap().parent().unwrap().join("examples");
        let output = File::create(self.outputs.path().join(self.output_count.to_string())).unwrap();
        self.output_count += 1;
        let mut command = program(examples.join("printing"));
        command.args(["--from", &self.url, "--since-start"]).stdout(output).stderr(Stdio::null());
        Process::new(command)
    }

    /// The number of events that all copies have received and not acknowledged; all that they could have if the broker does
    /// not answer.
    async fn in_flight(&self) -> usize {
        let mut count = 0;
        for stream in [EVENTS, RETRY] {
            let info = async {
                self.context
                    .get_stream(stream)
                    .await
                    .ok()?
                    .consumer_info(BOT)
                    .await
                    .ok()
                    .map(|info| info.num_ack_pending)
            };
            count += timeout(Duration::from_secs(5), info).await.ok().flatten().unwrap_or(0);
        }
        count
    }

    async fn kill_relay(&mut self) {
        let index = self.random.below(2);
        self.relays_settled().await;
        self.relays[index].0.kill().await.unwrap();
        self.kills.relays += 1;
        self.random.pause(1_000).await;
        self.relays[index] = Self::relay(&self.url, &self.sim, self.servers.len());
    }

    /// Waits until both relays have received and published for a while. Otherwise, what only the killed one has received is
    /// lost.
    async fn relays_settled(&mut self) {
        let mut since = Instant::now();
        let deadline = Instant::now() + PATIENCE;
        while since.elapsed() < SETTLED {
            sleep(Duration::from_millis(50)).await;
            self.restart_relays();
            if self.sim.connections() < 2 {
                since = Instant::now();
            }
            assert!(Instant::now() < deadline, "a relay does not connect");
        }
    }

    async fn kill_bot(&mut self) {
        let index = self.random.below(COPIES);
        // It acknowledges nothing while its events are counted.
        self.bots[index].signal("-STOP");
        self.kills.in_flight += self.in_flight().await;
        self.bots[index].0.kill().await.unwrap();
        self.kills.bots += 1;
        self.random.pause(500).await;
        self.bots[index] = self.bot();
    }

    async fn kill_server(&mut self) {
        self.kills.in_flight += self.in_flight().await + UNWRITTEN;
        let index = self.random.below(self.servers.len());
        self.servers[index].kill();
        self.kills.servers += 1;
        self.random.pause(1_000).await;
        self.servers[index].restart();
        if self.servers.len() > 1 {
            self.all_current().await;
        }
    }

    /// Waits until all servers of a cluster have everything.
    async fn all_current(&self) {
        let is_current = |cluster: Option<&ClusterInfo>| {
            cluster.is_some_and(|cluster| {
                cluster.leader.is_some()
                    && cluster.replicas.len() == 2
                    && cluster.replicas.iter().all(|peer| peer.current)
            })
        };
        let deadline = Instant::now() + PATIENCE;
        loop {
            let current = async {
                let stream = self.context.get_stream(EVENTS).await.ok()?;
                let consumer = stream.consumer_info(BOT).await.ok()?;
                Some(is_current(stream.cached_info().cluster.as_ref()) && is_current(consumer.cluster.as_ref()))
            };
            if let Ok(Some(true)) = timeout(Duration::from_secs(5), current).await {
                return;
            }
            assert!(Instant::now() < deadline, "a server of the cluster does not come back");
            sleep(Duration::from_millis(200)).await;
        }
    }

    /// Starts relays again that could not reach the broker when they were started.
    fn restart_relays(&mut self) {
        for relay in &mut self.relays {
            if relay.0.try_wait().unwrap().is_some() {
                *relay = Self::relay(&self.url, &self.sim, self.servers.len());
            }
        }
    }

    /// Kills processes for some time, then stops gracefully and checks what has arrived.
    async fn run(mut self, duration: Duration) {
        let until = Instant::now() + duration;
        while Instant::now() < until {
            self.sim.inject(Fault::Twin { next: 100 });
            sleep(Duration::from_millis(300)).await;
            self.random.pause(1_200).await;
            self.restart_relays();
            match self.random.below(3) {
                0 => self.kill_relay().await,
                1 => self.kill_bot().await,
                _ => self.kill_server().await,
            }
        }
        self.relays_settled().await;
        let Self { sim, servers, context, relays, bots, outputs, kills, .. } = self;
        for relay in relays {
            relay.stop().await;
        }
        let scorer = Scorer::new(&sim.truth());
        sim.shutdown().await;
        all_handled(&context).await;
        for bot in bots {
            bot.stop().await;
        }
        let stored = check_stream(&context, &scorer).await;
        let handled = check_handled(outputs.path(), &scorer);
        drop(servers);
        let repeated = handled - stored;
        println!("{stored} events, {repeated} handled again; {kills:?}");
        assert!(repeated <= kills.in_flight, "{repeated} events were handled again; {kills:?}");
        assert!(stored as u64 > 1_000 * duration.as_secs(), "only {stored} events");
        assert!(kills.relays > 0 && kills.bots > 0 && kills.servers > 0, "{kills:?}");
    }
}

/// Waits until the copies have handled everything.
async fn all_handled(context: &Context) {
    let deadline = Instant::now() + PATIENCE;
    for stream in [EVENTS, RETRY] {
        let stream = within(context.get_stream(stream)).await.unwrap();
        loop {
            let info = within(stream.consumer_info(BOT)).await.unwrap();
            if info.num_pending == 0 && info.num_ack_pending == 0 {
                break;
            }
            assert!(Instant::now() < deadline, "not everything is handled: {info:?}");
            sleep(Duration::from_millis(100)).await;
        }
    }
}

fn is_own(kind: &str) -> bool {
    EventKind::SIGNALS.iter().chain(EventKind::DERIVED).any(|own| own.name() == kind)
}

/// Checks that the stream has all events of the simulator once. Returns how many.
async fn check_stream(context: &Context, scorer: &Scorer) -> usize {
    let stored = messages(context, EVENTS).await;
    let kind = |message: &jetstream::Message| message.subject.rsplit_once('.').unwrap().1.to_owned();
    let (own, events): (Vec<_>, Vec<_>) = stored.iter().partition(|message| is_own(&kind(message)));
    let lines: Vec<_> = events.iter().map(|message| std::str::from_utf8(&message.payload).unwrap()).collect();
    let score = scorer.score(lines);
    assert!(score.missing.is_empty() && score.twice.is_empty() && score.extra.is_empty(), "{score}");
    assert_eq!(score.once + score.ambiguous, score.expected, "{score}");
    for message in own {
        assert_ne!(kind(message), "Gap", "{}: {:?}", header(message, "Nats-Msg-Id").unwrap(), message.payload);
    }
    events.len()
}

/// Checks that the copies have printed all events of the simulator. Returns how many they have printed.
fn check_handled(outputs: &Path, scorer: &Scorer) -> usize {
    let texts: Vec<_> = fs::read_dir(outputs).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect();
    // A killed process can have printed a part of a line.
    let lines =
        texts.iter().flat_map(|text| text.split_inclusive(|byte| *byte == b'\n')).filter(|line| line.ends_with(b"\n"));
    let lines: Vec<_> = lines.map(|line| std::str::from_utf8(line).unwrap().trim_end()).collect();
    let score = scorer.score(lines.iter().copied());
    assert!(score.missing.is_empty() && score.extra.is_empty(), "{score}");
    lines.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_if_relays_bots_and_the_broker_are_killed() {
    let Some(server) = NatsServer::start() else { return };
    Chain::start(vec![server]).await.run(DURATION).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_if_a_server_of_a_cluster_is_killed() {
    if env::var_os(CLUSTER).is_none() {
        return;
    }
    let Some(servers) = NatsServer::cluster() else { return };
    Chain::start(servers.into()).await.run(DURATION).await;
}
