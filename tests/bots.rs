//! The examples as a person runs them: as programs of their own, with a command line, beside a simulator.
#![allow(clippy::unwrap_used, clippy::many_single_char_names)] // Helpers of tests are tests; characters are letters.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use auraxis_sim::Sim;

mod common;
#[path = "common/process.rs"]
mod process;

use common::{death, login, quiet, quiet_at, until, within};
use process::{BUILT, Bot, VARIABLES, example, run};

fn recording(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).expect("a directory for the tests");
    path
}

#[tokio::test]
async fn the_levelup_tracker_prints_names_and_skips_those_unknown() {
    let sim = Sim::builder().rate(400.0).start().await.unwrap();
    let mut bot = Bot::start("levelup_tracker", &sim);
    let (mut named, mut skipped) = (0, 0);
    while named < 3 || skipped < 1 {
        let line = bot.line().await;
        if line == "Skipping anonymous player" {
            skipped += 1;
            continue;
        }
        let (name, rank) = line.strip_suffix('!').and_then(|line| line.split_once(" has reached BR ")).expect(&line);
        assert!(!name.is_empty() && rank.parse::<u32>().is_ok(), "{line}");
        named += 1;
    }
    let [subscribed] = sim.subscriptions().try_into().unwrap();
    assert_eq!(subscribed.lists.event_names, common::set(["BattleRankUp"]));
    let end = bot.terminate().await;
    assert!(end.status.success(), "{}", end.stderr);
}

#[tokio::test]
async fn mutual_deaths_are_paired_by_who_killed_whom_within_five_seconds() {
    let sim = quiet().await;
    let ids: [_; 6] = characters(&sim).await;
    let [a, b, c, d, e, f] = ids.clone().map(|(id, _)| id);
    let mut bot = Bot::start("mutual_deaths", &sim);
    until("a subscription", || sim.subscriptions().iter().any(|subscribed| !subscribed.lists.is_empty())).await;
    for text in [
        death(0, a, 100, 1), // the environment
        death(b, b, 100, 1), // himself
        death(a, b, 100, 1), // a kills b …
        death(c, d, 101, 1), // c kills d …
        death(b, a, 105, 1), // … b kills a: mutual
        death(b, a, 105, 1), // again: that death has been used
        death(d, c, 107, 1), // … d kills c: too late
        death(e, f, 110, 1), // e kills f …
        death(f, e, 109, 1), // … and f killed e before that: mutual
    ] {
        assert_eq!(sim.publish(&text), 1);
    }
    let name = |id: u64| ids.iter().find(|(other, _)| *other == id).map(|(_, name)| name.as_str()).unwrap();
    let expected = [
        format!("1970-01-01T00:01:45Z: [Osprey] - Mutual death between {} and {}", name(a), name(b)),
        format!("1970-01-01T00:01:49Z: [Osprey] - Mutual death between {} and {}", name(e), name(f)),
    ];
    let mut lines = [bot.line().await, bot.line().await];
    // Each waits for its own look-up.
    lines.sort();
    assert_eq!(lines, expected);
    let end = bot.terminate().await;
    assert!(end.status.success() && end.stdout.is_empty(), "{}{}", end.stdout, end.stderr);
}

/// Some characters of Osprey, and their names.
async fn characters<const N: usize>(sim: &Sim) -> [(u64, String); N] {
    let census = auraxis::Client::builder().ess_url(sim.ess_url()).rest_url(sim.rest_url()).build().unwrap();
    let rows = within(async {
        let joined = auraxis::census::Join::of::<auraxis::ps2::CharactersWorld>().on("character_id").inject_at("home");
        census.find::<auraxis::ps2::Character>().limit(1_000).with(|query| query.join(joined)).await
    });
    let rows = rows.await.unwrap();
    let at_home = |row: &auraxis::ps2::Character| {
        use auraxis::census::Row;
        row.joined::<auraxis::ps2::CharactersWorld>("home").unwrap().is_some_and(|home| home.world_id.0 == 1)
    };
    let found = rows.iter().filter(|row| at_home(row)).map(|row| (row.character_id.0, row.name.to_string()));
    found.take(N).collect::<Vec<_>>().try_into().expect("enough characters")
}

/// Somebody unknown reaches this rank.
fn levelup(rank: u32) -> String {
    format!(
        r#"{{"payload":{{"battle_rank":"{rank}","character_id":"3","event_name":"BattleRankUp","timestamp":"1","world_id":"1","zone_id":"2"}},"service":"event","type":"serviceMessage"}}"#
    )
}

#[tokio::test]
async fn a_bot_outlives_its_simulator() {
    let sim = quiet().await;
    let port: u16 = sim.rest_url().rsplit(':').next().unwrap().parse().unwrap();
    let mut bot = Bot::start("levelup_tracker", &sim);
    until("a subscription", || sim.publish(&levelup(2)) == 1).await;
    assert_eq!(bot.line().await, "Skipping anonymous player");
    sim.shutdown().await;
    let sim = quiet_at(port).await;
    until("a subscription", || sim.publish(&levelup(3)) == 1).await;
    assert_eq!(bot.line().await, "Skipping anonymous player");
    let end = bot.terminate().await;
    assert!(end.status.success());
    assert!(end.stderr.contains("not connected to the event stream"), "{}", end.stderr);
}

#[tokio::test]
async fn a_recording_is_counted_and_a_torn_end_is_told() {
    let frames =
        [death(3, 5, 1, 1), login(3, 1), login(5, 1), "{\"type\":\"heartbeat\",\"online\":{}}".into()].join("\n");
    let path = recording("torn.ndjson", &format!("{frames}\nrubbish\n{}", &login(7, 1)[..40]));
    let mut tally = example("tally");
    tally.arg("--replay").arg(&path);
    let end = run(tally).await;
    assert!(end.status.success(), "{}", end.stderr);
    assert_eq!(end.stdout, "PlayerLogin 2\nDeath 1\ntotal 3\n");
    assert!(end.stderr.contains("`: a frame is not a JSON object: rubbish"), "{}", end.stderr);
    assert!(end.stderr.contains("`, the last, is incomplete and was skipped"), "{}", end.stderr);
}

#[tokio::test]
async fn what_is_recorded_can_be_replayed() {
    for name in ["recorded.ndjson", "recorded.ndjson.zst", "recorded.ndjson.gz"] {
        let path = recording(name, "");
        let mut tally = example("tally");
        tally.args(["--sim", "--for", "2s", "--record"]).arg(&path);
        let live = run(tally).await;
        assert!(live.status.success() && live.stdout.contains("GainExperience"), "{}{}", live.stdout, live.stderr);
        for speed in ["max", "1000"] {
            let mut tally = example("tally");
            tally.args(["--speed", speed, "--replay"]).arg(&path);
            assert_eq!(run(tally).await.stdout, live.stdout, "{name}");
        }
        let mut tally = example("tally");
        tally.args(["--replay", "-"]).stdin(fs::File::open(&path).unwrap());
        assert_eq!(run(tally).await.stdout, live.stdout, "{name} from standard input");
    }
    let plain = fs::read_to_string(Path::new(env!("CARGO_TARGET_TMPDIR")).join("recorded.ndjson")).unwrap();
    assert!(plain.lines().all(|line| line.starts_with("{\"at_ms\":") && line.ends_with('}')));
}

#[tokio::test]
async fn a_recording_in_several_files_is_replayed_in_their_order() {
    let directory = recording("rotated", "").with_extension("d");
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    let mut tally = example("tally");
    tally.args(["--sim", "--for", "3s", "--record-rotate", "500ms", "--record"]).arg(directory.join("war.ndjson.zst"));
    let live = run(tally).await;
    assert!(live.status.success(), "{}", live.stderr);
    let mut files: Vec<_> = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 1, "{files:?}");
    let mut tally = example("tally");
    tally.arg("--replay").args(&files);
    assert_eq!(run(tally).await.stdout, live.stdout);
}

#[tokio::test]
async fn a_recording_outlives_a_bot_that_is_killed() {
    let path = recording("killed.ndjson.zst", "");
    let mut tally = example("tally");
    tally.args(["--sim", "--record"]).arg(&path);
    let mut process = tally.spawn().expect(BUILT);
    // As much as some seconds of war become.
    until("a recording", || fs::metadata(&path).is_ok_and(|file| file.len() > 2_500)).await;
    process.kill().await.unwrap();
    let mut tally = example("tally");
    tally.arg("--replay").arg(&path);
    let end = run(tally).await;
    assert!(end.status.success() && end.stdout.contains("GainExperience"), "{}{}", end.stdout, end.stderr);
    assert!(end.stderr.contains("` is truncated after "), "{}", end.stderr);
}

#[tokio::test]
async fn a_program_explains_itself() {
    let mut bot = example("mutual_deaths");
    bot.arg("--explain");
    let end = run(bot).await;
    assert!(end.status.success());
    assert!(end.stdout.starts_with("on_death (examples/mutual_deaths.rs:"), "{}", end.stdout);
    assert!(end.stdout.ends_with("subscription\n  Death for all characters\n"), "{}", end.stdout);
}

#[tokio::test]
async fn help_names_every_flag_and_every_variable() {
    let mut bot = example("tally");
    bot.arg("--help");
    let end = run(bot).await;
    assert!(end.status.success() && end.stderr.is_empty(), "{}", end.stderr);
    let words: BTreeSet<_> = end.stdout.split_whitespace().collect();
    for flag in [
        "--service-id",
        "--environment",
        "--ess-url",
        "--rest-url",
        "--sim",
        "--replay",
        "--speed",
        "--record",
        "--record-rotate",
        "--explain",
        "--for",
        "--log-format",
        "--version",
    ] {
        assert!(words.contains(flag), "{flag} in\n{}", end.stdout);
    }
    for variable in VARIABLES {
        assert!(end.stdout.contains(&format!("[env: {variable}")), "{variable} in\n{}", end.stdout);
    }
}

#[tokio::test]
async fn a_flag_goes_before_its_variable_and_that_before_the_key_of_run() {
    let elsewhere = quiet().await;
    for (variable, flag, id) in [
        (None, None, "s:example"), // as the example has it
        (Some("variable"), None, "s:variable"),
        (Some("variable"), Some("flag"), "s:flag"),
    ] {
        let sim = quiet().await;
        let mut bot = example("levelup_tracker");
        bot.env("AURAXIS_ESS_URL", elsewhere.ess_url()).env("AURAXIS_REST_URL", elsewhere.rest_url());
        bot.args(["--ess-url", &sim.ess_url(), "--rest-url", &sim.rest_url()]);
        bot.envs(variable.map(|id| ("AURAXIS_SERVICE_ID", id)));
        bot.args(flag.map(|id| ["--service-id", id]).iter().flatten());
        let mut bot = Bot::spawn(bot);
        until("a subscription", || sim.publish(&levelup(2)) == 1).await;
        assert_eq!(bot.line().await, "Skipping anonymous player");
        let requests = sim.requests();
        let prefix = format!("/{id}/get/ps2/");
        assert!(!requests.is_empty() && requests.iter().all(|it| it.starts_with(&prefix)), "{id}: {requests:?}");
        assert!(bot.terminate().await.status.success());
    }
    assert!(elsewhere.commands().is_empty() && elsewhere.requests().is_empty());
}

#[tokio::test]
async fn ctrl_c_and_sigterm_stop_in_order() {
    for signal in ["-INT", "-TERM"] {
        let sim = quiet().await;
        let bot = Bot::start("tally", &sim);
        until("a subscription", || sim.publish(&login(3, 1)) == 1).await;
        let end = bot.stop(signal).await;
        assert_eq!(end.status.code(), Some(0), "{signal}: {}", end.stderr);
        assert!(end.stdout.lines().last().is_some_and(|line| line.starts_with("total ")), "{signal}: {}", end.stdout);
    }
}

#[tokio::test]
async fn run_within_a_runtime_says_what_to_write_instead() {
    let error = auraxis::run!().unwrap_err();
    assert_eq!(error.kind(), auraxis::ErrorKind::Setup);
    assert!(error.to_string().contains("`Client::builder().registered().build()?.run().await`"), "{error}");
}

#[tokio::test]
async fn mistakes_end_a_program_with_prose_and_no_secret() {
    let sim = quiet().await;
    let refused = {
        let mut bot = example("tally");
        bot.env("AURAXIS_ESS_URL", sim.ess_url()).args(["--service-id", "s:refused"]);
        bot
    };
    let with = |arguments: &[&str]| {
        let mut bot = example("tally");
        bot.args(arguments);
        bot
    };
    for (bot, says) in [
        (refused, "the event stream rejected the service id `s:(redacted)` (HTTP 403)"),
        (with(&["--replay", "/nowhere/at/all"]), "cannot replay `/nowhere/at/all`"),
        (with(&["--record", "/nowhere/at/all"]), "cannot record to `/nowhere/at/all`"),
        (with(&["--service-id", "not an id"]), "invalid service id; expected letters and digits"),
        (with(&["--ess-url", "http://127.0.0.1:1"]), "must begin with `ws://` or `wss://`"),
        (with(&["--environment", "pc"]), "`ps2` (PC), `ps2ps4us` or `ps2ps4eu`"),
        (with(&["--for", "soon"]), "expected a number with a unit"),
        (with(&["--speed", "0"]), "expected `max` or a number above 0"),
        (with(&["--record", "x", "--record-rotate", "often"]), "expected a size such as `100MB`"),
        (with(&["--simm"]), "a similar argument exists: '--sim'"),
    ] {
        let end = run(bot).await;
        assert_eq!(end.status.code(), Some(1), "{}", end.stderr);
        assert!(end.stderr.contains(says), "{}", end.stderr);
        assert!(!end.stdout.contains("refused") && !end.stderr.contains("s:refused"), "{}{}", end.stdout, end.stderr);
    }
}

#[tokio::test]
async fn examples_that_only_ask_end_by_themselves() {
    for (name, prints, says) in [
        ("online_friends", "friends are online", ""),
        ("outfit_roster", "\nLeader ", " of "),
        ("hand_made_join", "  led by ", ""),
    ] {
        let mut bot = example(name);
        bot.arg("--sim");
        let end = run(bot).await;
        assert!(end.status.success() && end.stdout.contains(prints), "{name}: {}{}", end.stdout, end.stderr);
        assert!(end.stderr.contains(says), "{name}: {}", end.stderr);
    }
}
