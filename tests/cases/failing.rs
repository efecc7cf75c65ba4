//! Handlers that end the program: with an error, or by never returning.

use crate::process::{Bot, example, run};

fn bot(name: &str) -> tokio::process::Command {
    let mut command = example("failing");
    command.env("BOT", name);
    command
}

#[tokio::test]
async fn a_handler_can_fail_the_run_and_the_program_says_why() {
    for (name, says) in [
        ("at_start", "the scores are not there\n  because entity not found"),
        ("at_event", "no room for 7\n  because the disk is full"),
        ("twice", "the first reason"),
        ("at_end", "the scores were not saved"),
    ] {
        let mut command = bot(name);
        command.args(["--sim", "--for", "10s"]);
        let end = run(command).await;
        assert_eq!(end.status.code(), Some(1), "{name}: {end:?}");
        assert!(end.stderr.contains(says), "{name}: {end:?}");
        assert!(!end.stderr.contains("panicked") && !end.stderr.contains("the second reason"), "{name}: {end:?}");
        assert!(end.stdout.contains("put in order"), "what stops in order is run: {name}: {end:?}");
    }
}

/// The ways not to return that are no first poll of a handler of the game's events.
#[tokio::test]
async fn whatever_does_not_return_is_named_at_the_end() {
    let mut ends = Vec::new();
    for name in ["stuck_condition", "stuck_later"] {
        for signal in [None, Some("-TERM"), Some("-INT")] {
            ends.push(async move {
                let mut command = bot(name);
                command.arg("--sim");
                if signal.is_none() {
                    command.args(["--for", "2s"]);
                }
                let mut bot = Bot::spawn(command);
                assert_eq!(bot.line().await, "stuck");
                let end = match signal {
                    Some(signal) => bot.stop(signal).await,
                    None => bot.end().await,
                };
                assert_eq!(end.status.code(), Some(1), "{name} {signal:?}: {end:?}");
                assert!(end.stderr.contains(&format!("`{name}`")), "{name} {signal:?}: {end:?}");
            });
        }
    }
    futures_util::future::join_all(ends).await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_stdout_that_nobody_reads_keeps_no_bot_from_its_end() {
    use std::io::Write;

    let (_reader, mut writer) = std::io::pipe().unwrap();
    // As much as a pipe holds.
    writer.write_all(&vec![b'\n'; 1 << 16]).unwrap();
    let mut command = bot("chatty");
    command.args(["--sim", "--for", "1s"]).stdout(writer);
    let end = run(command).await;
    assert_eq!(end.status.code(), Some(1), "{end:?}");
    assert!(end.stderr.contains("`chat`"), "{end:?}");
}
