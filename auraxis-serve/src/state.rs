//! The state of the client, as JSON.

use std::collections::HashMap;

use auraxis_core::{
    event::{EventKind, KindSet, signal::Gap},
    id::WorldId,
    scope::Scope,
    time::Timestamp,
};
use auraxis_runtime::{
    TriggerHandle, TriggerStats,
    health::{Health, LinkState, Problem},
};
use serde::Serialize;

use crate::{
    app::App,
    health::problems,
    recent::Rates,
    why::{Facts, Surroundings, why},
};

/// What `/api/state` shows.
#[derive(Serialize)]
pub(crate) struct ClientState {
    bot: Bot,
    state: Phase,
    healthy: bool,
    problems: Vec<Problem>,
    health: Health,
    rates: Rates,
    gaps: Vec<KnownGap>,
    triggers: Vec<TriggerState>,
    can_change: bool,
}

#[derive(Serialize)]
struct Bot {
    name: String,
    version: Option<String>,
    auraxis: &'static str,
    environment: String,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum Phase {
    /// The client has not been connected yet.
    Starting,
    Running,
    Stopping,
}

#[derive(Serialize)]
struct KnownGap {
    id: u32,
    worlds: Worlds,
    kinds: Vec<&'static str>,
    from: i64,
    to: Option<i64>,
    cause: String,
    estimated_lost: Option<u32>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Worlds {
    Only(Vec<WorldId>),
    All(&'static str),
}

#[derive(Serialize)]
struct TriggerState {
    name: String,
    location: String,
    events: String,
    filters: String,
    is_paused: bool,
    last_run: Option<i64>,
    /// Events, or batches of events, in its queue.
    waiting: u64,
    stats: TriggerStats,
    why: Vec<String>,
}

impl ClientState {
    pub(crate) fn new(app: &App) -> Self {
        let (client, settings) = (&app.client, &app.settings);
        let health = client.health();
        let problems = problems(app, &health);
        let around = Surroundings::new(&health, app.is_stopping(), Timestamp::now());
        let drops: HashMap<_, _> = app.recent.drops().into_iter().collect();
        let trigger = |trigger: TriggerHandle| {
            TriggerState::new(&trigger, drops.get(trigger.name()).copied().unwrap_or(0), &around)
        };
        Self {
            bot: Bot {
                name: settings.name.clone().or_else(executable).unwrap_or_else(|| "bot".into()),
                version: settings.version.clone(),
                auraxis: env!("CARGO_PKG_VERSION"),
                environment: client.environment().to_string(),
            },
            state: Phase::new(&health, app.is_stopping()),
            healthy: problems.is_empty(),
            problems,
            rates: app.recent.rates(),
            gaps: app.recent.gaps().into_iter().map(KnownGap::from).collect(),
            triggers: client.triggers().into_iter().map(trigger).collect(),
            can_change: settings.token.is_some(),
            health,
        }
    }
}

fn executable() -> Option<String> {
    let path = std::env::current_exe().ok()?;
    Some(path.file_stem()?.to_string_lossy().into_owned())
}

impl Phase {
    fn new(health: &Health, is_stopping: bool) -> Self {
        let is_needed = |state| matches!(state, LinkState::Connecting | LinkState::Down);
        let has_connected = health.links.iter().any(|link| link.state == LinkState::Up || link.connections > 0);
        if is_stopping {
            Self::Stopping
        } else if health.at.is_none() || !has_connected && health.links.iter().any(|link| is_needed(link.state)) {
            Self::Starting
        } else {
            Self::Running
        }
    }
}

impl From<Gap> for KnownGap {
    fn from(gap: Gap) -> Self {
        Self {
            id: gap.id,
            worlds: match gap.worlds {
                Scope::All => Worlds::All("all"),
                Scope::Only(worlds) => Worlds::Only(worlds.into_iter().collect()),
            },
            kinds: kinds(gap.kinds),
            from: gap.from.0,
            to: gap.to.map(|to| to.0),
            cause: gap.cause.to_string(),
            estimated_lost: gap.estimated_lost,
        }
    }
}

fn kinds(kinds: KindSet) -> Vec<&'static str> {
    if kinds.is_all() { vec!["all"] } else { kinds.iter().map(EventKind::name).collect() }
}

impl TriggerState {
    fn new(trigger: &TriggerHandle, drops: u64, around: &Surroundings) -> Self {
        let interest = trigger.interest();
        let facts = Facts::new(trigger, &interest, drops);
        Self {
            name: trigger.name().into(),
            location: trigger.location().to_string(),
            events: interest.events(),
            filters: interest.filters(),
            is_paused: facts.is_paused,
            last_run: facts.last_run.map(|last_run| last_run.0),
            waiting: trigger.waiting(),
            stats: facts.stats,
            why: why(&facts, around),
        }
    }
}
