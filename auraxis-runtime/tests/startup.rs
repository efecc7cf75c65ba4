//! Errors before the start, and extractors.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use std::{
    fs,
    sync::atomic::{AtomicU32, Ordering},
};

use auraxis_core::event::*;
use auraxis_runtime::{
    Client, ClientBuilder, Context, ErrorKind, FromContext, FromContextError, Shutdown, Speed, State, Trigger,
    TriggerHandle,
};
use common::*;
use tokio::time::{Duration, sleep};

#[derive(Debug)]
struct Score(AtomicU32);

#[derive(Debug)]
struct Settings {
    prefix: String,
}

/// A custom extractor.
#[derive(Clone)]
struct Prefix(String);

impl FromContext for Prefix {
    fn from_context(context: &Context) -> Result<Self, FromContextError> {
        let settings = State::<Settings>::from_context(context)?;
        if settings.prefix.is_empty() {
            return Err(FromContextError::new("a prefix, which is empty"));
        }
        Ok(Self(settings.prefix.clone()))
    }
}

fn settings(prefix: &str) -> Settings {
    Settings { prefix: prefix.to_owned() }
}

fn fault(builder: ClientBuilder) -> String {
    let error = builder.build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Setup);
    assert_eq!(format!("{error:?}"), error.to_string(), "a `main` that returns it prints prose");
    error.to_string()
}

#[test]
fn all_problems_are_in_one_error() {
    let on = Trigger::on::<Death>;
    let counted = |_: Death, _: State<Score>| ();
    let prefixed = |_: Death, _: Prefix| ();
    let revives = GainExperience::filter_experience(7);
    let line = line!() + 2;
    let triggers = [
        on().named("good").action(|_: Death| ()),
        on().named("twin").action(|_: Death| ()),
        on().named("counted").action(counted),
        on().named("twin").action(|_: Death| ()),
        on().named("prefixed").action(prefixed),
        on().named("none at once").concurrency(0).action(|_: Death| ()),
        Trigger::builder().named("of nothing").action(|_: Death| ()),
        Trigger::builder().on_selector::<Death>(revives).named("no revive").action(|_: Event| ()),
        Trigger::builder().on_named("Death").named("quoted").action(|_: Event| ()),
        on().named("twin").action(|_: Death| ()),
        Trigger::builder().on_named("Death").concurrency(0).named("both").action(|_: Event| ()),
        Trigger::on::<ContinentLock>().characters([1]).named("nobody").action(|_: ContinentLock| ()),
    ];
    let builder = Client::builder()
        .service_id("no id")
        .ess_url("http://127.0.0.1")
        .rest_url("nowhere")
        .state(settings("first"))
        .state(settings(""));
    let builder = triggers.into_iter().fold(builder, ClientBuilder::trigger);
    let at = |number| format!("{}:{}", file!(), line + number);
    let state = "which the client does not have; add `state = …` to `run!`, or `.state(…)` to the builder";
    let concurrency = "a trigger with `concurrency = 0` would never run; write `concurrency = 1` or more";
    let selector = "the selector `GainExperience_experience_id_7` selects `GainExperience`, not `Death`; write \
                    `.on_selector::<GainExperience>(…)`";
    let quoted = "the event `Death` has a type; write `Death`, without quotes";
    let expected = [
        "cannot start:".to_owned(),
        "two states have the type `startup::Settings`; wrap one of them in a new type".into(),
        "invalid service id; expected letters and digits, with or without the prefix `s:`".into(),
        "the event stream URL `http://127.0.0.1` must begin with `ws://` or `wss://`".into(),
        "the REST API URL `nowhere` must begin with `http://` or `https://`".into(),
        format!("`counted` ({}) needs `State<startup::Score>`, {state}", at(2)),
        format!("two triggers are named `twin`: {} and {}", at(1), at(3)),
        format!("`prefixed` ({}) needs a prefix, which is empty", at(4)),
        format!("`none at once` ({}) is invalid: {concurrency}", at(5)),
        format!("`of nothing` ({}) is invalid: it listens to no event; add `.on::<…>()`", at(6)),
        format!("`no revive` ({}) is invalid: {selector}", at(7)),
        format!("`quoted` ({}) is invalid: {quoted}", at(8)),
        format!("two triggers are named `twin`: {} and {}", at(1), at(9)),
        format!("`both` ({}) is invalid: {quoted}; also, {concurrency}", at(10)),
        format!("`nobody` ({}) is invalid: `ContinentLock` has no character; remove `characters`", at(11)),
    ];
    let found = fault(builder);
    let found: Vec<_> = found.split("\n  ").collect();
    assert_eq!(found, expected);
}

#[test]
fn adding_an_invalid_trigger_is_an_error() {
    let client = client();
    let trigger = Trigger::on::<Death>().named("counted").action(|_: Death, _: State<Score>| ());
    let error = client.add(trigger).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Setup);
    assert!(error.to_string().starts_with("`counted` ("), "{error}");
    assert!(client.triggers().is_empty());
}

#[test]
fn an_error_explains_why_no_triggers_are_registered() {
    assert_eq!(
        fault(Client::builder().registered()),
        "cannot start:\n  no trigger is registered; annotate a function with `#[trigger(…)]`. If the triggers are in a \
         separate crate, add `use my_triggers as _;`, or the linker omits that crate"
    );
    let trigger = Trigger::on::<Death>().action(|_: Death| ());
    assert_eq!(Client::builder().registered().trigger(trigger).build().unwrap().triggers().len(), 1);
    assert!(Client::builder().build().is_ok(), "a client that does not ask for them needs none");
}

#[test]
fn a_client_that_cannot_start_does_not_overwrite_a_recording() {
    let path = Recording::path_of("kept");
    fs::write(&path, "precious").unwrap();
    let faulty = Client::builder().record(&path).state(1).state(2).build();
    let kept = fs::read_to_string(&path);
    fs::remove_file(&path).unwrap();
    assert!(faulty.is_err());
    assert_eq!(kept.unwrap(), "precious");
}

#[tokio::test]
async fn a_handler_receives_its_extractors() {
    let log = Log::new();
    let seen = log.clone();
    let handler = move |_: Death,
                        client: Client,
                        score: State<Score>,
                        settings: State<Settings>,
                        Prefix(prefix): Prefix,
                        trigger: TriggerHandle,
                        shutdown: Shutdown| {
        let deaths = score.0.fetch_add(1, Ordering::Relaxed) + 1;
        assert_eq!(client.trigger(trigger.name()).unwrap().location(), trigger.location());
        assert!(!shutdown.is_requested());
        seen.add(format!("{prefix}/{}: {deaths}", settings.prefix));
    };
    let client = offline().state(settings("deaths")).state(Score(AtomicU32::new(40))).build().unwrap();
    for _ in 0..2 {
        client.add(Trigger::on::<Death>().action(handler.clone())).unwrap();
    }
    client.dispatch(death(&[])).await.unwrap();
    assert_eq!(log.take(), ["deaths/deaths: 41", "deaths/deaths: 42"], "a state is the same for all");
}

#[tokio::test]
async fn extractors_are_created_once_and_cloned_for_each_run() {
    static MADE: AtomicU32 = AtomicU32::new(0);
    struct Costly {
        copies: u32,
    }
    impl Clone for Costly {
        fn clone(&self) -> Self {
            Self { copies: self.copies + 1 }
        }
    }
    impl FromContext for Costly {
        fn from_context(_: &Context) -> Result<Self, FromContextError> {
            MADE.fetch_add(1, Ordering::Relaxed);
            Ok(Self { copies: 0 })
        }
    }

    let (client, log) = (client(), Log::new());
    let seen = log.clone();
    client.add(Trigger::on::<Death>().action(move |_: Death, costly: Costly| seen.add(costly.copies))).unwrap();
    for _ in 0..3 {
        client.dispatch(death(&[])).await.unwrap();
    }
    assert_eq!((MADE.load(Ordering::Relaxed), log.take()), (1, vec![1, 1, 1]));
}

#[tokio::test]
async fn events_wait_for_a_required_handler_of_started() {
    let recording = Recording::of("required", (1..=3).map(|number| login(number).to_frame()));
    let (client, log) = (recording.replay(Speed::Max).build().unwrap(), Log::new());
    let opened = log.clone();
    let open = move |_: Started| {
        let opened = opened.clone();
        async move {
            sleep(Duration::from_millis(100)).await;
            opened.add(0);
        }
    };
    client.add(Trigger::on::<Started>().required().action(open)).unwrap();
    client.add(Trigger::on::<PlayerLogin>().action(log.handler(|login: PlayerLogin| login.character_id.0))).unwrap();
    client.run().await.unwrap();
    assert_eq!(log.take(), [0, 1, 2, 3]);
}

#[tokio::test]
async fn a_required_handler_that_fails_stops_the_start() {
    let recording = Recording::of("required-fails", [login(1).to_frame()]);
    let (client, log) = (recording.replay(Speed::Max).build().unwrap(), Log::new());
    let open = |_: Started| async { Err(anyhow::anyhow!("refused").context("cannot open the database")) };
    client.add(Trigger::on::<Started>().named("open").required().action(open)).unwrap();
    client.add(Trigger::on::<PlayerLogin>().action(log.handler(|_: PlayerLogin| ()))).unwrap();
    client.add(Trigger::on::<Stopping>().action(log.handler(|_: Stopping| ()))).unwrap();
    let error = client.run().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Failed);
    let text = error.to_string();
    assert!(text.starts_with("`open` (auraxis-runtime/tests/startup.rs:"), "{text}");
    assert!(text.ends_with("failed: cannot open the database: refused"), "{text}");
    assert_eq!(log.len(), 1, "only `Stopping`");
    let error = common::client().add(Trigger::on::<Death>().required().action(|_: Death| {})).unwrap_err();
    assert!(error.to_string().contains("`required` is for triggers on `Started`"), "{error}");
}
