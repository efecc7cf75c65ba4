//! What is known about triggers, by the value of their label.

use std::collections::HashMap;

use auraxis_core::time::Timestamp;
use auraxis_runtime::{Client, TriggerHandle, TriggerStats, health::Histogram};

use super::table::{
    FAILURES, FILTERED, FORGOTTEN, MAX_TRIGGERS, Metric, OTHER, QUEUED, RECEIVED, REJECTED, RETRIED, RUNS, SKIPPED,
    STALLS, TRIGGER_DROPPED, TRIGGER_LATE,
};

/// Reads a counter of a trigger.
type Read = fn(&TriggerStats) -> u64;

/// The counters of a metric, each with the value of the second label if there is one.
type Counters = &'static [(Option<&'static str>, Read)];

/// The counters by metric.
pub(super) const COUNTERS: &[(&Metric, Counters)] = &[
    (RECEIVED, &[(None, |stats| stats.received)]),
    (
        FILTERED,
        &[
            (Some("world"), |stats| stats.filtered_by_world),
            (Some("character"), |stats| stats.filtered_by_character),
            (Some("zone"), |stats| stats.filtered_by_zone),
        ],
    ),
    (
        REJECTED,
        &[
            (Some("condition"), |stats| stats.rejected),
            (Some("cooldown"), |stats| stats.cooled_down),
            (Some("check"), |stats| stats.rejected_by_check),
        ],
    ),
    (QUEUED, &[(None, |stats| stats.queued)]),
    (TRIGGER_DROPPED, &[(None, |stats| stats.dropped)]),
    (TRIGGER_LATE, &[(None, |stats| stats.late)]),
    (RUNS, &[(None, |stats| stats.started)]),
    (
        FAILURES,
        &[
            (Some("error"), |stats| stats.failed),
            (Some("panic"), |stats| stats.panicked),
            (Some("timeout"), |stats| stats.timed_out),
            (Some("aborted"), |stats| stats.aborted),
            (Some("condition"), |stats| stats.condition_panics),
        ],
    ),
    (RETRIED, &[(None, |stats| stats.retried)]),
    (SKIPPED, &[(None, |stats| stats.skipped)]),
    (STALLS, &[(None, |stats| stats.stalls)]),
    (FORGOTTEN, &[(None, |stats| stats.cooldowns_forgotten)]),
];

/// The triggers with one label.
#[derive(Debug, Default)]
pub(super) struct Group {
    stats: Vec<TriggerStats>,
    pub(super) waiting: u64,
    pub(super) paused: u64,
    pub(super) last_run: Option<Timestamp>,
    pub(super) run_times: Histogram,
}

impl Group {
    fn add(&mut self, trigger: &TriggerHandle) {
        self.stats.push(trigger.stats());
        self.waiting += trigger.waiting();
        self.paused += u64::from(trigger.is_paused());
        self.last_run = self.last_run.max(trigger.last_run());
        self.run_times += trigger.run_times();
    }

    /// Returns the sum of a counter.
    pub(super) fn sum(&self, read: Read) -> u64 {
        self.stats.iter().map(read).sum()
    }
}

/// Returns the triggers of a client by label: the first [`MAX_TRIGGERS`] labels, and [`OTHER`].
pub(super) fn groups(client: &Client) -> Vec<(String, Group)> {
    let mut groups: Vec<(String, Group)> = Vec::new();
    let mut places = HashMap::new();
    let mut others = Group::default();
    let mut has_others = false;
    for trigger in client.triggers() {
        let label = label(&trigger);
        let place = match places.get(&label) {
            Some(&place) => Some(place),
            None if label == OTHER || groups.len() == MAX_TRIGGERS => None,
            None => {
                places.insert(label.clone(), groups.len());
                groups.push((label, Group::default()));
                Some(groups.len() - 1)
            }
        };
        has_others |= place.is_none();
        place.map_or(&mut others, |place| &mut groups[place].1).add(&trigger);
    }
    if has_others {
        groups.push((OTHER.to_owned(), others));
    }
    groups
}

/// Returns the name of a trigger. Triggers without a name of their own get a number each, and a program can add any number
/// of them, one after the other: theirs is the location.
fn label(trigger: &TriggerHandle) -> String {
    let (name, location) = (trigger.name(), trigger.location().to_string());
    let number = name.strip_prefix("trigger ").and_then(|rest| rest.strip_suffix(&location)?.strip_suffix(" at "));
    match number {
        Some(number) if number.bytes().all(|byte| byte.is_ascii_digit()) => location,
        _ => name.to_owned(),
    }
}
