//! Every error that the macros report: its message, and the code that it underlines.

use std::ops::Range;

use proc_macro2::{TokenStream, TokenTree};
use syn::LitStr;

use super::expansion::{appended_to, expand, tokens};
use crate::{attribute::AttributeMacro, one_of};

/// Asserts that each pair of arguments and item has one error, which underlines the code between `«` and `»`.
macro_rules! assert_errors {
    ($($args:literal, $item:literal => $message:expr,)*) => {
        $(assert_error($args, $item, $message);)*
    };
}

#[test]
fn items_that_are_not_functions() {
    const NOT_A_FUNCTION: &str =
        "`#[trigger]` can only be applied to a free function\nhelp: apply it to a function such as";
    assert_errors! {
        "Death", "«struct» X;" => NOT_A_FUNCTION,
        "Death", "#[derive(Debug)] pub «enum» X {}" => NOT_A_FUNCTION,
        "Death", "«const» F: fn(Death) = on_death;" => NOT_A_FUNCTION,
        "Death", "«mod» deaths {}" => NOT_A_FUNCTION,
        "Death", "«unsafe» impl Send for X {}" => NOT_A_FUNCTION,
        "Death", "«extern» \"C\" {}" => NOT_A_FUNCTION,
        "wrlds", "«static» X: u8 = 1;" => NOT_A_FUNCTION,
    }
}

#[test]
fn functions_that_cannot_be_triggers() {
    const SELF: &str = "`self` is not allowed in the parameters of a trigger\n\
        help: write a free function, and take shared data as `State<T>`";
    const GENERIC: &str = "a trigger cannot be generic: it is registered before `main`\nhelp: use concrete types";
    const IMPL_TRAIT: &str = "`impl Trait` is not allowed in the parameters of a trigger\nhelp: write a concrete type";
    assert_errors! {
        "Death", "async fn on_death«()» {}" =>
            "expected the event as the first parameter, found no parameters\nhelp: write `on_death(death: Death)`",
        "Death", "async fn f(«&self», death: Death) {}" =>
            SELF,
        "Death", "fn f(«self») {}" => SELF,
        "", "fn f(«self: Arc<Self>») {}" => SELF,
        "Death", "fn f(death: «&Death») {}" => "expected the event by value, found a reference\nhelp: write `Death`",
        "", "fn f(death: «&mut auraxis::event::Death») {}" =>
            "expected the event by value, found a reference\nhelp: write `auraxis::event::Death`",
        "", "fn f(death: «&Delivered<Death>») {}" =>
            "expected the event by value, found a reference\nhelp: write `Delivered<Death>`",
        "", "fn f(event: «&Event») {}" => "expected the event by value, found a reference\nhelp: write `Event`",
        "Death", "async fn f«<T>»(death: Death) {}" => GENERIC,
        "Death", "fn f«<'a>»(death: Death) {}" => GENERIC,
        "Death", "fn f«<const N: usize>»(death: Death) {}" =>
            GENERIC,
        "Death", "«const» fn f(death: Death) {}" => "a trigger cannot be a `const fn`: it is called at run time\nhelp: remove `const`",
        "Death", "«unsafe» fn f(death: Death) {}" =>
            "a trigger cannot be an `unsafe fn`: auraxis cannot uphold its safety requirements\nhelp: remove `unsafe`",
        "Death", "«extern \"C\"» fn f(death: Death) {}" => "a trigger cannot be an `extern fn`: it is called from Rust\nhelp: remove `extern \"C\"`",
        "Death", "«#[tokio::main]» async fn f(death: Death) {}" =>
            "`#[tokio::main]` cannot be used on a trigger: triggers already run in a Tokio runtime\nhelp: remove `#[tokio::main]`",
        "Death", "#[inline] «#[main(flavor = \"local\")]» async fn f(death: Death) {}" =>
            "`#[main]` cannot be used on a trigger: triggers already run in a Tokio runtime\nhelp: remove `#[main]`",
        "Death", "fn «f»(death: Death) { Builder::new().expect(\"Failed building the Runtime\").block_on(body) }" =>
            "`#[tokio::main]` cannot be used on a trigger: triggers already run in a Tokio runtime\nhelp: remove `#[tokio::main]`",
        "Death", "«#[test]» fn f(death: Death) {}" =>
            "a test cannot be a trigger\nhelp: remove this attribute, and call the trigger from a test",
        "Death", "«#[tokio::test]» async fn f(death: Death) {}" =>
            "a test cannot be a trigger\nhelp: remove this attribute, and call the trigger from a test",
        "Death", "fn f(death: Death, «...») {}" => "a trigger cannot be variadic: it is called from Rust\nhelp: list all parameters",
        "Death", "fn f(death: Death, reply: «impl» Reply) {}" =>
            IMPL_TRAIT,
        "Death", "fn f(death: Death, reply: State<Box<«impl» Reply>>) {}" =>
            IMPL_TRAIT,
        "Death", "fn f(death: Death, «#[cfg(unix)]» client: Client) {}" =>
            "`#[cfg]` is not allowed on the parameters of a trigger\nhelp: move the `#[cfg]` to the function",
    }
}

#[test]
fn events_that_cannot_be_listened_to() {
    const NOT_LISTED: &str = "cannot infer the events of this trigger from `Event`\nhelp: list them: `#[trigger(Death, …)]`; \
        or write `#[trigger(Event)]` for all events";
    const NOT_AN_EVENT: &str = "expected an event\nhelp: write its type (`Death`), a selector \
        (`GainExperience::filter_experience(7)`) or, if it has no type, its name (`\"DirectiveCompleted\"`)";
    const RENAMED: &str = "unknown event `AchievementAdded`\nhelp: write `AchievementEarned`, the game's name for it";
    const ONE_WORD: &str = "write one word, such as `\"DirectiveCompleted\"`, and list several events one by one";
    const ALL_EVENTS: &str = "write `Event`, without quotes, for all events";
    let selector = |called: &str| {
        format!(
            "missing event before the selector `{called}`\nhelp: write, for example, `GainExperience::filter_experience(7)`"
        )
    };
    let name_expected =
        |found: &str, help: &str| format!("expected the name of an event, found `\"{found}\"`\nhelp: {help}");
    assert_errors! {
        "", "async fn f(event: «Event») {}" =>
            NOT_LISTED,
        "queue = 1", "async fn f(event: «auraxis::Event») {}" =>
            NOT_LISTED,
        "", "fn f(event: «auraxis::Delivered<Event>») {}" => NOT_LISTED,
        "«&Death»", "fn f(death: Death) {}" => "expected an event type, found a reference\nhelp: write `Death`",
        "«7»", "fn f(event: Event) {}" => NOT_AN_EVENT,
        "«[Death]»", "fn f(event: Event) {}" => NOT_AN_EVENT,
        "«(Death, Death)»", "fn f(event: Event) {}" => NOT_AN_EVENT,
        "«Death { }»", "fn f(event: Event) {}" => NOT_AN_EVENT,
        "«filter_experience(7)»", "fn f(event: Event) {}" => &selector("filter_experience"),
        "«(pick())(7)»", "fn f(event: Event) {}" => &selector("(pick())"),
        "Death, «Death»", "fn f(death: Death) {}" => "duplicate event `Death`\nhelp: remove one of them",
        "a::Death, Death, «a::Death»", "fn f(death: Death) {}" => "duplicate event `a::Death`\nhelp: remove one of them",
        "\"X\", «\"X\"»", "fn f(event: UnknownEvent) {}" => "duplicate event `\"X\"`\nhelp: remove one of them",
        "Gain::pick(7), Gain::pick(8), «Gain::pick(7)»", "fn f(gain: Gain) {}" => "duplicate event `Gain::pick(7)`\nhelp: remove one of them",
        "«AchievementAdded»", "fn f(event: Event) {}" => RENAMED,
        "auraxis::event::«AchievementAdded»", "fn f(event: Event) {}" => RENAMED,
        "", "fn f(event: «AchievementAdded») {}" => RENAMED,
        "«\"AchievementAdded\"»", "fn f(event: UnknownEvent) {}" => RENAMED,
        "«\"\"»", "fn f(event: UnknownEvent) {}" => &name_expected("", ONE_WORD),
        "«\"Directive Completed\"»", "fn f(event: UnknownEvent) {}" => &name_expected("Directive Completed", ONE_WORD),
        "Death, «\"A,B\"»", "fn f(event: Event) {}" => &name_expected("A,B", ONE_WORD),
        "«\"7\"»", "fn f(event: UnknownEvent) {}" => &name_expected("7", ONE_WORD),
        "«\"all\"»", "fn f(event: UnknownEvent) {}" => &name_expected("all", ALL_EVENTS),
        "«\"*\"»", "fn f(event: UnknownEvent) {}" => &name_expected("*", ALL_EVENTS),
        "«Option<Death>»", "fn f(event: Event) {}" => NOT_AN_EVENT,
        "«Death | BattleRankUp»", "fn f(event: Event) {}" => NOT_AN_EVENT,
        "«GainExperience::filter_experience»", "fn f(event: Event) {}" =>
            "missing arguments for the selector `GainExperience::filter_experience`\nhelp: write `GainExperience::filter_experience(…)`",
        "«Event::Death»", "fn f(event: Event) {}" =>
            "expected an event type, found the variant `Event::Death`\nhelp: write `Death`",
        "«auraxis::event::EventKind::Death»", "fn f(event: Event) {}" =>
            "expected an event type, found the variant `EventKind::Death`\nhelp: write `Death`",
        "«\"Death\"»", "fn f(death: auraxis::Death) {}" => "the event `Death` has a type\nhelp: write `Death`, without quotes",
        "Death", "fn f(client: Client, death: «Death») {}" =>
            "only the first parameter can be the event\nhelp: take `Death` once, as the first parameter",
        "Gain::pick(7)", "fn f(gain: Gain, again: «Gain») {}" =>
            "only the first parameter can be the event\nhelp: take `Gain` once, as the first parameter",
        "Death «BattleRankUp»", "fn f(event: Event) {}" => "expected `,`",
    }
}

#[test]
fn options_that_do_not_exist() {
    const FLAGS: &str = "the options without a value are `single_shot`, `sequential`, `blocking` and `required`";
    const OPTIONS: &str = "`condition`, `worlds`, `characters`, `zones`, `name`, `single_shot`, `sequential`, \
        `concurrency`, `key`, `cooldown`, `per`, `batch`, `within`, `check`, `blocking`, `timeout`, `retry`, `on_error`, \
        `required`, `queue`, `overflow` and `crate`";
    assert_errors! {
        "Death, «wrlds» = [WorldId::SOLTECH]", "fn f(d: Death) {}" =>
            "unknown option `wrlds`\nhelp: an option with a similar name exists: `worlds`",
        "Death, «sequentia»", "fn f(d: Death) {}" => "unknown option `sequentia`\nhelp: an option with a similar name exists: `sequential`",
        "«Name» = \"x\"", "fn f(d: Death) {}" => "unknown option `Name`\nhelp: an option with a similar name exists: `name`",
        "«conditions» = |a, b| c", "fn f(d: Death) {}" => "unknown option `conditions`\nhelp: an option with a similar name exists: `condition`",
        "«single_shots», queue = 1", "fn f(d: Death) {}" => "unknown option `single_shots`\nhelp: an option with a similar name exists: `single_shot`",
        "«r#crate_» = x", "fn f(d: Death) {}" => "unknown option `r#crate_`\nhelp: the options are",
        "Death, «debounce» = 5", "fn f(d: Death) {}" => &format!("unknown option `debounce`\nhelp: the options are {OPTIONS}"),
        "«death»", "fn f(d: Death) {}" => &format!("unknown option `death`\nhelp: write `Death` if it is an event; {FLAGS}"),
        "«battle_rank_up»", "fn f(d: Death) {}" =>
            &format!("unknown option `battle_rank_up`\nhelp: write `BattleRankUp` if it is an event; {FLAGS}"),
        "«while»", "fn f(d: Death) {}" => &format!("unknown option `while`\nhelp: write `While` if it is an event; {FLAGS}"),
        "«events» = [Death]", "fn f(d: Death) {}" =>
            "unknown option `events`\nhelp: list the events first, without a name: `#[trigger(Death, …)]`",
    }
}

#[test]
fn options_with_invalid_values() {
    const QUEUE: &str = "missing value for option `queue`\nhelp: write `queue = …`, such as `queue = 256`";
    const CRATE: &str =
        "expected the path of auraxis\nhelp: write the path without quotes, such as `crate = my_bot::auraxis`";
    let overflow = |found: &str| {
        format!("unknown overflow policy `{found}`\nhelp: the policies are `block`, `drop_oldest` and `drop_newest`")
    };
    assert_errors! {
        "Death, sequential = «true»", "fn f(d: Death) {}" =>
            "option `sequential` does not take a value\nhelp: write `sequential` alone",
        "single_shot = «|a, b| c», queue = 1", "fn f(d: Death) {}" =>
            "option `single_shot` does not take a value\nhelp: write `single_shot` alone",
        "Death, «queue»", "fn f(d: Death) {}" => QUEUE,
        "«crate»", "fn f(d: Death) {}" => "missing value for option `crate`\nhelp: write `crate = …`, such as `crate = my_bot::auraxis`",
        "«timeout»(5)", "fn f(d: Death) {}" => "missing value for option `timeout`\nhelp: write `timeout = …`, such as `timeout = Duration::from_secs(5)`",
        "«sequential(3)»", "fn f(d: Death) {}" => "option `sequential` does not take a value\nhelp: write `sequential` alone",
        "queue «=», sequential", "fn f(d: Death) {}" => QUEUE,
        "queue «=»", "fn f(d: Death) {}" => QUEUE,
        "name = \"a\", «name» = \"b\"", "fn f(d: Death) {}" => "duplicate option `name`\nhelp: remove one of them",
        "sequential, queue = 1, «sequential»", "fn f(d: Death) {}" => "duplicate option `sequential`\nhelp: remove one of them",
        "queue = 1, «Death»", "fn f(d: Death) {}" => "events must come before options\nhelp: move `Death` to the start of the list",
        "queue = 1, «\"Death\"»", "fn f(event: Event) {}" =>
            "events must come before options\nhelp: move `\"Death\"` to the start of the list",
        "overflow = «drop»", "fn f(d: Death) {}" => &overflow("drop"),
        "overflow = «drop - oldest»", "fn f(d: Death) {}" => &overflow("drop - oldest"),
        "overflow = «OverflowPolicy::Block»", "fn f(d: Death) {}" => &overflow("OverflowPolicy::Block"),
        "overflow = «\"block\"»", "fn f(d: Death) {}" => &overflow("\"block\""),
        "crate = «\"auraxis\"»", "fn f(d: Death) {}" => CRATE,
        "crate = «auraxis()»", "fn f(d: Death) {}" => CRATE,
        "queue«:» 5", "fn f(d: Death) {}" => "expected `=`, found `:`\nhelp: write `queue = …`",
        "queue «=»= 5", "fn f(d: Death) {}" => "expected `=`, found `==`\nhelp: write `queue = …`",
        "queue = 1 «sequential»", "fn f(d: Death) {}" => "expected `,`",
        "worlds = [1 «2»]", "fn f(d: Death) {}" => "expected `,`",
    }
}

#[test]
fn literals_of_another_type() {
    const WORLDS: &str = "`worlds = [WorldId::SOLTECH]`";
    const CHARACTERS: &str = "`characters = [CharacterId(5428010618020694593)]`";
    const ZONES: &str = "`zones = [ZoneId::INDAR]`";
    const KEY: &str = "`key = |death| death.character_id`";
    const NAME: &str = "`name = \"on_death\"`";
    const TIMEOUT: &str = "`timeout = Duration::from_secs(5)`";
    const QUEUE: &str = "`queue = 256`";
    const CONCURRENCY: &str = "`concurrency = 8`";
    for (args, mismatch, example) in [
        ("worlds = «40»", "a list of worlds, found an integer", WORLDS),
        ("characters = «\"5\"»", "a list of characters, found a string", CHARACTERS),
        ("zones = «2»", "a list of zones, found an integer", ZONES),
        ("key = «5»", "a function or closure that takes the event, found an integer", KEY),
        ("key = «\"character_id\"»", "a function or closure that takes the event, found a string", KEY),
        ("name = «\"\"»", "a name, found an empty string", NAME),
        ("name = «\" \"»", "a name, found an empty string", NAME),
        ("name = «5»", "a name, found an integer", NAME),
        ("cooldown = «60»", "a `Duration`, found an integer", "`cooldown = Duration::from_secs(60)`"),
        ("batch = «\"500\"», within = d", "a number of events, found a string", "`batch = 500`"),
        ("batch = 5, within = «5»", "a `Duration`, found an integer", "`within = Duration::from_secs(5)`"),
        (
            "cooldown = d, per = «\"character\"»",
            "a function or closure that takes the event, found a string",
            "`per = |death| death.character_id`",
        ),
        ("check = «true»", "a function or closure that takes the event, found a `bool`", "`check = is_enemy`"),
        ("retry = «-1»", "a number of retries, found a negative number", "`retry = 3`"),
        (
            "on_error = «\"log\"»",
            "a function or closure that takes the error, found a string",
            "`on_error = |error| eprintln!(\"{error}\")`",
        ),
        ("timeout = «5»", "a `Duration`, found an integer", TIMEOUT),
        ("timeout = «5s»", "a `Duration`, found an integer", TIMEOUT),
        ("timeout = «\"5s\"»", "a `Duration`, found a string", TIMEOUT),
        ("queue = «-1»", "a number of events, found a negative number", QUEUE),
        ("queue = «1.5»", "a number of events, found a floating-point number", QUEUE),
        ("queue = «\"5\"»", "a number of events, found a string", QUEUE),
        ("concurrency = «true»", "a number of runs, found a `bool`", CONCURRENCY),
    ] {
        let item = if args.starts_with("batch") { "fn f(d: Vec<Death>) {}" } else { "fn f(d: Death) {}" };
        assert_error(args, item, &format!("expected {mismatch}\nhelp: write, for example, {example}"));
    }
}

#[test]
fn asynchronous_conditions_and_keys() {
    const CONDITION: &str = "a condition cannot be asynchronous\nhelp: write `check = …`, which can be asynchronous, or use `.await` inside `f` instead";
    assert_errors! {
        "condition = «async |d| d.is_headshot»", "fn f(d: Death) {}" => CONDITION,
        "condition = «|_| async { true }»", "fn f(d: Death) {}" => CONDITION,
        "condition = «move |_| { log(); (async move { true }) }»", "fn f(d: Death) {}" => CONDITION,
        "condition = «async { true }»", "fn f(d: Death) {}" => CONDITION,
        "key = «async |d| d.character_id»", "fn f(d: Death) {}" => "a key cannot be asynchronous\nhelp: use `.await` inside `f` instead",
    }
}

#[test]
fn options_that_cannot_be_combined() {
    const ONE: &str = "`sequential` cannot be used with `concurrency`\nhelp: remove one of them";
    const KEY: &str = "`sequential` cannot be used with `key`\nhelp: remove one of them";
    assert_errors! {
        "sequential, «concurrency» = 4", "fn f(d: Death) {}" => ONE,
        "concurrency = 4, «sequential»", "fn f(d: Death) {}" => ONE,
        "sequential, «key» = |d| d.character_id", "fn f(d: Death) {}" => KEY,
        "key = by_victim, queue = 1, «sequential»", "fn f(d: Death) {}" => KEY,
        "concurrency = «0»", "fn f(d: Death) {}" => "a trigger with `concurrency = 0` would never run\nhelp: write `concurrency = 1` or more",
        "concurrency = «0x0_usize»", "fn f(d: Death) {}" =>
            "a trigger with `concurrency = 0` would never run\nhelp: write `concurrency = 1` or more",
        "batch = «0», within = d", "fn f(d: Vec<Death>) {}" => "a batch of 0 events would never be full\nhelp: write `batch = 1` or more",
        "retry = «0»", "fn f(d: Death) {}" => "`retry = 0` has no effect\nhelp: write `retry = 1` or more",
        "single_shot, «batch» = 5, within = d", "fn f(d: Vec<Death>) {}" => "`single_shot` cannot be used with `batch`\nhelp: remove one of them",
        "check = c, «single_shot»", "fn f(d: Death) {}" => "`single_shot` cannot be used with `check`\nhelp: remove one of them",
        "single_shot, «cooldown» = d", "fn f(d: Death) {}" => "`single_shot` cannot be used with `cooldown`\nhelp: remove one of them",
        "batch = 5, within = d, «check» = c", "fn f(d: Vec<Death>) {}" => "`batch` cannot be used with `check`\nhelp: remove one of them",
        "«batch» = 5", "fn f(d: Vec<Death>) {}" => "a batch without `within` could wait forever\nhelp: add `within = …`",
        "«within» = d", "fn f(d: Death) {}" => "`within` has no effect without `batch`\nhelp: add `batch = …`",
        "«per» = |d| d.character_id", "fn f(d: Death) {}" => "`per` has no effect without `cooldown`\nhelp: add `cooldown = …`",
        "batch = 5, within = d", "fn f(d: «Death») {}" => "expected a `Vec` of events, because of `batch`, found `Death`\nhelp: write `Vec<Death>`",
        "Death", "fn f(d: «Vec<Death>») {}" => "expected one event, found `Vec<Death>`\nhelp: to take several events at once",
        "Death, «required»", "fn f(d: Death) {}" => "`required` is for triggers on `Started` alone",
        "Started, Connected, «required»", "fn f(d: Event) {}" => "`required` is for triggers on `Started` alone",
        "", "fn f<«E»: AboutCharacter>(event: E) {}" => "a generic trigger has to list its events, by their types\nhelp: list",
        "Death, \"NewEvent\"", "fn f<«E»: Payload>(event: E) {}" => "a generic trigger has to list its events, by their types",
        "Death, «blocking»", "async fn f(d: Death) {}" =>
            "`blocking` cannot be used with an `async fn`\nhelp: remove `blocking` or `async`",
        "PlayerLogin, «zones» = [ZoneId(2)]", "fn f(login: PlayerLogin) {}" => "`PlayerLogin` has no zone\nhelp: remove `zones`",
        "«zones» = [ZoneId(2)]", "fn f(login: PlayerLogin) {}" => "`PlayerLogin` has no zone\nhelp: remove `zones`",
        "«zones» = [ZoneId(2)]", "fn f(login: Delivered<PlayerLogin>) {}" =>
            "`PlayerLogin` has no zone\nhelp: remove `zones`",
        "Started, «worlds» = []", "fn f(event: Started) {}" => "`Started` has no world\nhelp: remove `worlds`",
        "WorldStateChanged, «zones» = []", "fn f(event: WorldStateChanged) {}" =>
            "`WorldStateChanged` has no zone\nhelp: remove `zones`",
        "PlayerLogin, auraxis::event::PlayerLogout, «zones» = []", "fn f(event: Event) {}" =>
            "`PlayerLogin` and `PlayerLogout` have no zone\nhelp: remove `zones`",
        "ContinentUnlock, «characters» = []", "fn f(event: ContinentUnlock) {}" =>
            "`ContinentUnlock` has no character\nhelp: remove `characters`",
        "MetagameEvent, ContinentLock, FacilityControl, «characters» = []", "fn f(event: Event) {}" =>
            "`MetagameEvent`, `ContinentLock` and `FacilityControl` have no character\nhelp: remove `characters`",
    }
}

#[test]
fn a_second_trigger_without_a_name() {
    const MESSAGE: &str = "a second trigger on `f` requires a name\nhelp: add `name = \"…\"`";
    assert_errors! {
        "Death", "«#[trigger(BattleRankUp)]» fn f(event: Event) {}" => MESSAGE,
        "Death", "#[inline] «#[auraxis::trigger]» fn f(d: Death) {}" => MESSAGE,
        "name = \"a\"", "«#[trigger(queue = 1)]» fn f(d: Death) {}" => MESSAGE,
        // The third trigger is checked by the expansion of the second,
        "Death", "«#[trigger]» #[trigger] fn f(d: Death) {}" => MESSAGE,
        "name = \"a\"", "«#[trigger(name = \"a\")]» fn f(d: Death) {}" => "two triggers are named `a`\nhelp: change one of the names",
        // which also reports its own errors.
        "Death", "«#[trigger(wrlds = 1, sequential = 2)]» fn f(d: Death) {}" => MESSAGE,
    }
}

#[test]
fn enums_of_events() {
    for (input, message) in [
        (
            "pub «struct» Fight { Death }",
            "expected `enum`\nhelp: write, for example, `enum Fight { Death, VehicleDestroy }`",
        ),
        (
            "enum «Fight» {}",
            "expected at least one event\nhelp: write, for example, `enum Fight { Death, VehicleDestroy }`",
        ),
        ("enum Fight { Death, VehicleDestroy, «Death» }", "duplicate event `Death`\nhelp: remove one of them"),
        ("enum Fight { Death, «auraxis::event::Death» }", "duplicate event `Death`\nhelp: remove one of them"),
        ("enum Fight { Death, «&BattleRankUp» }", "expected an event type\nhelp: write, for example, `Death`"),
        ("enum Fight { Death, Kill«(»Death) }", "expected `,`"),
    ] {
        let (input, marked) = unmarked(input);
        let input = tokens(&input);
        let place = Place { source: source(&input), bytes: marked.unwrap() };
        assert_error_at(&one_of::expand(input), message, &place);
    }
}

#[test]
fn accepts_what_looks_wrong() {
    for (args, item) in [
        ("Death, name = \"a\"", "#[trigger(BattleRankUp, name = \"b\")] fn f(event: Event) {}"),
        ("Death", "#[trigger(wrlds = 1, name = \"b\")] fn f(d: Death) {}"),
        ("Event", "fn f(event: Event) {}"),
        ("Event", "fn f(event: Delivered<Event>) {}"),
        ("", "fn f(death: Delivered<Death>) {}"),
        ("PlayerLogin, Death, zones = [ZoneId(2)]", "fn f(event: Event) {}"),
        ("\"Death\"", "fn f(event: UnknownEvent) {}"),
        ("Death", "fn f(event: Event, death: State<Death>) {}"),
        ("\"PlayerLogin\", zones = [ZoneId(2)]", "fn f(event: UnknownEvent) {}"),
        ("ContinentLock, Death, characters = []", "fn f(event: Event) {}"),
        ("Death, auraxis::Death", "fn f(event: Event) {}"),
        ("key = k, concurrency = 4", "fn f(d: Death) {}"),
        ("blocking, timeout = t, single_shot, queue = 0", "fn f(d: Death) -> impl IntoResult {}"),
        ("", "pub(in crate::a) fn f(Death { character_id, .. }: Death, (a, b): Pair) where u8: Copy {}"),
        ("ContinentUnlock", "fn f(event: ContinentUnlock) {}"),
        ("<Event as Scene>::Finale, <Arena>::pick(1), outer::Arena::Finale", "fn f(event: Event) {}"),
        ("blocking", "fn f(d: Death) { Builder::new().expect(\"Failed building the Runtime\").block_on(body) }"),
        ("condition = |d| { async { 1 }; true }, name = \"a b\", queue = 0, timeout = FIVE", "fn f(d: Death) {}"),
        ("", "fn f(mut death: super::Death, #[allow(unused)] client: Client,) {}"),
    ] {
        let expansion = expand(args, item);
        assert!(errors(&expansion).is_empty(), "#[trigger({args})] {item}: {expansion}");
    }
}

#[test]
fn all_errors_are_reported_together() {
    let expansion = expand(
        "&Death, wrlds = [1], queue, overflow = x, concurrency = 0, sequential",
        "const unsafe fn f<T>(&self) {}",
    );
    assert_eq!(errors(&expansion).len(), 10, "{expansion}");
}

/// A `compile_error!` of an expansion.
struct Diagnostic {
    message: String,
    place: Place,
}

/// The code that the compiler underlines, in the arguments or in the item.
#[derive(Debug, PartialEq)]
struct Place {
    source: String,
    bytes: Range<usize>,
}

#[track_caller]
fn assert_error(args: &str, item: &str, message: &str) {
    assert_error_of(AttributeMacro::Trigger, args, item, message);
}

#[track_caller]
fn assert_error_of(kind: AttributeMacro, args: &str, item: &str, message: &str) {
    let ((args, marked_args), (item, marked_item)) = (unmarked(args), unmarked(item));
    let (args_tokens, item_tokens) = (tokens(&args), tokens(&item));
    let place = match (marked_args, marked_item) {
        (Some(bytes), None) => Place { source: source(&args_tokens), bytes },
        (None, Some(bytes)) => Place { source: source(&item_tokens), bytes },
        _ => panic!("mark one place in #[trigger({args})] {item}"),
    };

    let expansion = kind.expand(args_tokens, &item_tokens, None);
    // The compiler would report these parts again, so they are removed.
    let kept = item.replace("const fn", "fn").replace("#[test]", "").replace("#[tokio::test]", "");
    let appended = appended_to(&kept, &expansion);
    assert!(!appended.contains("const _"), "registered despite an error: {appended}");
    assert_error_at(&expansion, message, &place);
}

#[track_caller]
fn assert_error_at(expansion: &TokenStream, message: &str, place: &Place) {
    match &errors(expansion)[..] {
        [error] => {
            assert!(error.message.starts_with(message), "found {}\nexpected {message}", error.message);
            assert_eq!(error.place, *place, "{message} in {expansion}");
        }
        errors => panic!("{} errors in {expansion}", errors.len()),
    }
}

/// The text without its marks, and the range between them.
fn unmarked(text: &str) -> (String, Option<Range<usize>>) {
    let marked = text.split_once('«').and_then(|(before, rest)| {
        let (inside, _) = rest.split_once('»')?;
        Some(before.len()..before.len() + inside.len())
    });
    (text.replace(['«', '»'], ""), marked)
}

fn source(tokens: &TokenStream) -> String {
    tokens.clone().into_iter().next().map_or_else(String::new, |token| token.span().file())
}

/// Finds every `::core::compile_error! { "message" }`. Its first and last token have the spans to underline.
fn errors(expansion: &TokenStream) -> Vec<Diagnostic> {
    let tokens: Vec<_> = expansion.clone().into_iter().collect();
    let calls = tokens.windows(3).filter_map(|window| match window {
        [TokenTree::Ident(name), TokenTree::Punct(_), TokenTree::Group(group)] if name == "compile_error" => {
            let message: LitStr = syn::parse2(group.stream()).unwrap();
            let bytes = name.span().byte_range().start..group.span().byte_range().end;
            Some(Diagnostic { message: message.value(), place: Place { source: name.span().file(), bytes } })
        }
        _ => None,
    });
    calls.collect()
}

#[test]
fn periodic_triggers() {
    const EXAMPLE: &str = "help: write, for example, `#[every(\"5m\")]` or `#[every(cron = \"0 4 * * *\")]`";
    const UNITS: &str =
        "help: write numbers with the units `d`, `h`, `m`, `s` or `ms`, such as `\"5m\"` or `\"1h30m\"`";
    let assert_error = |args: &str, item: &str, message: &str| {
        assert_error_of(AttributeMacro::Every, args, item, message);
    };
    for (args, message) in [
        ("«5»", format!("expected an interval with a unit\n{EXAMPLE}")),
        ("«\"5\"»", format!("expected an interval, found `\"5\"`\n{UNITS}")),
        ("«\"5 years\"»", format!("expected an interval, found `\"5 years\"`\n{UNITS}")),
        ("«\"0s\"»", format!("expected an interval, found `\"0s\"`\n{UNITS}")),
        ("«\"999999999999999d\"»", format!("too long an interval: `\"999999999999999d\"`\n{UNITS}")),
        ("«name» = \"f\"", format!("expected an interval first\n{EXAMPLE}")),
        ("\"5m\", «Death»", "a periodic trigger has no events\nhelp: remove it, or write `#[trigger(…)]`".into()),
        ("\"5m\", «worlds» = [WorldId::SOLTECH]", "a periodic trigger has no option `worlds`\nhelp: remove it; the options are `condition`, `name`, `concurrency`, `check`, `blocking`, `timeout`, `retry` and `on_error`".into()),
        ("\"5m\", «wrlds» = 1", "unknown option `wrlds`\nhelp: an option with a similar name exists: `worlds`".into()),
        ("\"5m\", concurrency = «0»", "a trigger with `concurrency = 0` would never run\nhelp: write `concurrency = 1` or more".into()),
    ] {
        assert_error(args, "fn f(c: Client) {}", &message);
    }
    assert_error(
        "\"5m\"",
        "«struct» X;",
        "`#[every]` can only be applied to a free function\nhelp: apply it to a function such as",
    );
    assert_error(
        "\"5m\"",
        "fn f(«&self») {}",
        "`self` is not allowed in the parameters of a trigger\nhelp: write a free function, and take shared data as `State<T>`",
    );
}
