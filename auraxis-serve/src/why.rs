//! Why a trigger does not run: short sentences, made from what is known of it and of the stream.

use std::time::Duration;

use auraxis_core::{id::WorldId, interest::Interest, scope::Scope, time::Timestamp};
use auraxis_runtime::{
    TriggerHandle, TriggerStats,
    health::{Health, LinkState, Stall},
};

/// A trigger that has run within this time needs no explanation, unless something has gone wrong.
const RECENT: Duration = Duration::from_mins(1);

/// The maximum number of worlds that a sentence names.
const MAX_NAMES: usize = 5;

/// What is known of a trigger.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) name: &'a str,
    pub(crate) interest: &'a Interest,
    pub(crate) stats: TriggerStats,
    pub(crate) last_run: Option<Timestamp>,
    pub(crate) is_paused: bool,
    pub(crate) is_removed: bool,
    /// The number of events that it has dropped recently.
    pub(crate) drops: u64,
}

/// What is known of the client.
#[derive(Debug)]
pub(crate) struct Surroundings {
    pub(crate) now: Timestamp,
    pub(crate) is_stopping: bool,
    stall: Option<Stall>,
    needed_links: usize,
    links_up: usize,
    worlds: Vec<World>,
}

/// What is known of a world.
#[derive(Debug)]
struct World {
    id: WorldId,
    name: String,
    is_offline: bool,
    is_silent: bool,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(trigger: &'a TriggerHandle, interest: &'a Interest, drops: u64) -> Self {
        Self {
            name: trigger.name(),
            interest,
            stats: trigger.stats(),
            last_run: trigger.last_run(),
            is_paused: trigger.is_paused(),
            is_removed: trigger.is_removed(),
            drops,
        }
    }

    fn is_periodic(&self) -> bool {
        self.interest.selectors.is_empty()
    }
}

impl Surroundings {
    pub(crate) fn new(health: &Health, is_stopping: bool, now: Timestamp) -> Self {
        let world = |world: &auraxis_runtime::health::WorldStatus| World {
            id: world.world,
            name: world.name.map_or_else(|| format!("world {}", world.world), String::from),
            is_offline: world.online == Some(false),
            is_silent: world.is_silent,
        };
        Self {
            now,
            is_stopping,
            stall: health.stall.clone(),
            needed_links: health.links.iter().filter(|link| link.state != LinkState::Closed).count(),
            links_up: health.links.iter().filter(|link| link.state == LinkState::Up).count(),
            worlds: health.worlds.iter().map(world).collect(),
        }
    }
}

/// Returns why the trigger does not run, or what has gone wrong; nothing if it has run recently and nothing has.
pub(crate) fn why(facts: &Facts<'_>, around: &Surroundings) -> Vec<String> {
    if facts.is_removed {
        return vec!["It was removed.".into()];
    }
    let mut reasons = Vec::new();
    if facts.is_paused {
        reasons.push("It is paused: it ignores everything until it is resumed.".into());
    }
    if around.is_stopping {
        reasons.push("The client is stopping.".into());
    }
    reasons.extend(around.stall.as_ref().map(|stall| blocked(facts, stall)));
    let is_recent = facts.last_run.is_some_and(|last_run| around.now.since(last_run) <= RECENT);
    if !facts.is_paused && !is_recent {
        if facts.is_periodic() {
            reasons.push(turns(facts, around));
        } else {
            reasons.extend(idle(facts, around));
        }
    }
    reasons.extend(troubles(facts));
    reasons
}

fn blocked(facts: &Facts<'_>, stall: &Stall) -> String {
    let Stall { trigger, duration, .. } = stall;
    let seconds = duration.as_secs_f64();
    if trigger == facts.name {
        format!(
            "It has blocked the stream and every other trigger for {seconds:.1} s. If it does blocking I/O or heavy \
             computation, add the option `blocking`."
        )
    } else {
        format!("`{trigger}` has blocked the stream for {seconds:.1} s, so no other trigger gets events.")
    }
}

fn turns(facts: &Facts<'_>, around: &Surroundings) -> String {
    match facts.last_run {
        Some(last_run) => format!("It runs periodically, last {} ago.", age(around.now.since(last_run))),
        None => "It runs periodically, and its first turn has not come yet.".into(),
    }
}

/// Why a trigger for events has not run recently.
fn idle(facts: &Facts<'_>, around: &Surroundings) -> Vec<String> {
    let Facts { interest, stats, last_run, .. } = facts;
    if interest.is_impossible() {
        return vec![format!("No event can pass its filters ({}).", interest.filters())];
    }
    let mut reasons = match last_run {
        Some(last_run) => vec![format!("It last ran {} ago.", age(around.now.since(*last_run)))],
        None if stats.received == 0 => Vec::new(),
        None => {
            vec![format!("{}, and it ran for none of them.", events(stats.received, "was received", "were received"))]
        }
    };
    let missing = missing(interest, around);
    if stats.received == 0 && missing.is_empty() {
        let filters = interest.filters();
        let limit = if filters.is_empty() { String::new() } else { format!(" for {filters}") };
        reasons.push(format!("Nothing was received yet: no {}{limit}.", interest.events().replace(", ", " or ")));
    } else if stats.received == 0 {
        reasons.push("Nothing was received yet.".into());
    }
    reasons.extend(missing);
    let scope = |filter: String| format!("did not pass the filter {filter}");
    let filtered = [
        (stats.filtered_by_world, scope(interest.worlds.of("worlds"))),
        (stats.filtered_by_character, scope(interest.characters.of("characters"))),
        (stats.filtered_by_zone, scope(interest.zones.of("zones"))),
        (stats.rejected, "did not meet a condition".into()),
        (stats.cooled_down, "came during its cooldown".into()),
        (stats.rejected_by_check, "did not pass its `check`".into()),
    ];
    reasons
        .extend(filtered.iter().filter(|(count, _)| *count > 0).map(|(count, what)| events(*count, what, what) + "."));
    let accounted = filtered.iter().map(|(count, _)| count).sum::<u64>() + stats.dropped;
    if stats.started == 0 && stats.received > accounted {
        let waiting = stats.received - accounted;
        reasons.push(events(waiting, "waits", "wait") + " for a run, in its queue or its batch.");
    } else if stats.queued > 0 {
        reasons.push(events(stats.queued, "had", "had") + " to wait for earlier runs, which may not have finished.");
    }
    reasons
}

/// Why no events may arrive.
fn missing(interest: &Interest, around: &Surroundings) -> Vec<String> {
    if !interest.needs_link() {
        return Vec::new();
    }
    if around.needed_links > 0 && around.links_up == 0 {
        return vec!["No link is connected.".into()];
    }
    let wanted: Vec<_> = around.worlds.iter().filter(|world| interest.worlds.contains(&world.id)).collect();
    let is_down = |world: &&&World| world.is_offline || world.is_silent;
    // A trigger for all worlds gets events as long as any of them sends some.
    if matches!(interest.worlds, Scope::All) && wanted.iter().any(|world| !is_down(&world)) {
        return Vec::new();
    }
    let names = |is: fn(&World) -> bool| {
        let names: Vec<_> = wanted.iter().filter(|world| is(world)).map(|world| world.name.as_str()).collect();
        match names.len() {
            0 => None,
            1 => Some(format!("{} is", names[0])),
            2..=MAX_NAMES => Some(format!("{} are", names.join(", "))),
            more => Some(format!("{more} of its worlds are")),
        }
    };
    let offline = names(|world| world.is_offline).map(|are| format!("{are} reported as offline."));
    let silent = names(|world| world.is_silent && !world.is_offline);
    offline
        .into_iter()
        .chain(silent.map(|are| format!("{are} silent: events that should arrive are missing.")))
        .collect()
}

/// What has gone wrong.
fn troubles(facts: &Facts<'_>) -> Vec<String> {
    let stats = &facts.stats;
    let is = |count, one: &str, many: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {many}") };
    let mut troubles = Vec::new();
    if stats.dropped > 0 {
        let recent = if facts.drops > 0 { format!(", {} of them recently", facts.drops) } else { String::new() };
        troubles.push(format!(
            "{} dropped because its queue was full{recent}; see the options `concurrency`, `queue` and `overflow`.",
            is(stats.dropped, "event was", "events were")
        ));
    }
    let rows = [
        (stats.failed, "run returned an error", "runs returned an error", ""),
        (stats.panicked, "run panicked", "runs panicked", ""),
        (stats.timed_out, "run was", "runs were", " aborted because of its `timeout`"),
        (stats.condition_panics, "event was", "events were", " rejected because a condition panicked"),
        (stats.skipped, "turn was", "turns were", " skipped because it was still running"),
        (stats.late, "event", "events", " waited for more than five seconds"),
        (stats.aborted, "run was", "runs were", " aborted because the client stopped"),
        (stats.stalls, "call", "calls", " of its handler or a condition blocked the stream; see the option `blocking`"),
    ];
    let rows = rows.into_iter().filter(|(count, ..)| *count > 0);
    troubles.extend(rows.map(|(count, one, many, what)| format!("{}{what}.", is(count, one, many))));
    troubles
}

fn events(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 event {one}") } else { format!("{count} events {many}") }
}

fn age(age: Duration) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;

    let seconds = age.as_secs();
    match seconds {
        0..MINUTE => format!("{seconds} s"),
        MINUTE..HOUR => format!("{} min", seconds / MINUTE),
        HOUR..DAY => format!("{} h", seconds / HOUR),
        _ => format!("{} days", seconds / DAY),
    }
}

#[cfg(test)]
mod tests {
    use auraxis_core::event::{EventKind, Selector};

    use super::*;

    const NOW: Timestamp = Timestamp(100_000);

    fn interest(kinds: &[EventKind]) -> Interest {
        Interest::new(kinds.iter().map(|kind| Selector::Kind(*kind)))
    }

    fn on(worlds: &[u32]) -> Interest {
        Interest { worlds: worlds.iter().map(|world| WorldId(*world)).collect(), ..interest(&[EventKind::Death]) }
    }

    fn stats(change: impl FnOnce(&mut TriggerStats)) -> TriggerStats {
        let mut stats = TriggerStats::default();
        change(&mut stats);
        stats
    }

    fn facts(interest: &Interest) -> Facts<'_> {
        Facts {
            name: "it",
            interest,
            stats: TriggerStats::default(),
            last_run: None,
            is_paused: false,
            is_removed: false,
            drops: 0,
        }
    }

    fn world(id: u32, is_offline: bool, is_silent: bool) -> World {
        World { id: WorldId(id), name: format!("world {id}"), is_offline, is_silent }
    }

    fn around(worlds: Vec<World>) -> Surroundings {
        Surroundings { now: NOW, is_stopping: false, stall: None, needed_links: 1, links_up: 1, worlds }
    }

    #[test]
    fn a_trigger_that_has_just_run_needs_no_explanation() {
        let interest = on(&[1]);
        let stats = stats(|stats| (stats.received, stats.filtered_by_world, stats.started) = (9, 8, 1));
        let facts = Facts { last_run: Some(Timestamp(NOW.0 - 3)), stats, ..facts(&interest) };
        assert!(why(&facts, &around(vec![world(1, true, false)])).is_empty());
    }

    #[test]
    fn paused_removed_and_stopping() {
        let interest = interest(&[EventKind::Death]);
        let removed = Facts { is_removed: true, is_paused: true, ..facts(&interest) };
        assert_eq!(why(&removed, &around(vec![])), ["It was removed."]);
        let paused = Facts { is_paused: true, ..facts(&interest) };
        let around = Surroundings { is_stopping: true, ..around(vec![]) };
        assert_eq!(
            why(&paused, &around),
            ["It is paused: it ignores everything until it is resumed.", "The client is stopping."]
        );
    }

    #[test]
    fn nothing_was_received() {
        let all = interest(&[EventKind::Death, EventKind::VehicleDestroy]);
        let down = Surroundings { links_up: 0, ..around(vec![]) };
        assert_eq!(why(&facts(&all), &down), ["Nothing was received yet.", "No link is connected."]);
        let nothing = "Nothing was received yet: no Death or VehicleDestroy.";
        assert_eq!(why(&facts(&all), &around(vec![])), [nothing]);
        assert_eq!(why(&facts(&all), &around(vec![world(1, false, false), world(2, true, false)])), [nothing]);
        assert_eq!(
            why(&facts(&all), &around(vec![world(1, true, false), world(2, true, false)])),
            ["Nothing was received yet.", "world 1, world 2 are reported as offline."]
        );
        assert_eq!(
            why(&facts(&on(&[1, 10])), &around(vec![world(1, true, true), world(10, false, true)])),
            [
                "Nothing was received yet.",
                "world 1 is reported as offline.",
                "world 10 is silent: events that should arrive are missing."
            ]
        );
        assert_eq!(
            why(&facts(&on(&[1])), &around(vec![world(10, true, true)])),
            ["Nothing was received yet: no Death for worlds 1."]
        );
        assert_eq!(why(&facts(&on(&[])), &around(vec![])), ["No event can pass its filters (no worlds)."]);
        // Signals need no link.
        assert_eq!(why(&facts(&interest(&[EventKind::Gap])), &down), ["Nothing was received yet: no Gap."]);
    }

    #[test]
    fn received_but_not_run() {
        let mut interest = on(&[1]);
        interest.zones = [2].into_iter().map(auraxis_core::id::ZoneId).collect();
        let stats = stats(|stats| {
            (stats.received, stats.filtered_by_world, stats.filtered_by_zone) = (20, 1, 2);
            (stats.rejected, stats.cooled_down, stats.rejected_by_check) = (3, 4, 5);
        });
        assert_eq!(
            why(&Facts { stats, ..facts(&interest) }, &around(vec![])),
            [
                "20 events were received, and it ran for none of them.",
                "1 event did not pass the filter worlds 1.",
                "2 events did not pass the filter zones 2.",
                "3 events did not meet a condition.",
                "4 events came during its cooldown.",
                "5 events did not pass its `check`.",
                "5 events wait for a run, in its queue or its batch.",
            ]
        );
    }

    #[test]
    fn ran_long_ago() {
        let interest = interest(&[EventKind::Death]);
        let stats = stats(|stats| (stats.received, stats.started, stats.queued) = (9, 2, 7));
        let facts = Facts { stats, last_run: Some(Timestamp(NOW.0 - 7_300)), ..facts(&interest) };
        assert_eq!(
            why(&facts, &around(vec![])),
            ["It last ran 2 h ago.", "7 events had to wait for earlier runs, which may not have finished."]
        );
        assert_eq!([59, 60, 86_400 * 3].map(|seconds| age(Duration::from_secs(seconds))), ["59 s", "1 min", "3 days"]);
    }

    #[test]
    fn a_periodic_trigger_waits_for_its_turn() {
        let interest = interest(&[]);
        assert_eq!(
            why(&facts(&interest), &around(vec![])),
            ["It runs periodically, and its first turn has not come yet."]
        );
        let stats = stats(|stats| stats.skipped = 2);
        let facts = Facts { last_run: Some(Timestamp(NOW.0 - 600)), stats, ..facts(&interest) };
        assert_eq!(
            why(&facts, &around(vec![])),
            ["It runs periodically, last 10 min ago.", "2 turns were skipped because it was still running."]
        );
    }

    #[test]
    fn troubles_are_told_even_if_it_has_just_run() {
        let interest = interest(&[EventKind::Death]);
        let stats = stats(|stats| {
            (stats.received, stats.started, stats.dropped) = (9, 2, 7);
            (stats.failed, stats.panicked, stats.timed_out, stats.condition_panics) = (1, 2, 1, 2);
            (stats.late, stats.aborted, stats.stalls) = (1, 1, 1);
        });
        let facts = Facts { stats, drops: 3, last_run: Some(NOW), ..facts(&interest) };
        assert_eq!(
            why(&facts, &around(vec![])),
            [
                "7 events were dropped because its queue was full, 3 of them recently; see the options `concurrency`, `queue` \
             and `overflow`.",
                "1 run returned an error.",
                "2 runs panicked.",
                "1 run was aborted because of its `timeout`.",
                "2 events were rejected because a condition panicked.",
                "1 event waited for more than five seconds.",
                "1 run was aborted because the client stopped.",
                "1 call of its handler or a condition blocked the stream; see the option `blocking`.",
            ]
        );
    }

    #[test]
    fn a_blocked_stream() {
        let (interest, mut around) = (interest(&[EventKind::Death]), around(vec![]));
        for (trigger, expected) in [
            ("other", "`other` has blocked the stream for 2.5 s, so no other trigger gets events."),
            ("it", "It has blocked the stream and every other trigger for 2.5 s. If it does"),
        ] {
            around.stall = Some(Stall::new(trigger, Duration::from_millis(2_500)));
            let reasons = why(&Facts { last_run: Some(NOW), ..facts(&interest) }, &around);
            assert!(reasons.len() == 1 && reasons[0].starts_with(expected), "{reasons:?}");
        }
    }
}
