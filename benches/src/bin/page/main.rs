//! Writes `BENCHMARKS.md`, and its plots, from what `scripts/bench.sh` has measured: `page FOLDER`, in the root of the
//! repository.

mod plot;
mod targets;

use std::{
    collections::BTreeMap,
    env,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use auraxis_bench::{
    Load,
    report::{BASE, Client, Summary, table},
};
use serde::{Deserialize, de::DeserializeOwned};

/// The text of the page. `{name}` is replaced by a part.
const TEMPLATE: &str = include_str!("template.md");

const NOT_MEASURED: &str = "Not measured in this run.";

/// All measurements of a run.
struct Run {
    clients: Vec<Client>,
    /// Names, and nanoseconds per event or pair of operations.
    dispatch: Vec<(String, f64)>,
    allocations_per_event: f64,
    /// What criterion measured: names, and nanoseconds.
    criterion: BTreeMap<String, f64>,
    replays: Vec<Replay>,
    folder: PathBuf,
}

/// The replays of a file.
struct Replay {
    name: String,
    events: f64,
    seconds: Vec<f64>,
}

#[derive(Deserialize)]
struct Benchmark {
    full_id: String,
    throughput: Option<Throughput>,
}

#[derive(Deserialize)]
enum Throughput {
    Elements(f64),
    #[serde(untagged)]
    Other(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
struct Estimates {
    median: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
}

impl Run {
    fn read(folder: &Path) -> Result<Self> {
        let mut criterion = BTreeMap::new();
        read_criterion(&folder.join("criterion"), &mut criterion)?;
        Ok(Self {
            clients: json(&folder.join("clients.json"))?,
            dispatch: json(&folder.join("dispatch.json"))?,
            allocations_per_event: json(&folder.join("allocations"))?,
            criterion,
            replays: read_replays(&text(&folder.join("replays"))?)?,
            folder: folder.to_owned(),
        })
    }

    fn client(&self, name: &str, load: Load) -> Result<&Client> {
        let is_it = |client: &&Client| client.name == name && client.load == load;
        self.clients.iter().find(is_it).with_context(|| format!("no client {name}"))
    }

    /// Returns nanoseconds of the benchmark `dispatch`.
    fn dispatch(&self, name: &str) -> Result<f64> {
        let found = self.dispatch.iter().find(|(known, _)| known == name);
        found.map(|&(_, nanoseconds)| nanoseconds).with_context(|| format!("dispatch has no case {name}"))
    }

    /// Returns a table of the dispatch benchmark.
    fn dispatch_table(&self) -> String {
        let mut table = "| Triggers | ns |\n| --- | --: |\n".to_owned();
        for (name, nanoseconds) in &self.dispatch {
            let _ = writeln!(table, "| {name} | {nanoseconds:.0} |");
        }
        table
    }

    /// Returns a table of what criterion measured, either the benchmark of REST or the others.
    fn criterion_table(&self, is_rest: bool) -> String {
        let mut table = String::new();
        for (name, nanoseconds) in self.criterion.iter().filter(|(name, _)| name.starts_with("rest/") == is_rest) {
            if table.is_empty() {
                table.push_str("| Part | ns |\n| --- | --: |\n");
            }
            let _ = writeln!(table, "| {name} | {nanoseconds:.0} |");
        }
        if table.is_empty() { NOT_MEASURED.to_owned() } else { table }
    }

    fn replay_table(&self) -> String {
        let mut table =
            "| File | Million events | Million events/s | Seconds |\n| --- | --: | --: | --: |\n".to_owned();
        for replay in &self.replays {
            let seconds = Summary::new(replay.seconds.iter().copied());
            let _ = writeln!(
                table,
                "| {} | {} | {} | {seconds} |",
                replay.name,
                replay.events / 1e6,
                replay.rate().per(1e6)
            );
        }
        table
    }

    fn plot(&self) -> Result<()> {
        let folder = Path::new("docs/plots");
        fs::create_dir_all(folder)?;
        let names = [BASE, "14 triggers"].into_iter().chain(targets::PEERS.iter().map(|&(name, _)| name));
        let mut bars = Vec::new();
        for name in names {
            if let Ok(client) = self.client(name, Load::Flood)
                && !client.rounds.is_empty()
            {
                let label = if name == "14 triggers" { "this library, 14 triggers" } else { name };
                bars.push((label, client.summary(auraxis_bench::Measurement::rate).median));
            }
        }
        plot::bars(&folder.join("clients.svg"), "Events per second at full rate (logarithmic)", &bars)?;
        let mut points = vec![("none", self.dispatch("no trigger")?)];
        points.push(("1", self.dispatch("1 trigger on the character")?));
        for number in ["100", "10,000", "100,000"] {
            points.push((number, self.dispatch(&targets::one_character_each(number))?));
        }
        plot::line(
            &folder.join("triggers.svg"),
            "Nanoseconds to dispatch an event",
            "triggers on one character each, one of which matches",
            &points,
        )
    }

    fn page(&self) -> Result<String> {
        let file = |name: &str| text(&self.folder.join(name)).unwrap_or_else(|_| NOT_MEASURED.to_owned());
        let parts = [
            ("rounds", self.client(BASE, Load::Flood)?.rounds.len().to_string()),
            ("machine", file("machine")),
            ("targets", targets::table(self)?),
            ("flood", table(&self.clients, Load::Flood)),
            ("paced", table(&self.clients, Load::Paced)),
            ("start", table(&self.clients, Load::Quiet)),
            ("parts", self.criterion_table(false)),
            ("dispatch", self.dispatch_table()),
            ("rest", self.criterion_table(true)),
            ("instructions", file("instructions.md")),
            ("replay", self.replay_table()),
            ("footprint", file("footprint.md")),
        ];
        let mut page = TEMPLATE.to_owned();
        for (name, part) in parts {
            let place = format!("{{{name}}}");
            ensure!(page.contains(&place), "the template has no {place}");
            page = page.replace(&place, part.trim_end());
        }
        Ok(page)
    }
}

impl Replay {
    fn rate(&self) -> Summary {
        Summary::new(self.seconds.iter().map(|seconds| self.events / seconds))
    }
}

/// Reads the median of each benchmark below a folder, per element if it has several.
fn read_criterion(folder: &Path, into: &mut BTreeMap<String, f64>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.ends_with("new") {
            let benchmark: Benchmark = json(&path.join("benchmark.json"))?;
            let estimates: Estimates = json(&path.join("estimates.json"))?;
            let elements = match benchmark.throughput {
                Some(Throughput::Elements(elements)) => elements,
                _ => 1.0,
            };
            into.insert(benchmark.full_id, estimates.median.point_estimate / elements);
        } else if path.is_dir() {
            read_criterion(&path, into)?;
        }
    }
    Ok(())
}

/// Reads lines of a name, a number of events and microseconds.
fn read_replays(text: &str) -> Result<Vec<Replay>> {
    let mut replays: Vec<Replay> = Vec::new();
    for line in text.lines() {
        let fields: Vec<_> = line.split('\t').collect();
        let &[name, events, microseconds] = &*fields else { anyhow::bail!("not a replay: {line}") };
        let seconds = microseconds.parse::<f64>()? / 1e6;
        match replays.iter_mut().find(|replay| replay.name == name) {
            Some(replay) => replay.seconds.push(seconds),
            None => replays.push(Replay { name: name.to_owned(), events: events.parse()?, seconds: vec![seconds] }),
        }
    }
    Ok(replays)
}

fn text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| path.display().to_string())
}

fn json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    serde_json::from_str(&text(path)?).with_context(|| path.display().to_string())
}

fn main() -> Result<()> {
    let folder = env::args_os().nth(1).context("page FOLDER")?;
    let run = Run::read(Path::new(&folder))?;
    run.plot()?;
    fs::write("BENCHMARKS.md", run.page()?)?;
    Ok(())
}
