//! Bots whose output cannot be written, and the output to a terminal.
#![allow(clippy::unwrap_used)] // Helpers of tests are tests.

use std::process::Stdio;

use auraxis_sim::Sim;
use tokio::process::Command;

mod common;
#[path = "common/process.rs"]
mod process;

use process::{Bot, End, example, misbehaving, run};

/// The writing end of a closed pipe.
fn closed() -> Stdio {
    let (_, writer) = std::io::pipe().expect("a pipe");
    writer.into()
}

/// A full disk.
fn full() -> Stdio {
    std::fs::OpenOptions::new().write(true).open("/dev/full").expect("the device").into()
}

fn with(mut command: Command, arguments: &[&str]) -> Command {
    command.args(arguments);
    command
}

/// Whether at most one line above INFO was logged, and no panic.
fn is_quiet(end: &End) -> bool {
    end.stderr.lines().filter(|line| !line.contains(" INFO ")).count() <= 1 && !end.stderr.contains("panicked")
}

#[tokio::test]
async fn a_run_continues_if_its_log_cannot_be_written() {
    for stderr in [closed(), full()] {
        let mut bot = with(example("tally"), &["--sim", "--for", "2s"]);
        bot.env("RUST_LOG", "debug").stderr(stderr);
        let end = run(bot).await;
        assert!(end.status.success() && end.stdout.contains("GainExperience"), "{end:?}");
    }
}

#[tokio::test]
async fn a_bot_stops_without_panics_if_stdout_is_closed() {
    let mut bot = with(misbehaving("chatty"), &["--sim"]);
    bot.stdout(closed());
    let end = run(bot).await;
    assert_eq!(end.status.code(), Some(0), "{end:?}");
    assert!(!end.stderr.contains("panicked at"), "{}", end.stderr);
}

#[tokio::test]
async fn a_bot_logs_nothing_if_stdout_is_closed() {
    let mut bot = with(misbehaving("chatty"), &["--sim"]);
    bot.stdout(closed());
    let end = run(bot).await;
    assert!(is_quiet(&end), "{}", end.stderr);
}

#[tokio::test]
async fn printing_after_a_run_to_a_broken_stdout_does_not_panic() {
    for (stdout, code) in [(closed(), 0), (full(), 1)] {
        let mut bot = with(misbehaving("lingering"), &["--sim"]);
        bot.stdout(stdout);
        let end = run(bot).await;
        assert_eq!(end.status.code(), Some(code), "{end:?}");
        assert_eq!(end.stderr.matches("cannot write to stdout").count(), usize::try_from(code).unwrap(), "{end:?}");
        assert!(!end.stderr.contains("panicked"), "{end:?}");
    }
}

#[tokio::test]
async fn a_bot_stops_when_its_reader_leaves() {
    let sim = Sim::builder().rate(200.0).start().await.unwrap();
    let mut bot = with(misbehaving("chatty"), &["--ess-url", &sim.ess_url(), "--rest-url", &sim.rest_url()]);
    bot.env("AURAXIS_SERVICE_ID", "s:test");
    let mut bot = Bot::spawn(bot);
    bot.line().await;
    let end = bot.leave().await;
    assert_eq!(end.status.code(), Some(0), "{end:?}");
}

#[tokio::test]
async fn a_bot_with_a_full_disk_stops_with_a_single_error() {
    let mut bot = with(misbehaving("chatty"), &["--sim"]);
    bot.stdout(full());
    let end = run(bot).await;
    assert_eq!(end.status.code(), Some(1), "{end:?}");
    assert!(
        end.stderr.ends_with("cannot write to stdout\n  because No space left on device (os error 28)\n"),
        "{end:?}"
    );
    assert!(!end.stderr.contains("panicked at"), "{}", end.stderr);
}

#[tokio::test]
async fn help_and_explain_survive_a_broken_stdout() {
    for flag in ["--explain", "--help", "--version"] {
        let mut bot = with(example("tally"), &[flag]);
        bot.stdout(closed());
        let end = run(bot).await;
        assert!(end.status.success() && end.stderr.is_empty(), "{flag}: {end:?}");

        let mut bot = with(example("tally"), &[flag]);
        bot.stdout(full());
        let end = run(bot).await;
        assert_eq!(end.status.code(), Some(1), "{flag}: {end:?}");
        assert!(end.stderr.contains("cannot write to stdout"), "{flag}: {end:?}");
        assert!(!end.stderr.contains("panicked"), "{flag}: {end:?}");
    }
    let mut bot = with(example("tally"), &["--speed", "0"]);
    bot.stderr(closed());
    assert_eq!(run(bot).await.status.code(), Some(1));
}

#[tokio::test]
async fn other_panics_are_still_reported() {
    let end = run(with(misbehaving("panicking"), &["--sim"])).await;
    assert!(end.status.success(), "{end:?}");
    assert!(end.stderr.contains("panicked at tests/output/misbehaving.rs"), "{}", end.stderr);
}

#[tokio::test]
async fn state_is_dropped_before_the_program_ends() {
    let end = run(with(misbehaving("tidy"), &["--sim"])).await;
    assert!(end.status.success() && end.stdout == "tidied up\n", "{end:?}");
}

/// Tests with a pseudo-terminal.
#[cfg(target_os = "linux")]
mod terminal {
    use std::{
        fs::{self, File},
        io::Read,
        os::fd::OwnedFd,
        path::{Path, PathBuf},
        thread,
    };

    use rustix::{
        fs::{Mode, OFlags, open},
        pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    };

    use super::{common::within, process::BUILT, *};

    const RESET: &str = "\u{1b}[0m";

    /// Opens a terminal: the end of the screen, and the end that a program writes to.
    fn terminal() -> (OwnedFd, OwnedFd) {
        let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&screen).unwrap();
        unlockpt(&screen).unwrap();
        let name = ptsname(&screen, Vec::new()).unwrap();
        let program = open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).unwrap();
        (screen, program)
    }

    /// Returns what the command writes to a terminal.
    async fn shown(mut command: Command, variables: &[(&str, &str)]) -> String {
        let (screen, program) = terminal();
        command.stderr(program).env("TERM", "xterm").envs(variables.iter().copied());
        let reading = thread::spawn(move || {
            let mut bytes = Vec::new();
            // Returns an error when the last program has closed its end.
            let _ = File::from(screen).read_to_end(&mut bytes);
            String::from_utf8(bytes).unwrap()
        });
        let end = run(command).await;
        assert!(end.status.success(), "{end:?}");
        reading.join().unwrap()
    }

    #[tokio::test]
    async fn the_log_has_colours_unless_they_are_disabled() {
        for (variables, colours) in
            [(&[][..], true), (&[("NO_COLOR", "")], true), (&[("NO_COLOR", "1")], false), (&[("TERM", "dumb")], false)]
        {
            let shown = shown(with(example("tally"), &["--sim", "--for", "1s"]), variables).await;
            assert!(shown.contains("connected to"), "{shown}");
            assert_eq!(shown.contains(RESET), colours, "{variables:?}: {shown}");
            assert!(colours || !shown.contains('\u{1b}'), "{variables:?}: {shown}");
        }
    }

    /// A recording of 20 logins.
    fn two_seconds(name: &str) -> PathBuf {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let frame = |at: u32| format!("{{\"at_ms\":{at},\"link\":0,\"frame\":{:?}}}\n", common::login(3, 1));
        fs::write(&path, (0..20).map(|tenth| frame(tenth * 100)).collect::<String>()).unwrap();
        path
    }

    #[tokio::test]
    async fn a_replay_has_no_colours_if_they_are_disabled_and_no_bar_on_a_dumb_terminal() {
        let path = two_seconds("bar.ndjson");
        for (variable, bar) in [(("NO_COLOR", "1"), true), (("TERM", "dumb"), false)] {
            let mut bot = example("tally");
            bot.args(["--speed", "1", "--replay"]).arg(&path);
            let shown = shown(bot, &[variable]).await;
            assert_eq!(shown.contains('%'), bar, "{variable:?}: {shown}");
            assert!(!shown.split("\u{1b}[").skip(1).any(is_colour), "{variable:?}: {shown:?}");
            assert!(bar || !shown.contains('\u{1b}'), "{variable:?}: {shown:?}");
        }
    }

    #[tokio::test]
    async fn a_terminal_that_closes_does_not_end_a_replay_with_a_bar() {
        let (screen, program) = terminal();
        let mut bot = example("tally");
        bot.args(["--speed", "1", "--replay"]).arg(two_seconds("closing.ndjson"));
        bot.env("TERM", "xterm").stderr(program);
        let child = bot.spawn().expect(BUILT);
        drop(bot);
        // The bar appears.
        File::from(screen).read_exact(&mut [0]).unwrap();
        let output = within(child.wait_with_output()).await.unwrap();
        assert!(output.status.success(), "{output:?}");
        assert!(String::from_utf8(output.stdout).unwrap().ends_with("total 20\n"));
    }

    /// Whether an escape sequence, without its `ESC [`, sets a color or a style.
    fn is_colour(code: &str) -> bool {
        code.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').starts_with('m')
    }

    #[tokio::test]
    async fn a_terminal_that_closes_does_not_end_a_run() {
        let sim = common::quiet().await;
        let (screen, program) = terminal();
        let mut bot = example("tally");
        bot.env("AURAXIS_ESS_URL", sim.ess_url()).env("RUST_LOG", "debug").args(["--for", "3s"]);
        bot.stderr(program);
        let child = bot.spawn().expect(BUILT);
        drop(bot);
        common::until("a subscription", || sim.publish(&common::login(3, 1)) == 1).await;
        drop(screen);
        // From now on, the bot logs failed connections.
        sim.shutdown().await;
        let output = within(child.wait_with_output()).await.unwrap();
        assert!(output.status.success(), "{output:?}");
        assert!(String::from_utf8(output.stdout).unwrap().contains("total "), "no graceful stop");
    }
}
