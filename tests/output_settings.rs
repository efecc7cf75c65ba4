//! Messages for invalid settings.
#![allow(clippy::unwrap_used)] // Helpers of tests are tests.

mod common;
#[path = "common/process.rs"]
mod process;

use process::{End, example, misbehaving, run};
use serde_json::Value;

/// Every flag that says how a bot runs, with a value.
const FLAGS: [&[&str]; 13] = [
    &["--environment", "ps2"],
    &["--ess-url", "ws://127.0.0.1:1/streaming"],
    &["--explain"],
    &["--for", "1s"],
    &["--log-format", "json"],
    &["--record", "/nowhere/x.ndjson"],
    &["--record-rotate", "1h"],
    &["--redundancy", "2"],
    &["--replay", "/nowhere/y.ndjson"],
    &["--rest-url", "http://127.0.0.1:1"],
    &["--service-id", "abc"],
    &["--sim"],
    &["--speed", "10"],
];

/// The pairs of which one would be ignored, and what is said.
const CLASHES: [(&str, &str, &str); 7] = [
    ("--ess-url", "--replay", "a replay does not connect; remove `--ess-url` or `--replay`"),
    ("--ess-url", "--sim", "`--sim` starts its own server; remove `--ess-url` or `--sim`"),
    ("--record", "--replay", "a replay is not recorded; remove `--record` or `--replay`"),
    ("--record-rotate", "--replay", "a replay is not recorded; remove `--record-rotate` or `--replay`"),
    ("--redundancy", "--replay", "a replay does not connect; remove `--redundancy` or `--replay`"),
    ("--replay", "--sim", "events come either from recordings or from the simulator; remove `--replay` or `--sim`"),
    ("--rest-url", "--sim", "`--sim` starts its own server; remove `--rest-url` or `--sim`"),
];

/// The flags that need another one, and what is said without it.
const NEEDS: [(&str, &str, &str); 2] = [
    (
        "--record-rotate",
        "--record",
        "`--record-rotate` requires a recording; add `--record FILE` or remove `--record-rotate`",
    ),
    ("--speed", "--replay", "`--speed` requires a replay; add `--replay FILE` or remove `--speed`"),
];

async fn tally(arguments: &[&str], variables: &[(&str, &str)]) -> End {
    let mut bot = example("tally");
    bot.args(arguments).envs(variables.iter().copied());
    run(bot).await
}

#[tokio::test]
async fn conflicting_flags_are_rejected() {
    for (n, one) in FLAGS.iter().enumerate() {
        for other in &FLAGS[..n] {
            let pair = [other[0], one[0]];
            let clash = CLASHES.iter().find(|(a, b, _)| [*a, *b] == pair).map(|(.., says)| says);
            let need = NEEDS.iter().find(|(flag, needs, _)| pair.contains(flag) && !pair.contains(needs));
            // It goes with everything, and starts nothing.
            let explain = &["--explain"][..usize::from(!pair.contains(&"--explain"))];
            let end = tally(&[other, *one, explain].concat(), &[]).await;
            match clash.or(need.map(|(.., says)| says)) {
                Some(says) => {
                    assert_eq!(end.status.code(), Some(1), "{pair:?}: {end:?}");
                    assert!(end.stderr.starts_with(&format!("error: {says}\n")), "{pair:?}: {end:?}");
                }
                None => assert!(end.status.success() && end.stderr.is_empty(), "{pair:?}: {end:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_flag_overrides_its_variable_without_a_warning() {
    let elsewhere = [("AURAXIS_ESS_URL", "ws://127.0.0.1:1/streaming"), ("AURAXIS_REST_URL", "http://127.0.0.1:1")];
    let end = tally(&["--sim", "--for", "1s"], &elsewhere).await;
    assert!(end.status.success() && end.stdout.contains("GainExperience"), "{end:?}");
    assert!(!end.stderr.contains("WARN"), "{end:?}");
}

#[tokio::test]
async fn empty_variables_are_ignored() {
    let names = process::VARIABLES.into_iter().chain(["RUST_LOG", "NO_COLOR"]);
    let nothing: Vec<_> = names.map(|name| (name, "")).collect();
    let end = tally(&["--sim", "--for", "1s"], &nothing).await;
    assert!(end.status.success() && end.stdout.contains("GainExperience"), "{end:?}");
    assert!(end.stderr.contains("INFO") && !end.stderr.contains("WARN"), "{end:?}");
}

/// The lines of a log, each of which is an object.
fn objects(log: &str) -> Vec<Value> {
    let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    log.lines().map(parse).collect()
}

#[tokio::test]
async fn a_log_for_programs_has_one_object_per_line() {
    for (arguments, variables) in [
        (&["--log-format", "json"][..], &[][..]),
        (&[], &[("AURAXIS_LOG_FORMAT", "json"), ("RUST_LOG", "info,wrong=much")]),
    ] {
        let end = tally(&[&["--sim", "--for", "1s"], arguments].concat(), variables).await;
        let log = objects(&end.stderr);
        assert!(end.status.success() && !log.is_empty(), "{end:?}");
        for object in &log {
            assert!(["timestamp", "level", "target", "message"].iter().all(|key| object[key].is_string()), "{object}");
        }
        let is_warned = log.iter().any(|object| object["message"].as_str().unwrap().contains("`wrong=much`"));
        assert_eq!(is_warned, !variables.is_empty(), "{end:?}");
    }
}

#[tokio::test]
async fn a_log_for_programs_names_the_trigger_if_its_spans_are_wanted() {
    for (level, is_named) in [("auraxis=info", false), ("auraxis=info,auraxis::run=debug", true)] {
        let mut bot = misbehaving("unlucky");
        bot.args(["--sim", "--log-format", "json"]).env("RUST_LOG", level);
        let end = run(bot).await;
        let log = objects(&end.stderr);
        let failed = log.iter().find(|object| object["level"] == "ERROR").expect("a failure");
        assert!(failed["message"].as_str().unwrap().contains("no luck"), "{failed}");
        let named = &failed["span"]["trigger"];
        assert_eq!(named.as_str(), is_named.then_some("fail"), "{failed}");
    }
}

#[tokio::test]
async fn an_invalid_value_is_reported_with_its_source() {
    for (arguments, variables, says) in [
        (
            &["--environment", "pc"][..],
            &[][..],
            "invalid value 'pc' for '--environment <NAME>': expected `ps2` (PC), `ps2ps4us` or `ps2ps4eu`",
        ),
        (
            &[],
            &[("AURAXIS_ENVIRONMENT", "pc")],
            "invalid value 'pc' for AURAXIS_ENVIRONMENT: expected `ps2` (PC), `ps2ps4us` or `ps2ps4eu`",
        ),
        // The flag is invalid, and takes precedence over its variable.
        (&["--environment=pc"], &[("AURAXIS_ENVIRONMENT", "ps2")], "invalid value 'pc' for '--environment <NAME>': "),
        (&["--log-format", "xml"], &[], "invalid value 'xml' for '--log-format <FORMAT>'"),
        (&[], &[("AURAXIS_LOG_FORMAT", "xml")], "invalid value 'xml' for AURAXIS_LOG_FORMAT"),
        (&["--for=-5s"], &[], "expected a number with a unit, such as `15s`, `2m` or `1h30m`"),
        (&["--for", "15"], &[], "expected a number with a unit, such as `15s`, `2m` or `1h30m`"),
        (&["--record", ""], &[], "a value is required for '--record <FILE>'"),
        (&["s:secret"], &[], "unexpected argument 's:…' found"),
    ] {
        let end = tally(arguments, variables).await;
        assert_eq!(end.status.code(), Some(1), "{arguments:?}: {end:?}");
        assert!(end.stderr.starts_with("error: ") && end.stderr.contains(says), "{arguments:?}: {end:?}");
        assert!(!end.stderr.contains("secret"), "{end:?}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_variable_that_is_not_utf_8_is_named() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

    let mut bot = example("tally");
    bot.env("AURAXIS_SERVICE_ID", OsStr::from_bytes(b"\xff"));
    let end = run(bot).await;
    assert_eq!(end.status.code(), Some(1), "{end:?}");
    assert_eq!(end.stderr, "error: AURAXIS_SERVICE_ID is not valid UTF-8\n");
}

#[tokio::test]
async fn help_shows_no_values_that_may_contain_a_secret() {
    let secrets = [
        ("AURAXIS_SERVICE_ID", "s:verysecret"),
        ("AURAXIS_ESS_URL", "wss://me:verysecret@host/?service-id=s:verysecret"),
        ("AURAXIS_REST_URL", "https://host/s:verysecret"),
    ];
    let end = tally(&["--help"], &secrets).await;
    assert!(end.status.success() && end.stdout.contains("AURAXIS_REST_URL"), "{end:?}");
    assert!(!end.stdout.contains("verysecret"), "{}", end.stdout);
}

#[tokio::test]
async fn invalid_directives_in_rust_log_are_reported_and_the_others_apply() {
    for (text, wrong, debug) in [
        ("auraxis=loud", Some("`auraxis=loud`"), false),
        ("off,auraxis_runtime=debug,auraxis=loud", Some("`auraxis=loud`"), true),
        ("warn, auraxis_runtime=debug", None, true),
        ("auraxis_runtime[{name=a,b}]=debug", None, false),
        ("auraxis_runtime=debug,=,x=y=z", Some("`=`, `x=y=z`"), true),
    ] {
        let end = tally(&["--sim", "--for", "1s"], &[("RUST_LOG", text)]).await;
        assert!(end.status.success(), "{text}: {end:?}");
        assert_eq!(end.stderr.contains("RUST_LOG"), wrong.is_some(), "{text}: {end:?}");
        assert!(wrong.is_none_or(|wrong| end.stderr.contains(&format!("`RUST_LOG`: {wrong}; "))), "{text}: {end:?}");
        assert_eq!(end.stderr.contains("DEBUG"), debug, "{text}: {end:?}");
    }
}

#[tokio::test]
async fn the_version_is_that_of_the_bot() {
    let expected = format!("tally {version} (auraxis {version})\n", version = env!("CARGO_PKG_VERSION"));
    for flag in ["--version", "-V"] {
        let end = tally(&[flag], &[]).await;
        assert!(end.status.success() && end.stdout == expected && end.stderr.is_empty(), "{end:?}");
    }
}

#[tokio::test]
async fn a_program_has_its_own_flags_next_to_those_of_auraxis() {
    let arguments = async |arguments: &[&str]| {
        let mut bot = example("arguments");
        bot.args(arguments);
        run(bot).await
    };
    let end = arguments(&["--sim", "--for", "20s", "--limit", "2"]).await;
    assert!(end.status.success(), "{end:?}");
    assert_eq!(end.stdout.lines().filter(|line| line.ends_with(" died")).count(), 2, "{end:?}");
    let end = arguments(&["--help"]).await;
    let (own, ours) = end.stdout.split_once("Options of auraxis:").expect("two parts");
    assert!(own.starts_with("Announces deaths") && own.contains("--headshots") && ours.contains("--replay"), "{end:?}");
    let end = arguments(&["--limit", "many"]).await;
    assert_eq!(end.status.code(), Some(1), "{end:?}");
    assert!(end.stderr.starts_with("error: invalid value 'many' for '--limit <N>'"), "{end:?}");
}
