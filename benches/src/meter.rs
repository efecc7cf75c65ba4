//! Counts events, and measures what they cost.

use std::{
    fs,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use rustix::{
    thread::{CpuSet, sched_setaffinity},
    time::{ClockId, clock_gettime},
};
use serde::{Deserialize, Serialize};

/// What a client measured between its first and its last event, not counting the warm-up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// The number of events.
    pub events: u64,
    /// The time that has passed, in nanoseconds.
    pub wall_ns: u64,
    /// The processor time of all threads, in nanoseconds.
    pub cpu_ns: u64,
    /// The maximum of the resident memory, in KiB.
    pub resident_kib: u64,
    /// The median time from the server's write to the handler, in nanoseconds; 0 if they have no stamps.
    pub latency_ns: u64,
}

impl Measurement {
    /// Processor time per event, in nanoseconds.
    #[must_use]
    pub fn cpu_per_event(&self) -> f64 {
        ratio(self.cpu_ns, self.events)
    }

    /// Events per second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        ratio(self.events, self.wall_ns) * 1e9
    }

    /// The time that has passed, in nanoseconds.
    #[must_use]
    pub fn wall(&self) -> f64 {
        ratio(self.wall_ns, 1)
    }

    /// The median latency, in nanoseconds.
    #[must_use]
    pub fn latency(&self) -> f64 {
        ratio(self.latency_ns, 1)
    }

    /// The maximum of the resident memory, in MiB.
    #[must_use]
    pub fn resident_mib(&self) -> f64 {
        ratio(self.resident_kib, 1024)
    }
}

/// Counts the events of a client. At the last one, prints the measurement and exits.
#[derive(Debug)]
pub struct Meter {
    seen: AtomicU64,
    first: AtomicU64,
    last: AtomicU64,
    start: OnceLock<(Instant, u64)>,
    latencies: Mutex<Vec<u64>>,
}

impl Default for Meter {
    fn default() -> Self {
        Self::new()
    }
}

impl Meter {
    /// Creates a meter that waits for [`start`](Self::start).
    #[must_use]
    pub const fn new() -> Self {
        Self {
            seen: AtomicU64::new(0),
            first: AtomicU64::new(u64::MAX),
            last: AtomicU64::new(u64::MAX),
            start: OnceLock::new(),
            latencies: Mutex::new(Vec::new()),
        }
    }

    /// Measures this many events after a tenth as many.
    pub fn start(&self, events: u64) {
        self.first.store(events / 10, Ordering::Relaxed);
        self.last.store(events / 10 + events, Ordering::Relaxed);
    }

    /// Counts an event.
    #[inline]
    pub fn event(&self) {
        let seen = self.seen.fetch_add(1, Ordering::Relaxed);
        if seen == self.first.load(Ordering::Relaxed) {
            let _ = self.start.set((Instant::now(), cpu_ns()));
        } else if seen == self.last.load(Ordering::Relaxed) {
            self.finish();
        }
    }

    /// Counts an event that the server stamped with [`now_ns`] when it wrote it.
    pub fn stamped(&self, sent_ns: u64) {
        let latency = now_ns().saturating_sub(sent_ns);
        self.latencies.lock().unwrap_or_else(PoisonError::into_inner).push(latency);
        self.event();
    }

    #[allow(clippy::print_stdout, clippy::exit)] // It is the result of the process.
    fn finish(&self) {
        let Some((start, cpu)) = self.start.get() else { return };
        let mut latencies = self.latencies.lock().unwrap_or_else(PoisonError::into_inner);
        latencies.sort_unstable();
        let measurement = Measurement {
            events: self.last.load(Ordering::Relaxed) - self.first.load(Ordering::Relaxed),
            wall_ns: u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX),
            cpu_ns: cpu_ns() - cpu,
            resident_kib: resident_kib(),
            latency_ns: latencies.get(latencies.len() / 2).copied().unwrap_or(0),
        };
        println!("{}", serde_json::to_string(&measurement).unwrap_or_default());
        std::process::exit(0);
    }
}

/// How the server sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Load {
    /// As fast as the connection takes it.
    Flood,
    /// Single events at a fixed rate.
    Paced,
    /// Answers to subscriptions, and no events.
    Quiet,
}

/// The job of a client, which its environment contains. Its arguments are those of `run!`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The event stream.
    pub url: String,
    /// How many events to measure.
    pub events: u64,
    /// The number of redundant links.
    pub links: u32,
    /// How the server sends. Only paced events are stamped.
    pub load: Load,
}

impl Job {
    /// The variable that contains the job.
    pub const VARIABLE: &str = "BENCH_JOB";

    /// Reads the job of this process.
    ///
    /// # Panics
    ///
    /// Panics if there is none.
    #[must_use]
    #[allow(clippy::expect_used)] // Nothing can be measured without it.
    pub fn of_process() -> Self {
        let text = std::env::var(Self::VARIABLE).expect(Self::VARIABLE);
        serde_json::from_str(&text).expect("a job as JSON")
    }
}

/// Lets this process, and those that it starts, run on one processor only, if the machine has it.
pub fn pin(processor: usize) {
    let mut one = CpuSet::new();
    one.set(processor);
    let _ = sched_setaffinity(None, &one);
}

/// Returns a time that all processes of the machine share, in nanoseconds.
#[must_use]
pub fn now_ns() -> u64 {
    nanoseconds(ClockId::Monotonic)
}

/// Returns the highest resident memory of this process so far, in KiB.
#[must_use]
pub fn resident_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

fn cpu_ns() -> u64 {
    nanoseconds(ClockId::ProcessCPUTime)
}

fn nanoseconds(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}

#[allow(clippy::cast_precision_loss)] // For people to read.
fn ratio(a: u64, b: u64) -> f64 {
    a as f64 / b as f64
}
