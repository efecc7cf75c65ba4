//! Rules on what a trigger listens to.

use std::collections::HashSet;

use proc_macro2::Ident;

use crate::{
    args::Args,
    errors::Errors,
    event::Event,
    function::Function,
    option::Setting,
    rule::Rule,
    tokens::{last_name, shown},
};

pub(super) const RULES: &[Rule] = &[
    events_are_named,
    events_are_listed_once,
    events_have_their_own_names,
    names_are_words,
    known_events_have_no_quotes,
    event_comes_first,
    filters_fit_an_event,
];

/// What other libraries call an event, and what the game does.
const RENAMED: (&str, &str) = ("AchievementAdded", "the game calls it `AchievementEarned`");

/// What a filter looks at, and the events that have nothing of the kind.
const LACKING: [(Setting, &str, &[&str]); 3] = [
    (Setting::Worlds, "world", &[]),
    (Setting::Zones, "zone", &["PlayerLogin", "PlayerLogout", "WorldStateChanged"]),
    (
        Setting::Characters,
        "character",
        &["ContinentLock", "ContinentUnlock", "FacilityControl", "MetagameEvent", "WorldStateChanged"],
    ),
];

/// The signals, which are about the client itself; but `WorldStateChanged` is about a world.
const SIGNALS: [&str; 9] = [
    "Started",
    "Connected",
    "Disconnected",
    "TriggerFailed",
    "Overflow",
    "Lagging",
    "RunsAborted",
    "ParseFailed",
    "Stopping",
];

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

fn events_have_their_own_names(args: &Args, function: &Function, errors: &mut Errors) {
    let (other, message) = RENAMED;
    for name in names(args, function).into_iter().flatten().filter(|name| *name == other) {
        errors.at(name, message);
    }
    for event in &args.events {
        if let Event::Name(name) = event
            && name.value() == other
        {
            errors.at(name, message);
        }
    }
}

fn names_are_words(args: &Args, _: &Function, errors: &mut Errors) {
    for event in &args.events {
        let Event::Name(name) = event else { continue };
        let value = name.value();
        if value == "all" || value == "*" {
            errors.at(name, "every event is `Event`: write it without quotes");
        } else if !is_word(&value) {
            errors.at(name, "an event's name is one word, such as `\"DirectiveCompleted\"`: list several one by one");
        }
    }
}

fn is_word(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
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

#[cfg(test)]
mod tests {
    use auraxis_core::event::EventKind;

    use super::*;

    /// The same rule holds for triggers by hand, by way of these methods.
    #[test]
    fn filters_fit_the_events_of_the_catalogue() {
        type Has = fn(EventKind) -> bool;
        for &kind in EventKind::ALL.iter().chain(EventKind::SIGNALS) {
            for (_, what, lacking) in LACKING {
                let lacks = SIGNALS.iter().chain(lacking).any(|name| *name == kind.name());
                let has: Has = match what {
                    "world" => EventKind::has_world,
                    "zone" => EventKind::has_zone,
                    _ => EventKind::has_character,
                };
                assert_eq!(lacks, !has(kind), "{what} of {}", kind.name());
            }
        }
    }
}
