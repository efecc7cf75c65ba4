//! A bot stops, whatever its handlers do.
#![allow(clippy::unwrap_used)] // Helpers of tests are tests.

mod common;
#[path = "common/process.rs"]
mod process;

use process::{Bot, misbehaving, run};

const SAYS: &str = "the client did not stop within 1s: still waiting for `never_returns` (tests/output/misbehaving.rs:";

/// Starts a bot that gets stuck, and stops it in every way.
async fn get_stuck(name: &str) {
    let bot = |arguments: &[&str]| {
        let mut command = misbehaving(name);
        command.arg("--sim").args(arguments);
        Bot::spawn(command)
    };
    let mut ended = bot(&["--for", "2s"]);
    assert_eq!(ended.line().await, "stuck");
    let mut ends = vec![ended.end().await];
    for signal in ["-TERM", "-INT"] {
        let mut ended = bot(&[]);
        assert_eq!(ended.line().await, "stuck");
        ends.push(ended.stop(signal).await);
    }
    for end in ends {
        assert_eq!(end.status.code(), Some(1), "{end:?}");
        assert!(end.stderr.contains(SAYS), "{end:?}");
    }
}

#[tokio::test]
async fn a_bot_stops_even_if_its_first_handler_never_returns() {
    get_stuck("stuck_at_once").await;
}

#[tokio::test]
async fn a_bot_stops_even_if_a_handler_never_returns() {
    get_stuck("stuck").await;
}

#[tokio::test]
async fn a_second_signal_stops_a_bot_immediately() {
    let mut command = misbehaving("stuck");
    // So long that it does not stop the bot.
    command.arg("--sim").env("GRACE", "600");
    let mut bot = Bot::spawn(command);
    assert_eq!(bot.line().await, "stuck");
    let again = common::within(async {
        loop {
            bot.signal("-TERM");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            if bot.is_over() {
                break;
            }
        }
    });
    again.await;
    let end = bot.end().await;
    assert_eq!(end.status.code(), Some(1), "{end:?}");
}

#[tokio::test]
async fn a_signal_stops_a_program_that_continues_after_its_run() {
    for signal in ["-TERM", "-INT"] {
        let mut command = misbehaving("lingering");
        command.arg("--sim");
        let mut bot = Bot::spawn(command);
        while bot.line().await != "over" {}
        assert_eq!(bot.stop(signal).await.status.code(), Some(1));
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_bot_stops_even_if_nobody_reads_its_log() {
    use std::io::Write;

    let (_reader, mut writer) = std::io::pipe().unwrap();
    // Fill the pipe.
    writer.write_all(&vec![b'\n'; 1 << 16]).unwrap();
    let mut bot = misbehaving("chatty");
    bot.args(["--sim", "--for", "1s"]).stdout(std::process::Stdio::null()).stderr(writer);
    let end = run(bot).await;
    assert_eq!(end.status.code(), Some(1), "{end:?}");
}
