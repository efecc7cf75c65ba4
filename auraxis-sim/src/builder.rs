//! What a simulator is to be like.

use std::{
    fs::File,
    io,
    net::Ipv4Addr,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use auraxis_core::time::Timestamp;
use tokio::{net::TcpListener, sync::Notify};
use tokio_util::sync::CancellationToken;

use crate::{
    ess::Hub,
    fault::Faults,
    log::Log,
    pace, server,
    sim::Sim,
    state::State,
    trouble::{Fault, Links, Plan, Script, Tale},
    truth::{Entry, Ledger},
    war::War,
};

/// What a simulator is to be like. Made by [`Sim::builder`].
#[derive(Clone, Debug)]
#[must_use = "nothing runs before `start`"]
pub struct Builder {
    seed: u64,
    rate: f64,
    port: u16,
    heartbeat: Duration,
    war_start: Option<Timestamp>,
    script: Script,
    chance: Option<u64>,
    truth: Truth,
}

/// Where the truth is to go.
#[derive(Clone, Debug, Default)]
enum Truth {
    #[default]
    Nowhere,
    Memory,
    File(PathBuf),
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            seed: 1,
            rate: War::PACE,
            port: 0,
            heartbeat: Duration::from_secs(30),
            war_start: None,
            script: Script::default(),
            chance: None,
            truth: Truth::default(),
        }
    }
}

impl Builder {
    /// Which war it is. The default is 1.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many events a second there are on the average; the war's own clock runs faster or slower accordingly, and
    /// with it the timestamps of events and heartbeats. With 0 there are none but those that are
    /// [published](Sim::publish). The default is [`War::PACE`], at which the war's clock and the wall's agree.
    pub fn rate(mut self, rate: f64) -> Self {
        self.rate = rate;
        self
    }

    /// The port, on 127.0.0.1. The default, 0, takes any that is free.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// How often each client gets a heartbeat. The default is every 30 seconds.
    pub fn heartbeat(mut self, period: Duration) -> Self {
        self.heartbeat = period.max(Duration::from_millis(1));
        self
    }

    /// When the war begins. The default is now.
    pub fn war_start(mut self, start: Timestamp) -> Self {
        self.war_start = Some(start);
        self
    }

    /// What goes wrong with the stream, and when. Scripts add up.
    pub fn faults(mut self, script: Script) -> Self {
        self.script = self.script.and(script);
        self
    }

    /// Lets something go wrong about every five seconds, by chance: always the same for a seed. The seed is also that
    /// of the chances in scripts, and without it, the war's is.
    pub fn chaos(mut self, seed: u64) -> Self {
        let (period, jitter) = (Duration::from_secs(5), Duration::from_secs(4));
        self.chance = Some(seed);
        self.faults(Script::default().every(period, jitter, Fault::Anything.on(Links::One)))
    }

    /// Writes down what happens, one [`Entry`] a line. What was there in the file is overwritten.
    pub fn truth_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.truth = Truth::File(path.into());
        self
    }

    /// Keeps what happens in memory, for [`Sim::truth`]. It grows without bounds.
    pub fn keep_truth(mut self) -> Self {
        self.truth = Truth::Memory;
        self
    }

    /// Starts it on the current Tokio runtime.
    ///
    /// # Errors
    ///
    /// If the port cannot be had, or the truth file not be made.
    pub async fn start(self) -> io::Result<Sim> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await?;
        let address = listener.local_addr()?;
        let start = self.war_start.unwrap_or_else(|| SystemTime::now().into());
        let mut truth = match self.truth {
            Truth::Nowhere => Ledger::Off,
            Truth::Memory => Ledger::Kept(Vec::new()),
            Truth::File(path) => Ledger::to_file(File::create(&path).map_err(|error| {
                io::Error::new(error.kind(), format!("{} cannot be made: {error}", path.display()))
            })?),
        };
        truth.write(Entry::War { seed: self.seed, start: start.0, rate: self.rate });
        let state = Arc::new(State {
            war: Mutex::new(War::new(self.seed, start)),
            hub: Arc::new(Hub::new(self.heartbeat, start, truth)),
            requests: Log::default(),
            faults: Mutex::new(Faults::default()),
            plan: Mutex::new(Plan::new(self.script, self.chance.unwrap_or(self.seed))),
            tale: Mutex::new(Tale::default()),
            is_planned: Notify::new(),
            stop: CancellationToken::new(),
        });
        state.hub.tasks.spawn(server::serve(Arc::clone(&state), listener));
        state.hub.tasks.spawn(pace::tell(Arc::clone(&state), self.rate.max(0.0) / War::PACE));
        Ok(Sim { state, address })
    }
}
