//! Every mistake that the macro reports itself: what it says, and what it underlines.

use std::ops::Range;

use proc_macro2::{TokenStream, TokenTree};
use syn::LitStr;

use super::expansion::{appended_to, expand, tokens};
use crate::{attribute, one_of};

/// Asserts that each pair of arguments and item has one mistake, which is underlined where `«»` are.
macro_rules! assert_mistakes {
    ($($args:literal, $item:literal => $message:expr,)*) => {
        $(assert_mistake($args, $item, $message);)*
    };
}

#[test]
fn items_that_are_no_functions() {
    const NOT_A_FUNCTION: &str = "`#[trigger]` goes on a free function";
    assert_mistakes! {
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
    assert_mistakes! {
        "Death", "async fn on_death«()» {}" =>
            "a trigger takes its event as first parameter: `on_death(death: Death)`",
        "Death", "async fn f(«&self», death: Death) {}" =>
            "a trigger is a free function; keep shared data in `State<T>`",
        "Death", "fn f(«self») {}" => "a trigger is a free function; keep shared data in `State<T>`",
        "", "fn f(«self: Arc<Self>») {}" => "a trigger is a free function; keep shared data in `State<T>`",
        "Death", "fn f(death: «&Death») {}" => "a trigger owns its event: write `Death`",
        "", "fn f(death: «&mut auraxis::event::Death») {}" =>
            "a trigger owns its event: write `auraxis::event::Death`",
        "", "fn f(event: «&Event») {}" => "a trigger owns its event: write `Event`",
        "Death", "async fn f«<T>»(death: Death) {}" => "a trigger cannot be generic: it is registered before `main`",
        "Death", "fn f«<'a>»(death: Death) {}" => "a trigger cannot be generic: it is registered before `main`",
        "Death", "fn f«<const N: usize>»(death: Death) {}" =>
            "a trigger cannot be generic: it is registered before `main`",
        "Death", "«const» fn f(death: Death) {}" => "a trigger cannot be `const`: it is called at run time",
        "Death", "«unsafe» fn f(death: Death) {}" =>
            "a trigger cannot be `unsafe`: auraxis calls it and can promise nothing",
        "Death", "«extern \"C\"» fn f(death: Death) {}" => "a trigger cannot be `extern`: it is called from Rust",
        "Death", "«#[tokio::main]» async fn f(death: Death) {}" =>
            "a trigger runs in the runtime of auraxis: remove this attribute",
        "Death", "#[inline] «#[main(flavor = \"local\")]» async fn f(death: Death) {}" =>
            "a trigger runs in the runtime of auraxis: remove this attribute",
        "Death", "fn «f»(death: Death) { Builder::new().expect(\"Failed building the Runtime\").block_on(body) }" =>
            "a trigger runs in the runtime of auraxis: remove `#[tokio::main]`",
        "Death", "«#[test]» fn f(death: Death) {}" =>
            "a test cannot be a trigger: remove this attribute, and call the trigger in a test",
        "Death", "«#[tokio::test]» async fn f(death: Death) {}" =>
            "a test cannot be a trigger: remove this attribute, and call the trigger in a test",
        "Death", "fn f(death: Death, «...») {}" => "a trigger cannot be variadic: write out its parameters",
        "Death", "fn f(death: Death, reply: «impl» Reply) {}" =>
            "`impl` cannot stand in a trigger's parameter: write the type itself",
        "Death", "fn f(death: Death, reply: State<Box<«impl» Reply>>) {}" =>
            "`impl` cannot stand in a trigger's parameter: write the type itself",
        "Death", "fn f(death: Death, «#[cfg(unix)]» client: Client) {}" =>
            "a trigger's parameters cannot come and go: put the `#[cfg]` on the function",
    }
}

#[test]
fn events_that_cannot_be_listened_to() {
    const NO_EVENT: &str = "an event is a type, a selector or a name: \
        `Death`, `GainExperience::filter_experience(7)`, `\"DirectiveCompleted\"`";
    const NO_SELECTOR: &str = "a selector is called on its event: `GainExperience::filter_experience(7)`";
    const LATER_EVENT: &str = "a trigger takes its event as first parameter, and once";
    const ONE_WORD: &str = "an event's name is one word, such as `\"DirectiveCompleted\"`: list several one by one";
    const EVERY_EVENT: &str = "every event is `Event`: write it without quotes";
    assert_mistakes! {
        "", "async fn f(event: «Event») {}" =>
            "name the events this trigger listens to: `#[trigger(Death, …)]`, or `#[trigger(Event)]` for all",
        "queue = 1", "async fn f(event: «auraxis::Event») {}" =>
            "name the events this trigger listens to: `#[trigger(Death, …)]`, or `#[trigger(Event)]` for all",
        "«&Death»", "fn f(death: Death) {}" => "a trigger owns its event: write `Death`",
        "«7»", "fn f(event: Event) {}" => NO_EVENT,
        "«[Death]»", "fn f(event: Event) {}" => NO_EVENT,
        "«(Death, Death)»", "fn f(event: Event) {}" => NO_EVENT,
        "«Death { }»", "fn f(event: Event) {}" => NO_EVENT,
        "«filter_experience(7)»", "fn f(event: Event) {}" => NO_SELECTOR,
        "«(pick())(7)»", "fn f(event: Event) {}" => NO_SELECTOR,
        "Death, «Death»", "fn f(death: Death) {}" => "`Death` is listed twice",
        "a::Death, Death, «a::Death»", "fn f(death: Death) {}" => "`a::Death` is listed twice",
        "\"X\", «\"X\"»", "fn f(event: UnknownEvent) {}" => "`\"X\"` is listed twice",
        "Gain::pick(7), Gain::pick(8), «Gain::pick(7)»", "fn f(gain: Gain) {}" => "`Gain::pick(7)` is listed twice",
        "«AchievementAdded»", "fn f(event: Event) {}" => "the game calls it `AchievementEarned`",
        "auraxis::event::«AchievementAdded»", "fn f(event: Event) {}" => "the game calls it `AchievementEarned`",
        "", "fn f(event: «AchievementAdded») {}" => "the game calls it `AchievementEarned`",
        "«\"AchievementAdded\"»", "fn f(event: UnknownEvent) {}" => "the game calls it `AchievementEarned`",
        "«\"\"»", "fn f(event: UnknownEvent) {}" => ONE_WORD,
        "«\"Directive Completed\"»", "fn f(event: UnknownEvent) {}" => ONE_WORD,
        "Death, «\"A,B\"»", "fn f(event: Event) {}" => ONE_WORD,
        "«\"7\"»", "fn f(event: UnknownEvent) {}" => ONE_WORD,
        "«\"all\"»", "fn f(event: UnknownEvent) {}" => EVERY_EVENT,
        "«\"*\"»", "fn f(event: UnknownEvent) {}" => EVERY_EVENT,
        "«Option<Death>»", "fn f(event: Event) {}" => NO_EVENT,
        "«Death | BattleRankUp»", "fn f(event: Event) {}" => NO_EVENT,
        "«GainExperience::filter_experience»", "fn f(event: Event) {}" =>
            "a selector is called: `GainExperience::filter_experience(…)`",
        "«Event::Death»", "fn f(event: Event) {}" => "an event is listed by its type: write `Death`",
        "«auraxis::event::EventKind::Death»", "fn f(event: Event) {}" =>
            "an event is listed by its type: write `Death`",
        "«\"Death\"»", "fn f(death: auraxis::Death) {}" => "`Death` has a type: write it without quotes",
        "Death", "fn f(client: Client, death: «Death») {}" => LATER_EVENT,
        "Gain::pick(7)", "fn f(gain: Gain, again: «Gain») {}" => LATER_EVENT,
        "Death «BattleRankUp»", "fn f(event: Event) {}" => "expected `,`",
    }
}

#[test]
fn options_that_do_not_exist() {
    const OPTIONS: &str = "`condition`, `worlds`, `characters`, `zones`, `name`, `single_shot`, `sequential`, \
        `concurrency`, `key`, `blocking`, `timeout`, `queue`, `overflow`, `crate`";
    assert_mistakes! {
        "Death, «wrlds» = [WorldId::SOLTECH]", "fn f(d: Death) {}" =>
            "unknown option `wrlds`, did you mean `worlds`?",
        "Death, «sequentia»", "fn f(d: Death) {}" => "unknown option `sequentia`, did you mean `sequential`?",
        "«Name» = \"x\"", "fn f(d: Death) {}" => "unknown option `Name`, did you mean `name`?",
        "«conditions» = |a, b| c", "fn f(d: Death) {}" => "unknown option `conditions`, did you mean `condition`?",
        "«single_shots», queue = 1", "fn f(d: Death) {}" => "unknown option `single_shots`, did you mean `single_shot`?",
        "«r#crate_» = x", "fn f(d: Death) {}" => "unknown option `r#crate_`: the options are",
        "Death, «debounce» = 5", "fn f(d: Death) {}" => &format!("unknown option `debounce`: the options are {OPTIONS}"),
        "«death»", "fn f(d: Death) {}" => "unknown option `death`: alone stand `single_shot`, `sequential`, `blocking`, or an event's type such as `Death`",
        "«battle_rank_up»", "fn f(d: Death) {}" =>
            "unknown option `battle_rank_up`: alone stand `single_shot`, `sequential`, `blocking`, or an event's type such as `BattleRankUp`",
        "«match»", "fn f(d: Death) {}" => "unknown option `match`: alone stand `single_shot`, `sequential`, `blocking`, or an event's type such as `Match`",
        "«events» = [Death]", "fn f(d: Death) {}" =>
            "unknown option `events`: events are listed first, `#[trigger(Death, …)]`",
    }
}

#[test]
fn options_given_wrongly() {
    const OVERFLOW: &str = "`overflow` is `block`, `drop_oldest` or `drop_newest`";
    const CRATE: &str = "`crate` takes a path: `crate = my_bot::auraxis`";
    assert_mistakes! {
        "Death, sequential = «true»", "fn f(d: Death) {}" =>
            "`sequential` takes no value: write `sequential` alone",
        "single_shot = «|a, b| c», queue = 1", "fn f(d: Death) {}" =>
            "`single_shot` takes no value: write `single_shot` alone",
        "Death, «queue»", "fn f(d: Death) {}" => "`queue` takes a value: `queue = …`",
        "«crate»", "fn f(d: Death) {}" => "`crate` takes a value: `crate = …`",
        "«timeout»(5)", "fn f(d: Death) {}" => "`timeout` takes a value: `timeout = …`",
        "«sequential(3)»", "fn f(d: Death) {}" => "`sequential` takes no value: write `sequential` alone",
        "queue «=», sequential", "fn f(d: Death) {}" => "a value is missing: `queue = …`",
        "queue «=»", "fn f(d: Death) {}" => "a value is missing: `queue = …`",
        "name = \"a\", «name» = \"b\"", "fn f(d: Death) {}" => "`name` was already given",
        "sequential, queue = 1, «sequential»", "fn f(d: Death) {}" => "`sequential` was already given",
        "queue = 1, «Death»", "fn f(d: Death) {}" => "events come before options",
        "queue = 1, «\"Death\"»", "fn f(event: Event) {}" => "events come before options",
        "overflow = «drop»", "fn f(d: Death) {}" => OVERFLOW,
        "overflow = «drop - oldest»", "fn f(d: Death) {}" => OVERFLOW,
        "overflow = «OverflowPolicy::Block»", "fn f(d: Death) {}" => OVERFLOW,
        "overflow = «\"block\"»", "fn f(d: Death) {}" => OVERFLOW,
        "crate = «\"auraxis\"»", "fn f(d: Death) {}" => CRATE,
        "crate = «auraxis()»", "fn f(d: Death) {}" => CRATE,
        "queue«:» 5", "fn f(d: Death) {}" => "an option is set with `=`: `queue = …`",
        "queue «=»= 5", "fn f(d: Death) {}" => "an option is set with `=`: `queue = …`",
        "queue = 1 «sequential»", "fn f(d: Death) {}" => "expected `,`",
        "worlds = [1 «2»]", "fn f(d: Death) {}" => "expected `,`",
    }
}

#[test]
fn literals_that_do_not_fit() {
    const KEY: &str = "`key` takes a function or closure of the event: `key = |death| death.character_id`";
    const NAME: &str = "`name` takes a text that is not empty: `name = \"on_death\"`";
    const TIMEOUT: &str = "`timeout` takes a `Duration`: `timeout = Duration::from_secs(5)`";
    const QUEUE: &str = "`queue` takes a number of events: `queue = 256`";
    assert_mistakes! {
        "worlds = «40»", "fn f(d: Death) {}" => "`worlds` takes a list: `worlds = [WorldId::SOLTECH]`",
        "characters = «\"5\"»", "fn f(d: Death) {}" => "`characters` takes a list: `characters = [CharacterId(",
        "zones = «2»", "fn f(d: Death) {}" => "`zones` takes a list: `zones = [ZoneId::INDAR]`",
        "key = «5»", "fn f(d: Death) {}" => KEY,
        "key = «\"character_id\"»", "fn f(d: Death) {}" => KEY,
        "name = «\"\"»", "fn f(d: Death) {}" => NAME,
        "name = «\" \"»", "fn f(d: Death) {}" => NAME,
        "name = «5»", "fn f(d: Death) {}" => NAME,
        "timeout = «5»", "fn f(d: Death) {}" => TIMEOUT,
        "timeout = «5s»", "fn f(d: Death) {}" => TIMEOUT,
        "timeout = «\"5s\"»", "fn f(d: Death) {}" => TIMEOUT,
        "queue = «-1»", "fn f(d: Death) {}" => QUEUE,
        "queue = «1.5»", "fn f(d: Death) {}" => QUEUE,
        "queue = «\"5\"»", "fn f(d: Death) {}" => QUEUE,
        "concurrency = «true»", "fn f(d: Death) {}" => "`concurrency` takes a number of runs: `concurrency = 8`",
    }
}

#[test]
fn conditions_and_keys_that_are_futures() {
    const CONDITION: &str = "a condition is synchronous: await inside the function";
    assert_mistakes! {
        "condition = «async |d| d.is_headshot»", "fn f(d: Death) {}" => CONDITION,
        "condition = «|_| async { true }»", "fn f(d: Death) {}" => CONDITION,
        "condition = «move |_| { log(); (async move { true }) }»", "fn f(d: Death) {}" => CONDITION,
        "condition = «async { true }»", "fn f(d: Death) {}" => CONDITION,
        "key = «async |d| d.character_id»", "fn f(d: Death) {}" => "a key is synchronous: await inside the function",
    }
}

#[test]
fn options_that_do_not_go_together() {
    const ONE: &str = "`sequential` means `concurrency = 1`: remove one of them";
    const KEY: &str = "`sequential` keeps all runs in order, `key` those of one key: remove one of them";
    assert_mistakes! {
        "sequential, «concurrency» = 4", "fn f(d: Death) {}" => ONE,
        "concurrency = 4, «sequential»", "fn f(d: Death) {}" => ONE,
        "sequential, «key» = |d| d.character_id", "fn f(d: Death) {}" => KEY,
        "key = by_victim, queue = 1, «sequential»", "fn f(d: Death) {}" => KEY,
        "concurrency = «0»", "fn f(d: Death) {}" => "a trigger with `concurrency = 0` never runs: write at least 1",
        "concurrency = «0x0_usize»", "fn f(d: Death) {}" =>
            "a trigger with `concurrency = 0` never runs: write at least 1",
        "Death, «blocking»", "async fn f(d: Death) {}" =>
            "a `blocking` handler is a plain `fn`: remove `blocking` or `async`",
        "PlayerLogin, «zones» = [ZoneId(2)]", "fn f(login: PlayerLogin) {}" => "no zone in `PlayerLogin`: remove `zones`",
        "«zones» = [ZoneId(2)]", "fn f(login: PlayerLogin) {}" => "no zone in `PlayerLogin`: remove `zones`",
        "Started, «worlds» = []", "fn f(event: Started) {}" => "no world in `Started`: remove `worlds`",
        "WorldStateChanged, «zones» = []", "fn f(event: WorldStateChanged) {}" =>
            "no zone in `WorldStateChanged`: remove `zones`",
        "PlayerLogin, auraxis::event::PlayerLogout, «zones» = []", "fn f(event: Event) {}" =>
            "no zone in `PlayerLogin`, `PlayerLogout`: remove `zones`",
        "ContinentUnlock, «characters» = []", "fn f(event: ContinentUnlock) {}" =>
            "no character in `ContinentUnlock`: remove `characters`",
        "MetagameEvent, ContinentLock, FacilityControl, «characters» = []", "fn f(event: Event) {}" =>
            "no character in `MetagameEvent`, `ContinentLock`, `FacilityControl`: remove `characters`",
    }
}

#[test]
fn a_second_trigger_without_a_name() {
    const MESSAGE: &str = "a second trigger on one function needs a `name`";
    assert_mistakes! {
        "Death", "«#[trigger(BattleRankUp)]» fn f(event: Event) {}" => MESSAGE,
        "Death", "#[inline] «#[auraxis::trigger]» fn f(d: Death) {}" => MESSAGE,
        "name = \"a\"", "«#[trigger(queue = 1)]» fn f(d: Death) {}" => MESSAGE,
        // The third is the second's affair.
        "Death", "«#[trigger]» #[trigger] fn f(d: Death) {}" => MESSAGE,
        "name = \"a\"", "«#[trigger(name = \"a\")]» fn f(d: Death) {}" => "two triggers are named `a`",
        // And so is whatever else is wrong in it.
        "Death", "«#[trigger(wrlds = 1, sequential = 2)]» fn f(d: Death) {}" => MESSAGE,
    }
}

#[test]
fn enums_of_events() {
    for (input, message) in [
        ("pub «struct» Fight { Death }", "`one_of!` declares an enum: `enum Fight { Death, VehicleDestroy }`"),
        ("enum «Fight» {}", "list the events: `enum Fight { Death, VehicleDestroy }`"),
        ("enum Fight { Death, VehicleDestroy, «Death» }", "`Death` is listed twice"),
        ("enum Fight { Death, «auraxis::event::Death» }", "`Death` is listed twice"),
        ("enum Fight { Death, «&BattleRankUp» }", "an event is named by its type: `Death`"),
        ("enum Fight { Death, Kill«(»Death) }", "expected `,`"),
    ] {
        let (input, marked) = unmarked(input);
        let input = tokens(&input);
        let place = Place { source: source(&input), bytes: marked.unwrap() };
        assert_mistake_at(&one_of::expand(input), message, &place);
    }
}

#[test]
fn what_looks_wrong_and_is_not() {
    for (args, item) in [
        ("Death, name = \"a\"", "#[trigger(BattleRankUp, name = \"b\")] fn f(event: Event) {}"),
        ("Death", "#[trigger(wrlds = 1, name = \"b\")] fn f(d: Death) {}"),
        ("Event", "fn f(event: Event) {}"),
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
        assert!(mistakes(&expansion).is_empty(), "#[trigger({args})] {item}: {expansion}");
    }
}

#[test]
fn all_mistakes_are_shown_at_once() {
    let expansion = expand(
        "&Death, wrlds = [1], queue, overflow = x, concurrency = 0, sequential",
        "const unsafe fn f<T>(&self) {}",
    );
    assert_eq!(mistakes(&expansion).len(), 10, "{expansion}");
}

/// A `compile_error!` of an expansion.
struct Mistake {
    message: String,
    place: Place,
}

/// Text that the compiler underlines, in one of the two sources of an expansion.
#[derive(Debug, PartialEq)]
struct Place {
    source: String,
    bytes: Range<usize>,
}

#[track_caller]
fn assert_mistake(args: &str, item: &str, message: &str) {
    let ((args, marked_args), (item, marked_item)) = (unmarked(args), unmarked(item));
    let (args_tokens, item_tokens) = (tokens(&args), tokens(&item));
    let place = match (marked_args, marked_item) {
        (Some(bytes), None) => Place { source: source(&args_tokens), bytes },
        (None, Some(bytes)) => Place { source: source(&item_tokens), bytes },
        _ => panic!("one place must be marked in #[trigger({args})] {item}"),
    };

    let expansion = attribute::expand(args_tokens, &item_tokens, None);
    // What is left out, the compiler would complain about as well.
    let kept = item.replace("const fn", "fn").replace("#[test]", "").replace("#[tokio::test]", "");
    let appended = appended_to(&kept, &expansion);
    assert!(!appended.contains("const _"), "registered in spite of a mistake: {appended}");
    assert_mistake_at(&expansion, message, &place);
}

#[track_caller]
fn assert_mistake_at(expansion: &TokenStream, message: &str, place: &Place) {
    match &mistakes(expansion)[..] {
        [mistake] => {
            assert!(mistake.message.starts_with(message), "{}\nis not\n{message}", mistake.message);
            assert_eq!(mistake.place, *place, "{message} in {expansion}");
        }
        mistakes => panic!("{} mistakes in {expansion}", mistakes.len()),
    }
}

/// A text without its marks, and what they enclosed.
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

/// Reads every `::core::compile_error! { "message" }`, whose two ends are those of the text to underline.
fn mistakes(expansion: &TokenStream) -> Vec<Mistake> {
    let tokens: Vec<_> = expansion.clone().into_iter().collect();
    let calls = tokens.windows(3).filter_map(|window| match window {
        [TokenTree::Ident(name), TokenTree::Punct(_), TokenTree::Group(group)] if name == "compile_error" => {
            let message: LitStr = syn::parse2(group.stream()).unwrap();
            let bytes = name.span().byte_range().start..group.span().byte_range().end;
            Some(Mistake { message: message.value(), place: Place { source: name.span().file(), bytes } })
        }
        _ => None,
    });
    calls.collect()
}
