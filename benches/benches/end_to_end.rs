//! Our client beside a bare loop of tokio-tungstenite, over loopback sockets, in turns.
//!
//! `cargo bench -p auraxis-bench --bench end_to_end` prints the median, minimum and maximum of all rounds, and the ratios to
//! the bare loop in the same round. Each client and the server are processes of their own, on a processor each.
//! `BENCH_ROUNDS` is the number of rounds, and with `BENCH_OUT`, all measurements are written to that file.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::{
    env, fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use auraxis_bench::{
    Job, Measurement,
    report::{Row, Summary, table},
};

/// A client, and how many events it measures.
struct Case {
    name: &'static str,
    program: &'static str,
    links: u32,
    server: Server,
    events: u64,
}

/// How the server sends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Server {
    Flood,
    Paced,
}

const MANY: u64 = 2_000_000;
const FEW: u64 = 10_000;

/// The rate of paced events per second.
const RATE: &str = "2000";

const CASES: &[Case] = &[
    Case::new("bare loop", env!("CARGO_BIN_EXE_bare_loop"), 1, Server::Flood),
    Case::new("14 triggers", env!("CARGO_BIN_EXE_triggers"), 1, Server::Flood),
    Case::new("14 triggers with an extractor", env!("CARGO_BIN_EXE_extractors"), 1, Server::Flood),
    Case::new("1 trigger on everything", env!("CARGO_BIN_EXE_one_trigger"), 1, Server::Flood),
    Case::new("14 triggers, two redundant links", env!("CARGO_BIN_EXE_triggers"), 2, Server::Flood),
    Case::new("bare loop, 2,000 events/s", env!("CARGO_BIN_EXE_bare_loop"), 1, Server::Paced),
    Case::new("1 trigger, 2,000 events/s", env!("CARGO_BIN_EXE_paced"), 1, Server::Paced),
];

impl Case {
    const fn new(name: &'static str, program: &'static str, links: u32, server: Server) -> Self {
        let events = match server {
            Server::Flood => MANY,
            Server::Paced => FEW,
        };
        Self { name, program, links, server, events }
    }

    fn measure(&self, port: u16) -> Result<Measurement> {
        let url = format!("ws://127.0.0.1:{port}/streaming");
        let job = Job { url, events: self.events, links: self.links, is_stamped: self.server == Server::Paced };
        let mut command = Command::new(self.program);
        command.env(Job::VARIABLE, serde_json::to_string(&job)?).env("RUST_LOG", "error").stderr(Stdio::inherit());
        let output = command.output().context(self.program)?;
        let text = String::from_utf8_lossy(&output.stdout);
        ensure!(output.status.success(), "{} failed: {text}", self.name);
        serde_json::from_str(text.trim()).with_context(|| format!("{}: {text}", self.name))
    }

    /// Returns the index of the bare loop that this is compared with.
    fn base(&self) -> usize {
        CASES.iter().position(|case| case.server == self.server).unwrap_or(0)
    }
}

/// A running server, and its port.
struct Running(Child, u16);

impl Running {
    fn start(rate: Option<&str>) -> Result<Self> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_serve"));
        let mut child = command.args(rate).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no output")?).read_line(&mut line)?;
        Ok(Self(child, line.trim().parse()?))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It ends with its input.
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

fn main() -> Result<()> {
    // `cargo test --benches` only checks that everything runs.
    let is_test = !env::args().any(|argument| argument == "--bench");
    let rounds = match env::var("BENCH_ROUNDS") {
        Ok(rounds) => rounds.parse()?,
        Err(_) if is_test => 1,
        Err(_) => 9,
    };
    let only = env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let is_wanted = |case: &Case| {
        only.as_ref()
            .is_none_or(|only| case.name.contains(only.as_str()) || case.base() == 0 && case.name == "bare loop")
    };
    let (flood, paced) = (Running::start(None)?, Running::start(Some(RATE))?);
    let mut measured: Vec<Vec<Measurement>> = vec![Vec::new(); CASES.len()];
    for round in 0..rounds {
        for turn in 0..CASES.len() {
            let at = (round + turn) % CASES.len();
            let case = &CASES[at];
            if is_wanted(case) {
                let port = if case.server == Server::Flood { flood.1 } else { paced.1 };
                measured[at].push(case.measure(port)?);
            }
        }
        eprintln!("round {} of {rounds}", round + 1);
    }
    let mut rows = Vec::new();
    for (case, measurements) in CASES.iter().zip(&measured).filter(|(_, measurements)| !measurements.is_empty()) {
        let base = &measured[case.base()];
        let ratios = |of: fn(&Measurement) -> f64| {
            Summary::new(measurements.iter().zip(base).map(|(own, base)| of(own) / of(base)))
        };
        let of = |of: fn(&Measurement) -> f64| Summary::new(measurements.iter().map(of));
        #[allow(clippy::cast_precision_loss)] // For people to read.
        rows.push(Row {
            name: case.name.to_owned(),
            rate: of(Measurement::rate),
            rate_ratio: ratios(Measurement::rate),
            cpu_ns: of(Measurement::cpu_per_event),
            cpu_ratio: ratios(Measurement::cpu_per_event),
            latency_us: of(|it| it.latency_ns as f64 / 1e3),
            resident_mib: of(|it| it.resident_kib as f64 / 1024.0),
        });
    }
    println!("{}", table(&rows));
    if let Ok(path) = env::var("BENCH_OUT") {
        fs::write(path, serde_json::to_string_pretty(&rows)?)?;
    }
    Ok(())
}
