//! The builder of a simulator.

use std::{
    fs::File,
    io,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use auraxis_core::{environment::Environment, time::Timestamp};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::{
    ess::Hub,
    faults::{Fault, Links, Plan, Rewrite, Script},
    log::Log,
    playback,
    rest_fault::RestFaults,
    server,
    sim::Sim,
    socket,
    state::State,
    truth::{Recorder, TruthEntry},
    war::{self, War},
};

/// Builder for a [`Sim`]. Created by [`Sim::builder`].
#[derive(Clone, Debug)]
#[must_use = "the simulator does not run until `start` is called"]
pub struct Builder {
    seed: u64,
    rate: f64,
    port: u16,
    environment: Environment,
    heartbeat: Duration,
    war_start: Option<Timestamp>,
    hour: Option<u8>,
    script: Script,
    chaos_seed: Option<u64>,
    truth: Truth,
}

/// Where the ground truth is recorded.
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
            rate: War::RATE,
            port: 0,
            environment: Environment::default(),
            heartbeat: Duration::from_secs(30),
            war_start: None,
            hour: None,
            script: Script::default(),
            chaos_seed: None,
            truth: Truth::default(),
        }
    }
}

impl Sim {
    /// Returns a builder with the default settings.
    pub fn builder() -> Builder {
        Builder::default()
    }
}

impl Builder {
    /// Sets the seed of the war. The default is 1.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the average number of events per second.
    ///
    /// The war's clock, and with it the timestamps of events and heartbeats, runs proportionally faster or slower. At
    /// 0, the only events are those that are [published](Sim::publish). The default is [`War::RATE`] (50), at which the
    /// war runs in real time.
    pub fn rate(mut self, rate: f64) -> Self {
        self.rate = rate;
        self
    }

    /// Sets the port on 127.0.0.1. The default, 0, picks any free port.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets the environment to simulate: its worlds, its endpoints, and the fields of its events. The default is PC.
    ///
    /// Connections to the event stream of any other environment are refused with HTTP status 404.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self
    }

    /// Sets the heartbeat interval. The default is 30 seconds.
    pub fn heartbeat(mut self, period: Duration) -> Self {
        self.heartbeat = period.max(Duration::from_millis(1));
        self
    }

    /// Sets the time at which the war starts. The default is now.
    pub fn war_start(mut self, start: Timestamp) -> Self {
        self.war_start = Some(start);
        self
    }

    /// Sets the hour of the day at which the war starts, in UTC, by which players are online. Timestamps do not depend on
    /// it. The default is the hour of the [start](Self::war_start).
    pub fn hour(mut self, hour: u8) -> Self {
        self.hour = Some(hour);
        self
    }

    /// Adds the faults of a script.
    pub fn faults(mut self, script: Script) -> Self {
        self.script = self.script.and(script);
        self
    }

    /// Adds a random fault about every five seconds. The same seed gives the same faults. Scripts use this seed for
    /// their random choices too, or the seed of the war if there is no chaos.
    pub fn chaos(mut self, seed: u64) -> Self {
        let (period, jitter) = (Duration::from_secs(5), Duration::from_secs(4));
        self.chaos_seed = Some(seed);
        self.faults(Script::default().every(period, jitter, Fault::Anything.on(Links::One)))
    }

    /// Records the ground truth in a file, one [`TruthEntry`] per line. An existing file is overwritten.
    pub fn truth_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.truth = Truth::File(path.into());
        self
    }

    /// Records the ground truth in memory, for [`Sim::truth`]. Memory use is unbounded.
    pub fn keep_truth(mut self) -> Self {
        self.truth = Truth::Memory;
        self
    }

    /// Starts the simulator on the current Tokio runtime.
    ///
    /// # Errors
    ///
    /// Returns an error if the port is in use or the truth file cannot be created.
    #[allow(clippy::unused_async, reason = "an async signature shows that it needs a runtime")]
    pub async fn start(self) -> io::Result<Sim> {
        let listener = socket::listen(self.port)?;
        let address = listener.local_addr()?;
        let start = self.war_start.unwrap_or_else(|| SystemTime::now().into());
        let mut truth = match self.truth {
            Truth::Nowhere => Recorder::Off,
            Truth::Memory => Recorder::Memory(Vec::new()),
            Truth::File(path) => {
                let file = File::create(&path).map_err(|error| {
                    io::Error::new(error.kind(), format!("cannot create `{}`: {error}", path.display()))
                })?;
                Recorder::to_file(path, file)
            }
        };
        truth.write(TruthEntry::War { seed: self.seed, start: start.0, rate: self.rate });
        let worlds = war::worlds(self.environment);
        let state = Arc::new(State {
            war: Mutex::new(War::at_hour(self.environment, self.seed, start, self.hour)),
            hub: Arc::new(Hub::new(self.environment, self.heartbeat, start, truth)),
            history: Mutex::default(),
            requests: Log::default(),
            rest_faults: Mutex::new(RestFaults::default()),
            rewrite: Mutex::new(Rewrite::new(worlds[0])),
            plan: Mutex::new(Plan::new(self.script, self.chaos_seed.unwrap_or(self.seed), worlds)),
            plan_changed: Notify::new(),
            stop: CancellationToken::new(),
        });
        state.hub.tasks.spawn(server::serve(Arc::clone(&state), listener));
        state.hub.tasks.spawn(playback::run(Arc::clone(&state), self.rate.max(0.0) / War::RATE));
        Ok(Sim { state, address })
    }
}
