//! The table of scenarios: one for each fault of the simulator.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use auraxis::prelude::*;
use auraxis_sim::{Fault, Scorer, Script, Sim, TruthEntry, War};
use tokio::{sync::Mutex, time::sleep};

use crate::{
    HOUR, START,
    common::{client, start, stop},
    outcome::Outcome,
    received::Received,
};

/// A fault script, and how long our client runs against it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// The fault, as in the catalog, or another name.
    pub name: String,
    pub script: String,
    pub seconds: u64,
    /// The number of redundant links.
    pub links: u32,
    pub seed: u64,
    /// The last events that need not be received or reported yet.
    settle: Duration,
    interest: Interest,
}

/// What the client subscribes to. In a script, it is a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Interest {
    Everything,
    Kinds,
    Worlds,
    Characters,
}

const WORLDS: [WorldId; 2] = [WorldId::OSPREY, WorldId::SOLTECH];

/// The scenarios of each fault in the catalog: script and seconds.
const SINGLE: &[(&str, &str, u64)] = &[
    ("twin next 3", "every 2s twin next 5", 20),
    ("future next 2 by 5s", "every 2s future next 3 by 5s", 20),
    ("unknown event", "every 500ms unknown event", 20),
    ("unknown field next 3", "every 2s unknown field next 5", 20),
    (
        "odd value null next 3",
        "every 3s odd value null next 5
        every 4s odd value -1 next 5
        every 5s odd value empty next 5
        every 6s odd value float next 5
        every 7s odd value huge next 5
        every 8s odd value doubled next 5",
        30,
    ),
    ("ps4 for 20s", "at 5s ps4 for 10s", 20),
    // What is usual on a world has to be learned first.
    ("silence world 40 for 20s", "at 40s silence world 1 for 1m", 90),
    ("down world 10 for 20s", "at 5s down world 10 for 10s", 25),
    ("refuse 503 for 10s", "at 5s refuse 503 for 5s\nat 5s cut", 30),
    ("refuse next 403", "at 5s refuse next 403\nat 5s cut", 25),
    ("busy for 10s retry after 3s", "at 5s busy for 5s retry after 3s\nat 5s cut", 30),
    (
        "redirect for 10s to http://127.0.0.1:9/elsewhere",
        "at 5s redirect for 5s to http://127.0.0.1:9/elsewhere\nat 5s cut",
        30,
    ),
    ("flap for 10s", "at 5s flap for 5s\nat 5s cut", 30),
    ("duplicate next 3 after 2", "every 1s duplicate next 3 after 2", 20),
    ("reorder next 3 by 2", "every 2s reorder next 5 by 2", 20),
    ("late next 3 by 1s", "every 2s late next 5 by 1s", 20),
    ("delay by 3s for 20s", "at 5s delay by 3s for 10s", 25),
    ("silence link for 20s", "at 10s silence link for 2m", 50),
    ("stop heartbeats for 1m", "at 2s stop heartbeats for 1m", 20),
    ("forget event Death", "at 5s forget event all\nat 9700ms forget event all", 20),
    (
        "forget event Death",
        "at 5s forget event Death # only deaths and experience\nat 9700ms forget event Death # only deaths and experience",
        20,
    ),
    (
        "forget world 40",
        "at 5s forget world 1 # only worlds 1 and 40\nat 9700ms forget world 1 # only worlds 1 and 40",
        20,
    ),
    (
        "forget character 5428010618015189713",
        "at 5s forget character $CHARACTER # only 300 characters\nat 9700ms forget character $CHARACTER # only 300 characters",
        20,
    ),
    ("forget everything", "at 5s forget everything\nat 9700ms forget everything", 20),
    ("garbage 5", "every 2s garbage 5", 20),
    ("slow to 2000 bytes/s for 10s", "at 5s slow to 2000 bytes/s for 10s", 30),
    ("deaf for 10s", "at 5s deaf for 5s", 25),
    ("freeze for 30s", "at 10s freeze for 2m", 60),
    ("reset", "every 10s reset", 35),
    ("cut", "every 10s cut", 35),
    ("close 1001", "every 10s close 1001", 35),
    ("close 1012 because service restart", "every 10s close 1012 because service restart", 35),
    ("rest status:503 for 20s", "at 2s rest status:503 for 10s", 15),
    ("rest hang:5s next 2", "at 2s rest hang:5s next 2", 15),
    ("anything", "at 5s anything\nat 10s anything", 40),
];

/// Faults of one link that another link makes up for.
const OF_ONE_LINK: &[(&str, u64)] = &[
    ("at 5s reset on link 1", 20),
    ("at 5s cut on link 1", 20),
    ("at 5s close 1001 on link 2", 20),
    ("at 5s silence link for 2m on link 1", 40),
    ("at 5s freeze for 2m on link 2", 50),
    ("at 5s forget everything on link 2", 20),
    ("at 5s forget event all on link 1", 20),
    ("at 5s deaf for 5s on link 1", 30),
    ("at 5s delay by 3s for 10s on link 1", 30),
    ("at 5s slow to 2000 bytes/s for 10s on link 2", 30),
    ("every 2s garbage 5 on link 1", 20),
    ("every 1s reorder next 5 by 2 on link 1", 20),
];

static STARTING: Mutex<()> = Mutex::const_new(());

impl Scenario {
    pub fn new(name: &str, script: &str, seconds: u64) -> Self {
        let script = script.lines().map(str::trim).collect::<Vec<_>>().join("\n");
        let comment = script.lines().find_map(|line| Some(line.split_once("# only ")?.1));
        let interest = match comment {
            None => Interest::Everything,
            Some("deaths and experience") => Interest::Kinds,
            Some("worlds 1 and 40") => Interest::Worlds,
            Some("300 characters") => Interest::Characters,
            Some(other) => panic!("no such interest: {other}"),
        };
        // The character with the most events.
        let character = characters(1).first().map(ToString::to_string).unwrap_or_default();
        let script = script.replace("$CHARACTER", &character);
        let settle = Duration::from_secs(3);
        Self { name: name.to_owned(), script, seconds, links: 1, seed: 1, settle, interest }
    }

    /// Each fault of the catalog alone.
    ///
    /// # Panics
    ///
    /// Panics if a fault of the catalog has no scenario, or a scenario does not contain its fault.
    pub fn single() -> Vec<Self> {
        let known: BTreeSet<&str> = SINGLE.iter().map(|(name, ..)| *name).collect();
        let catalog: BTreeSet<&str> = Fault::catalog().iter().map(|info| info.example).collect();
        assert_eq!(known, catalog, "each fault of the catalog needs a scenario");
        let scenarios: Vec<_> =
            SINGLE.iter().map(|(name, script, seconds)| Self::new(name, script, *seconds)).collect();
        for scenario in &scenarios {
            let kind = std::mem::discriminant(&scenario.name.parse::<Fault>().unwrap());
            let is_tested = scenario.faults().iter().any(|fault| std::mem::discriminant(fault) == kind);
            assert!(is_tested, "`{}` is not in its script: {}", scenario.name, scenario.script);
        }
        scenarios
    }

    /// Every two faults of the catalog together.
    pub fn pairs() -> Vec<Self> {
        let single = Self::single();
        let pairs = single.iter().enumerate().flat_map(|(at, one)| single[at + 1..].iter().map(move |two| (one, two)));
        pairs.map(|(one, two)| one.and(two)).collect()
    }

    fn and(&self, other: &Self) -> Self {
        Self {
            name: format!("{} + {}", self.name, other.name),
            script: format!("{}\n{}", self.script, other.script),
            seconds: self.seconds.max(other.seconds),
            interest: self.interest.max(other.interest),
            settle: self.settle.max(other.settle),
            ..*self
        }
    }

    /// Faults of one of two redundant links.
    pub fn redundant() -> Vec<Self> {
        let one = OF_ONE_LINK.iter();
        one.map(|(script, seconds)| Self {
            links: 2,
            ..Self::new(script.split_once("s ").unwrap().1, script, *seconds)
        })
        .collect()
    }

    /// A random fault about every five seconds.
    pub fn storm(seed: u64, seconds: u64) -> Self {
        let script = "every 5s ±4s anything on one link";
        // The last faults may last 15 seconds, and be reported later still.
        Self { seed, settle: Duration::from_secs(30), ..Self::new(&format!("storm {seed}"), script, seconds) }
    }

    fn faults(&self) -> Vec<Fault> {
        let fault = |line: &str| line.split('#').next().unwrap().trim().splitn(3, ' ').nth(2).unwrap().parse().unwrap();
        self.script.lines().map(fault).collect()
    }

    /// Runs our client against the simulator.
    pub async fn run(self) -> (Self, Outcome) {
        // One after the other: a client that takes seconds to start has other problems than the fault.
        let starting = STARTING.lock().await;
        let script: Script = self.script.parse().unwrap();
        let builder = Sim::builder().seed(self.seed).hour(HOUR).keep_truth().faults(script);
        let sim = builder.start().await.unwrap();
        let received = Received::default();
        let builder = client(&sim).verify_interval(Duration::from_secs(2)).redundancy(self.links);
        let squad = if self.interest == Interest::Characters { characters(300) } else { Vec::new() };
        let events = match self.interest {
            Interest::Everything => Trigger::builder::<Event>().on::<Event>(),
            Interest::Kinds => Trigger::builder::<Event>().on::<Death>().on::<GainExperience>(),
            Interest::Worlds => Trigger::builder::<Event>().on::<Event>().worlds(WORLDS),
            Interest::Characters => Trigger::builder::<Event>().on::<Event>().characters(squad.iter().copied()),
        };
        let triggers = [received.events(events), received.gap_trigger()];
        let client = triggers.into_iter().fold(builder, auraxis::ClientBuilder::trigger).build().unwrap();
        let running = start(&client).await;
        drop(starting);
        sleep(Duration::from_secs(self.seconds)).await;
        // Taken in this order, so that every received event is in the truth.
        let lines = received.take_lines();
        let truth: Vec<TruthEntry> = sim.truth();
        // The server may send more than is needed.
        let scorer = Scorer::new(&truth).settle(self.settle);
        let scorer = match self.interest {
            Interest::Everything => scorer,
            Interest::Kinds => scorer.expect(|event| matches!(event, Event::Death(_) | Event::GainExperience(_))),
            Interest::Worlds => scorer.expect(|event| event.world_id().is_some_and(|world| WORLDS.contains(&world))),
            Interest::Characters => scorer.expect(|event| event.character_ids().any(|it| squad.contains(&it))),
        };
        let outcome = Outcome::new(&truth, scorer.score(lines.iter().map(String::as_str)), received.gaps());
        stop(&client, running).await;
        (self, outcome)
    }
}

/// Returns the characters with the most events in the first minute of the war.
fn characters(many: usize) -> Vec<CharacterId> {
    let mut counts: BTreeMap<CharacterId, usize> = BTreeMap::new();
    for event in War::new(1, START).take_while(|event| event.offset < Duration::from_mins(1)) {
        event.event.character_ids().for_each(|character| *counts.entry(character).or_default() += 1);
    }
    let mut characters: Vec<_> = counts.into_iter().collect();
    characters.sort_by_key(|(character, count)| (std::cmp::Reverse(*count), *character));
    characters.into_iter().take(many).map(|(character, _)| character).collect()
}
