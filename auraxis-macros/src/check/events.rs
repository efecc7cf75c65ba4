//! Rules on what a trigger listens to.

use std::collections::HashSet;

use proc_macro2::Ident;

use super::Rule;
use crate::{
    args::Args,
    errors::Errors,
    event::Event,
    function::Function,
    option::Setting,
    tokens::{last_name, shown},
};

pub(super) const RULES: &[Rule] = &[
    events_are_named,
    events_are_listed_once,
    events_are_sent,
    known_events_have_no_quotes,
    event_comes_first,
    filters_fit_an_event,
];

/// Names that people look for and never hear from.
const NEVER_SENT: [(&str, &str); 2] = [
    ("AchievementAdded", "the game calls it `AchievementEarned`"),
    (
        "ContinentUnlock",
        "`ContinentUnlock` is in the old documentation but the game has never sent it; \
         watch `FacilityControl` or the `map` collection instead",
    ),
];

/// What a filter looks at, and the events that have nothing of the kind.
const LACKING: [(Setting, &str, &[&str]); 3] = [
    (Setting::Worlds, "world", &[]),
    (Setting::Zones, "zone", &["PlayerLogin", "PlayerLogout", "WorldStateChanged"]),
    (Setting::Characters, "character", &["ContinentLock", "FacilityControl", "MetagameEvent", "WorldStateChanged"]),
];

/// The signals, which are about the client itself; but `WorldStateChanged` is about a world.
const SIGNALS: [&str; 6] = ["Started", "Connected", "Disconnected", "TriggerFailed", "Overflow", "Stopping"];

fn events_are_named(args: &Args, function: &Function, errors: &mut Errors) {
    if args.events.is_empty()
        && let Ok(event) = function.event()
        && last_name(event).is_some_and(|name| name == "Event")
    {
        errors.at(
            event,
            "name the events this trigger listens to: `#[trigger(Death, …)]`, or `#[trigger(Event)]` for all",
        );
    }
}

fn events_are_listed_once(args: &Args, _: &Function, errors: &mut Errors) {
    let mut listed = HashSet::new();
    for event in &args.events {
        let shown = shown(event);
        if listed.contains(&shown) {
            errors.at(event, format!("`{shown}` is listed twice"));
        }
        listed.insert(shown);
    }
}

fn events_are_sent(args: &Args, function: &Function, errors: &mut Errors) {
    let message = |name: &str| Some(NEVER_SENT.iter().find(|(never, _)| name == *never)?.1);
    for name in names(args, function).into_iter().flatten() {
        if let Some(message) = message(&name.to_string()) {
            errors.at(name, message);
        }
    }
    for event in &args.events {
        if let Event::Name(name) = event
            && let Some(message) = message(&name.value())
        {
            errors.at(name, message);
        }
    }
}

fn known_events_have_no_quotes(args: &Args, function: &Function, errors: &mut Errors) {
    let Some(known) = function.event().ok().and_then(last_name) else { return };
    for event in &args.events {
        if let Event::Name(name) = event
            && known == &name.value()
        {
            errors.at(name, format!("`{known}` has a type: write it without quotes"));
        }
    }
}

fn event_comes_first(args: &Args, function: &Function, errors: &mut Errors) {
    let events: HashSet<_> = args.events.iter().filter_map(Event::ty).map(shown).collect();
    for parameter in function.parameters().skip(1) {
        if events.contains(&shown(parameter)) {
            errors.at(parameter, "a trigger takes its event as first parameter, and once");
        }
    }
}

fn filters_fit_an_event(args: &Args, function: &Function, errors: &mut Errors) {
    let names = names(args, function);
    for (filter, what, lacking) in LACKING {
        let lacks = |name: &Ident| SIGNALS.iter().chain(lacking).any(|event| name == event);
        if let Some(given) = args.given(filter)
            && names.iter().all(|name| name.is_some_and(lacks))
        {
            let events: Vec<_> = names.iter().flatten().map(|name| format!("`{name}`")).collect();
            errors.at(&given.word, format!("no {what} in {}: remove `{}`", events.join(", "), given.word));
        }
    }
}

/// The name of each event that the trigger listens to, as far as it has one.
fn names<'a>(args: &'a Args, function: &'a Function) -> Vec<Option<&'a Ident>> {
    if args.events.is_empty() {
        vec![function.event().ok().and_then(last_name)]
    } else {
        args.events.iter().map(|event| event.name()).collect()
    }
}
