//! Our client next to a bare loop of tokio-tungstenite, and other libraries, over loopback sockets, in turns.
//!
//! `cargo bench -p auraxis-bench --bench end_to_end` prints the median, minimum and maximum of all rounds, and the ratios to
//! the bare loop in the same round. Each client and the server are separate processes, on a processor each.
//!
//! | Variable | Content |
//! | --- | --- |
//! | `BENCH_ROUNDS` | the number of rounds, 9 by default |
//! | `BENCH_OUT` | a file for all measurements, as JSON |
//! | `BENCH_PEERS` | a file of other libraries: one per line, with tabs between name, number of events, and command or `missing` and reason |
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::{
    env, fs,
    io::{self, BufRead, BufReader, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use auraxis_bench::{
    Job, Load, Measurement,
    meter::pin,
    report::{BASE, Client, table},
};

/// A client, and how many events it measures.
struct Case {
    command: Vec<String>,
    links: u32,
    events: u64,
    is_peer: bool,
    guest: Guest,
    client: Client,
}

/// Who uses what a client serves over HTTP. It does not serve without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guest {
    Nobody,
    /// The live page, and Prometheus.
    Page,
    /// A reader of all events.
    Reader,
}

/// The clients of this package: name, program, links, load, guest.
const CASES: &[(&str, &str, u32, Load, Guest)] = &[
    (BASE, env!("CARGO_BIN_EXE_bare_loop"), 1, Load::Flood, Guest::Nobody),
    ("14 triggers", env!("CARGO_BIN_EXE_triggers"), 1, Load::Flood, Guest::Nobody),
    ("14 triggers, served, page open", env!("CARGO_BIN_EXE_triggers"), 1, Load::Flood, Guest::Page),
    ("14 triggers, served, all events read", env!("CARGO_BIN_EXE_triggers"), 1, Load::Flood, Guest::Reader),
    ("14 triggers with an extractor", env!("CARGO_BIN_EXE_extractors"), 1, Load::Flood, Guest::Nobody),
    ("1 trigger on everything", env!("CARGO_BIN_EXE_one_trigger"), 1, Load::Flood, Guest::Nobody),
    ("14 triggers, two redundant links", env!("CARGO_BIN_EXE_triggers"), 2, Load::Flood, Guest::Nobody),
    ("a handler that never returns", env!("CARGO_BIN_EXE_stuck"), 1, Load::Flood, Guest::Nobody),
    (BASE, env!("CARGO_BIN_EXE_bare_loop"), 1, Load::Paced, Guest::Nobody),
    ("1 trigger", env!("CARGO_BIN_EXE_paced"), 1, Load::Paced, Guest::Nobody),
    (BASE, env!("CARGO_BIN_EXE_bare_loop"), 1, Load::Quiet, Guest::Nobody),
    ("2 triggers", env!("CARGO_BIN_EXE_start"), 1, Load::Quiet, Guest::Nobody),
];

impl Case {
    fn new(name: &str, command: Vec<String>, links: u32, load: Load) -> Self {
        let events = match load {
            Load::Flood => 2_000_000,
            Load::Paced => 10_000,
            Load::Quiet => 1,
        };
        let client = Client { name: name.to_owned(), load, rounds: Vec::new(), why_missing: None };
        Self { command, links, events, is_peer: false, guest: Guest::Nobody, client }
    }

    /// Reads another library from a line of `BENCH_PEERS`.
    fn peer(line: &str) -> Result<Self> {
        let fields: Vec<_> = line.split('\t').map(str::to_owned).collect();
        let [name, events, command @ ..] = &*fields else { bail!("not a client: {line}") };
        let mut case = Self::new(name, command.to_vec(), 1, Load::Flood);
        case.is_peer = true;
        case.events = events.parse().with_context(|| line.to_owned())?;
        if let [missing, why] = command
            && missing == "missing"
        {
            case.client.why_missing = Some(why.clone());
        }
        Ok(case)
    }

    fn measure(&self, port: u16) -> Result<Measurement> {
        let Self { command, links, events, guest, client: Client { name, load, .. }, .. } = self;
        let [program, arguments @ ..] = &**command else { bail!("{name} has no command") };
        let job = Job { url: format!("ws://127.0.0.1:{port}/streaming"), events: *events, links: *links, load: *load };
        let mut command = Command::new(program);
        if *guest != Guest::Nobody {
            let address = free_address()?;
            command.env("AURAXIS_SERVE", address.to_string());
            let guest = *guest;
            thread::spawn(move || guest.visit(address));
        }
        let output = command
            .args(arguments)
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .env(Job::VARIABLE, serde_json::to_string(&job)?)
            .env("RUST_LOG", "error")
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| program.clone())?;
        let text = String::from_utf8_lossy(&output.stdout);
        ensure!(output.status.success(), "{name} failed: {} {text}", output.status);
        serde_json::from_str(text.trim()).with_context(|| format!("{name}: {text}"))
    }
}

/// Another program could take it, but hardly does so within milliseconds.
fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

impl Guest {
    /// Uses what is served until the client has ended.
    fn visit(self, address: SocketAddr) {
        // The guest is another machine: it does not share the processor of the client.
        pin(0);
        let mut attempts = 0..1_000;
        while attempts.next().is_some() && TcpStream::connect(address).is_err() {
            thread::sleep(Duration::from_millis(10));
        }
        if self == Self::Reader {
            let _ = get(address, "/events");
            return;
        }
        for second in 0.. {
            let metrics = if second % 5 == 0 { get(address, "/metrics") } else { Ok(()) };
            if metrics.and_then(|()| get(address, "/api/state")).is_err() {
                return;
            }
            thread::sleep(Duration::from_secs(1));
        }
    }
}

/// Reads a response to its end.
fn get(address: SocketAddr, path: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    io::copy(&mut stream, &mut io::sink()).map(drop)
}

/// A running server, and its port.
struct Running(Child, u16);

impl Running {
    fn start(load: Load) -> Result<Self> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_serve"));
        let load = serde_json::to_value(load)?;
        let mut child = command.args(load.as_str()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no output")?).read_line(&mut line)?;
        Ok(Self(child, line.trim().parse()?))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It stops when its input is closed.
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
    let mut cases: Vec<_> = CASES
        .iter()
        .map(|&(name, program, links, load, guest)| {
            let case = Case::new(name, vec![program.to_owned()], links, load);
            Case { guest, ..case }
        })
        .collect();
    if let Ok(peers) = env::var("BENCH_PEERS") {
        for line in fs::read_to_string(&peers).with_context(|| peers.clone())?.lines() {
            cases.push(Case::peer(line)?);
        }
    }
    if is_test {
        for case in &mut cases {
            case.events = case.events.div_ceil(100);
        }
    }
    if let Some(only) = only {
        cases.retain(|case| case.client.name == BASE || case.client.name.contains(&only));
    }
    let (flood, paced, quiet) =
        (Running::start(Load::Flood)?, Running::start(Load::Paced)?, Running::start(Load::Quiet)?);
    // The servers run on the other one.
    pin(1);
    for round in 0..rounds {
        for turn in 0..cases.len() {
            let at = (round + turn) % cases.len();
            let case = &mut cases[at];
            let Running(_, port) = match case.client.load {
                Load::Flood => &flood,
                Load::Paced => &paced,
                Load::Quiet => &quiet,
            };
            if case.client.why_missing.is_none() {
                match case.measure(*port) {
                    Ok(measurement) => case.client.rounds.push(measurement),
                    Err(error) if case.is_peer => {
                        eprintln!("{error:#}");
                        case.client.rounds.clear();
                        case.client.why_missing = Some("it failed".to_owned());
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        eprintln!("round {} of {rounds}", round + 1);
    }
    let clients: Vec<_> = cases.into_iter().map(|case| case.client).collect();
    for load in [Load::Flood, Load::Paced, Load::Quiet] {
        println!("{}", table(&clients, load));
    }
    if let Ok(path) = env::var("BENCH_OUT") {
        fs::write(path, serde_json::to_string_pretty(&clients)?)?;
    }
    Ok(())
}
