//! Rules on the events of a trigger.

use std::collections::HashSet;

use proc_macro2::Ident;
use syn::Type;

use crate::{
    args::Args,
    errors::Errors,
    event::Event,
    function::Function,
    option::OptionKind,
    rule::Rule,
    tokens::{argument_of, display, list, undelivered, ungroup_type},
};

pub(super) const RULES: &[Rule] = &[
    takes_its_event_by_value,
    batches_are_vectors,
    required_is_for_started,
    generic_triggers_list_their_events,
    events_are_listed,
    events_are_listed_once,
    events_have_the_names_of_the_game,
    quoted_names_are_words,
    quoted_events_have_no_type,
    only_the_first_parameter_is_an_event,
    filters_match_an_event,
];

/// The name of an event in other libraries, and in the game.
const RENAMED: (&str, &str) = ("AchievementAdded", "AchievementEarned");

/// Each filter, the property that it checks, and the events without this property.
const FILTERS: [(OptionKind, &str, &[&str]); 3] = [
    (OptionKind::Worlds, "world", &[]),
    (OptionKind::Zones, "zone", &["PlayerLogin", "PlayerLogout", "SessionEnd", "SessionStart", "WorldStateChanged"]),
    (
        OptionKind::Characters,
        "character",
        &[
            "AlertEnd",
            "AlertStart",
            "ContinentLock",
            "ContinentUnlock",
            "FacilityCapture",
            "FacilityControl",
            "FacilityDefence",
            "MetagameEvent",
            "PopulationReport",
            "WorldStateChanged",
        ],
    ),
];

/// The signals, which have none of the properties. `WorldStateChanged` is not listed because it has a world.
const SIGNALS: [&str; 12] = [
    "Started",
    "Connected",
    "Disconnected",
    "TriggerFailed",
    "Overflow",
    "Gap",
    "SubscriptionDrift",
    "Lagging",
    "RunsAborted",
    "ParseFailed",
    "Stopping",
    "Custom",
];

fn takes_its_event_by_value(_: &Args, function: &Function, errors: &mut Errors) {
    if let Ok(event) = function.event()
        && let Type::Reference(reference) = ungroup_type(event)
    {
        errors.at(
            reference,
            "expected the event by value, found a reference",
            format!("write `{}`", display(&reference.elem)),
        );
    }
}

/// A handler takes a `Vec` if, and only if, it has a `batch`.
fn batches_are_vectors(args: &Args, function: &Function, errors: &mut Errors) {
    let Ok(first) = function.first_parameter() else { return };
    match (args.option(OptionKind::Batch), argument_of("Vec", first)) {
        (None, Some(_)) => errors.at(
            first,
            format!("expected one event, found `{}`", display(first)),
            "to take several events at once, add `batch = 500, within = Duration::from_secs(5)`",
        ),
        (Some(_), None) => errors.at(
            first,
            format!("expected a `Vec` of events, because of `batch`, found `{}`", display(first)),
            format!("write `Vec<{}>`", display(first)),
        ),
        _ => {}
    }
}

fn required_is_for_started(args: &Args, function: &Function, errors: &mut Errors) {
    let Some(option) = args.option(OptionKind::Required) else { return };
    let is_started = match &args.events[..] {
        [] => function.event_name().is_some_and(|name| name == "Started"),
        [event] => event.name().is_some_and(|name| name == "Started"),
        _ => false,
    };
    if !is_started {
        errors.at(
            &option.name,
            "`required` is for triggers on `Started` alone: only the start waits for them",
            "remove it, or call `Client::fail` to stop the client with an error",
        );
    }
}

fn generic_triggers_list_their_events(args: &Args, function: &Function, errors: &mut Errors) {
    if let Some(parameter) = function.generic_event()
        && (args.events.is_empty() || args.events.iter().any(|event| event.ty().is_none()))
    {
        errors.at(
            parameter,
            "a generic trigger has to list its events, by their types",
            "list them in the attribute, such as `#[trigger(Death, VehicleDestroy)]`",
        );
    }
}

fn events_are_listed(args: &Args, function: &Function, errors: &mut Errors) {
    if args.events.is_empty()
        && let Ok(event) = function.event()
        && function.event_name().is_some_and(|name| name == "Event")
    {
        errors.at(
            event,
            "cannot infer the events of this trigger from `Event`",
            "list them: `#[trigger(Death, …)]`; or write `#[trigger(Event)]` for all events",
        );
    }
}

fn events_are_listed_once(args: &Args, _: &Function, errors: &mut Errors) {
    let mut listed = HashSet::new();
    for event in &args.events {
        let name = display(event);
        if listed.contains(&name) {
            errors.at(event, format!("duplicate event `{name}`"), "remove one of them");
        }
        listed.insert(name);
    }
}

fn events_have_the_names_of_the_game(args: &Args, function: &Function, errors: &mut Errors) {
    let (other, name) = RENAMED;
    let (message, help) = (format!("unknown event `{other}`"), format!("write `{name}`, the game's name for it"));
    for event in names(args, function).into_iter().flatten().filter(|name| *name == other) {
        errors.at(event, &message, &help);
    }
    for event in &args.events {
        if let Event::Name(event) = event
            && event.value() == other
        {
            errors.at(event, &message, &help);
        }
    }
}

fn quoted_names_are_words(args: &Args, _: &Function, errors: &mut Errors) {
    for event in &args.events {
        let Event::Name(name) = event else { continue };
        let value = name.value();
        let message = format!("expected the name of an event, found `{}`", display(name));
        if value == "all" || value == "*" {
            errors.at(name, message, "write `Event`, without quotes, for all events");
        } else if !is_word(&value) {
            errors.at(
                name,
                message,
                "write one word, such as `\"DirectiveCompleted\"`, and list several events one by one",
            );
        }
    }
}

fn is_word(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

fn quoted_events_have_no_type(args: &Args, function: &Function, errors: &mut Errors) {
    let Some(known) = function.event_name() else { return };
    for event in &args.events {
        if let Event::Name(name) = event
            && known == &name.value()
        {
            errors.at(name, format!("the event `{known}` has a type"), format!("write `{known}`, without quotes"));
        }
    }
}

fn only_the_first_parameter_is_an_event(args: &Args, function: &Function, errors: &mut Errors) {
    let events: HashSet<_> = args.events.iter().filter_map(Event::ty).map(display).collect();
    for parameter in function.parameters().skip(1) {
        let name = display(undelivered(parameter));
        if events.contains(&name) {
            errors.at(
                parameter,
                "only the first parameter can be the event",
                format!("take `{name}` once, as the first parameter"),
            );
        }
    }
}

fn filters_match_an_event(args: &Args, function: &Function, errors: &mut Errors) {
    let names = names(args, function);
    for (filter, property, events) in FILTERS {
        let is_without = |name: &Ident| SIGNALS.iter().chain(events).any(|event| name == event);
        if let Some(option) = args.option(filter)
            && names.iter().all(|name| name.is_some_and(is_without))
        {
            let has = if names.len() == 1 { "has" } else { "have" };
            errors.at(
                &option.name,
                format!("{} {has} no {property}", list(names.iter().flatten())),
                format!("remove `{}`", option.name),
            );
        }
    }
}

/// The name of each event of the trigger, or `None` for an event that is listed by its name.
fn names<'a>(args: &'a Args, function: &'a Function) -> Vec<Option<&'a Ident>> {
    if args.events.is_empty() {
        vec![function.event_name()]
    } else {
        args.events.iter().map(|event| event.name()).collect()
    }
}

#[cfg(test)]
mod tests {
    use auraxis_core::event::EventKind;

    use super::*;

    /// The builder of triggers enforces the same rule with these methods.
    #[test]
    fn filters_agree_with_the_event_catalog() {
        type HasProperty = fn(EventKind) -> bool;
        for &kind in EventKind::ALL.iter().chain(EventKind::SIGNALS).chain(EventKind::DERIVED) {
            for (_, property, events) in FILTERS {
                let is_without = SIGNALS.iter().chain(events).any(|name| *name == kind.name());
                let has_property: HasProperty = match property {
                    "world" => EventKind::has_world,
                    "zone" => EventKind::has_zone,
                    _ => EventKind::has_character,
                };
                assert_eq!(is_without, !has_property(kind), "{property} of {}", kind.name());
            }
        }
    }
}
