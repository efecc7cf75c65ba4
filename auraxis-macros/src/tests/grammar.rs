//! Tests of the builder calls that the attribute expands to.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

use super::expansion::{appended_to, expand, tokens};
use crate::{attribute::AttributeMacro, option::OptionKind};

const HANDLER: &str = "async fn on_death(death: Death) {}";

/// The calls between `builder_for` and `named`.
#[track_caller]
fn calls(args: &str) -> String {
    between(&appended_to(HANDLER, &expand(args, HANDLER)), "FirstParameter::<Death>::NEW.__kind())", ".named(")
}

/// Removes the whitespace, which depends on the kinds of the tokens.
fn without_whitespace(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The text between the first occurrences of two others.
#[track_caller]
fn between(text: &str, before: &str, after: &str) -> String {
    let text = without_whitespace(text);
    let found = text.split_once(before).and_then(|(_, rest)| rest.split_once(after));
    found.unwrap_or_else(|| panic!("nothing between `{before}` and `{after}` in {text}")).0.to_owned()
}

/// Asserts the builder calls for each list of arguments.
macro_rules! assert_calls {
    ($($args:literal => $calls:literal,)*) => {
        $(assert_eq!(calls($args), without_whitespace($calls), "#[trigger({})]", $args);)*
    };
}

#[test]
fn events() {
    assert_calls! {
        "" => ".on::<Death>()",
        "Death" => ".on::<Death>()",
        "Death," => ".on::<Death>()",
        "Event" => ".on::<Event>()",
        "Death, BattleRankUp" => ".on::<Death>().on::<BattleRankUp>()",
        "auraxis::event::Death" => ".on::<auraxis::event::Death>()",
        "::auraxis::event::Death" => ".on::<::auraxis::event::Death>()",
        "crate::Death" => ".on::<crate::Death>()",
        "self::Death" => ".on::<self::Death>()",
        "super::Death" => ".on::<super::Death>()",
        "<Arena as Scene>::Finale" => ".on::<<Arena as Scene>::Finale>()",
        "\"DirectiveCompleted\"" => ".on_named(\"DirectiveCompleted\")",
        "Death, \"Birth\"" => ".on::<Death>().on_named(\"Birth\")",
    }
}

#[test]
fn selectors() {
    assert_calls! {
        "GainExperience::filter_experience(7)" =>
            ".on_selector::<GainExperience>(GainExperience::filter_experience(7))",
        "GainExperience::filter_experience(7), GainExperience::filter_experience(REVIVE)" =>
            ".on_selector::<GainExperience>(GainExperience::filter_experience(7))
             .on_selector::<GainExperience>(GainExperience::filter_experience(REVIVE))",
        "auraxis::event::GainExperience::filter_experience(7)" =>
            ".on_selector::<auraxis::event::GainExperience>(auraxis::event::GainExperience::filter_experience(7))",
        "<GainExperience>::filter_experience(7)" =>
            ".on_selector::<GainExperience>(<GainExperience>::filter_experience(7))",
        "<GainExperience as Select>::pick(7)" =>
            ".on_selector::<GainExperience>(<GainExperience as Select>::pick(7))",
        "<Arena as Scene>::Finale::pick(7)" =>
            ".on_selector::<<Arena as Scene>::Finale>(<Arena as Scene>::Finale::pick(7))",
    }
}

#[test]
fn options() {
    assert_calls! {
        "condition = ENABLED" => ".on::<Death>().condition(ENABLED)",
        "condition = a && b, condition = &WATCHED" => ".on::<Death>().condition(a && b).condition(&WATCHED)",
        "Death, worlds = [WorldId::SOLTECH]" => ".on::<Death>().worlds([WorldId::SOLTECH])",
        "Death, characters = squad()," => ".on::<Death>().characters(squad())",
        "Death, zones = if hot { HOT } else { COLD }" => ".on::<Death>().zones(if hot { HOT } else { COLD })",
        "single_shot" => ".on::<Death>().single_shot()",
        "sequential" => ".on::<Death>().sequential()",
        "concurrency = 8" => ".on::<Death>().concurrency(8)",
        "timeout = secs(5)" => ".on::<Death>().timeout(secs(5))",
        "queue = 256" => ".on::<Death>().queue(256)",
        "overflow = block" => ".on::<Death>().overflow(::auraxis::OverflowPolicy::Block)",
        "overflow = drop_oldest" => ".on::<Death>().overflow(::auraxis::OverflowPolicy::DropOldest)",
        "overflow = drop_newest" => ".on::<Death>().overflow(::auraxis::OverflowPolicy::DropNewest)",
        "key = by_victim, concurrency = 4" => ".on::<Death>().key(by_victim).concurrency(4)",
        "queue = 1, worlds = w, single_shot" => ".on::<Death>().queue(1).worlds(w).single_shot()",
        "name = \"x\", queue = 1" => ".on::<Death>().queue(1)",
    }
}

#[test]
fn closures_get_types() {
    assert_calls! {
        "condition = |d| d.is_headshot" =>
            ".on::<Death>().condition(|d: &Death| -> ::core::primitive::bool { d.is_headshot })",
        "condition = move |d| { d.character_id == me }" =>
            ".on::<Death>().condition(move |d: &Death| -> ::core::primitive::bool { d.character_id == me })",
        "condition = |Death { is_headshot, .. }| -> bool { *is_headshot }" =>
            ".on::<Death>().condition(|Death { is_headshot, .. }: &Death| -> bool { *is_headshot })",
        "condition = (|_| true)" =>
            ".on::<Death>().condition((|_: &Death| -> ::core::primitive::bool { true }))",
        "condition = |d: &Death| d.is_headshot" =>
            ".on::<Death>().condition(|d: &Death| -> ::core::primitive::bool { d.is_headshot })",
        "condition = |a, b| a" => ".on::<Death>().condition(|a, b| -> ::core::primitive::bool { a })",
        "condition = || true" => ".on::<Death>().condition(|| -> ::core::primitive::bool { true })",
        "condition = not(|d| d.is_headshot)" => ".on::<Death>().condition(not(|d| d.is_headshot))",
        "key = |d| d.character_id" => ".on::<Death>().key(|d: &Death| d.character_id)",
        "key = |d: &Death| d.character_id" => ".on::<Death>().key(|d: &Death| d.character_id)",
        "key = &by_victim" => ".on::<Death>().key(&by_victim)",
        "worlds = |d| d" => ".on::<Death>().worlds(|d| d)",
    }
}

#[test]
fn every_option_is_documented_in_order() {
    let rows = include_str!("../trigger.md").lines().skip_while(|line| !line.starts_with("| Option")).skip(2);
    let documented = rows.map_while(|row| row.strip_prefix("| `")?.split(['`', ' ']).next());
    assert!(documented.eq(OptionKind::ALL.iter().map(|kind| kind.name())));
}

#[test]
fn names() {
    for (args, function, trigger, registered) in [
        ("", "on_death", "\"on_death\"", "\"on_death\""),
        ("", "r#type", "\"type\"", "\"type\""),
        ("name = \"obituary\"", "on_death", "\"obituary\"", "\"on_death\""),
        ("name = names::of(1)", "on_death", "names::of(1)", "\"on_death\""),
    ] {
        let expansion = expand(args, &format!("fn {function}(death: Death) {{}}")).to_string();
        assert_eq!(between(&expansion, ".named(", ").__action("), trigger);
        assert_eq!(between(&expansion, "Registration::new(", ","), registered);
    }
}

#[test]
fn async_and_sync_functions_are_called() {
    for (args, function, call) in [
        ("", "async fn f(d: Death) {}", "spawnable::<(), _>(f(__event))"),
        ("", "async fn f(d: Death) -> Result<(), Oops> {}", "spawnable::<Result<(), Oops>, _>(f(__event))"),
        ("", "async fn f(d: Death) -> Result<(), impl Error> {}", "spawnable::<_, _>(f(__event))"),
        ("", "fn f(d: Death) {}", "ready::<()>(f(__event))"),
        ("", "fn f(d: Death) -> std::io::Result<()> {}", "ready::<std::io::Result<()>>(f(__event))"),
        ("", "fn f(d: Death) -> impl IntoResult {}", "ready::<_>(f(__event))"),
    ] {
        let expansion = expand(args, function).to_string();
        let body = between(&expansion, "(move|__event|{", "})");
        assert_eq!(body, without_whitespace(&format!("::auraxis::__private::{call}")));
    }
}

#[test]
fn a_crate_path_replaces_every_root() {
    for root in ["::my_bot::auraxis", "crate::auraxis", "self::toolbox::auraxis", "auraxis"] {
        let args = format!("Death, overflow = block, crate = {root}");
        let expansion = without_whitespace(&expand(&args, "fn f(d: Death, c: Client) {}").to_string());
        for path in [
            "Trigger",
            "__private::builder_for",
            "__private::FirstParameter",
            "OverflowPolicy::Block",
            "__private::extract",
            "__private::ready",
            "__private::inventory::submit!",
            "__private::Registration::new",
        ] {
            assert!(expansion.contains(&format!("{root}::{path}")), "{root}, {path}: {expansion}");
        }
        assert_eq!(expansion.matches("auraxis").count(), expansion.matches(root).count(), "{expansion}");
    }
}

/// `macro_rules!` wraps captures in groups without visible delimiters.
#[test]
fn captures_of_macro_rules() {
    let captured = |source: &str| TokenTree::from(Group::new(Delimiter::None, tokens(source)));
    let expanded = |args: TokenStream| {
        between(
            &AttributeMacro::Trigger.expand(args, &tokens(HANDLER), None).to_string(),
            "FirstParameter::<Death>::NEW.__kind())",
            ".named(",
        )
    };
    let (ty, call, closure) = (captured("Death"), captured("Death::only(7)"), captured("|d| d.is_headshot"));
    let (text, word, path) = (captured("\"Birth\""), captured("drop_oldest"), captured("my::auraxis"));

    for (args, calls) in [
        (quote!(#ty), ".on::<Death>()"),
        (quote!(#ty, queue = 1), ".on::<Death>().queue(1)"),
        (quote!(#ty::only(7)), ".on_selector::<Death>(Death::only(7))"),
        (quote!(<#ty>::only(7)), ".on_selector::<Death>(<Death>::only(7))"),
        (quote!(#call), ".on_selector::<Death>(Death::only(7))"),
        (quote!(#text), ".on_named(\"Birth\")"),
        (
            quote!(condition = #closure),
            ".on::<Death>().condition(|d: &Death| -> ::core::primitive::bool { d.is_headshot })",
        ),
        (quote!(overflow = #word, crate = #path), ".on::<Death>().overflow(my::auraxis::OverflowPolicy::DropOldest)"),
    ] {
        assert_eq!(expanded(args), without_whitespace(calls));
    }
}

#[test]
fn a_captured_first_parameter() {
    let event = TokenTree::from(Group::new(Delimiter::None, tokens("Event")));
    let expansion =
        AttributeMacro::Trigger.expand(TokenStream::new(), &quote!(fn f(event: #event) {}), None).to_string();
    assert!(expansion.contains("cannot infer the events of this trigger"), "{expansion}");
}
