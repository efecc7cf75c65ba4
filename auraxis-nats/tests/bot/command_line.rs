//! A bot with `run!`, whose flags say where it reads from.

use std::{
    path::PathBuf,
    process::{Output, Stdio},
};

use tokio::process::Command;

use crate::{
    common::{free_port, within},
    harness::*,
};

/// The bot `printing`, which prints the frames of events and has the key `durable = "printing"`.
fn bot(arguments: &[&str]) -> Command {
    let tests = std::env::current_exe().unwrap();
    let program: PathBuf = tests.ancestors().nth(2).unwrap().join("examples").join("printing");
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true).env_remove("RUST_LOG");
    for variable in ["SERVICE_ID", "ENVIRONMENT", "ESS_URL", "REST_URL", "FROM", "DURABLE"] {
        command.env_remove(format!("AURAXIS_{variable}"));
    }
    command
}

async fn output(mut command: Command) -> Output {
    within(command.output()).await.unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_reads_from_where_its_flags_or_variables_say_and_continues_there() {
    let Some(broker) = Broker::start().await else { return };
    let url = broker.server.url();
    broker.logins(0..100);
    broker.published(100).await;
    let first = output(bot(&["--from", &url, "--since-start", "--for", "2s"])).await;
    assert!(first.status.success(), "{}", stderr(&first));
    assert_eq!(stdout(&first).lines().count(), 100, "{}", stderr(&first));
    assert_eq!(broker.consumer("printing").await.num_ack_pending, 0);

    broker.logins(100..150);
    broker.published(150).await;
    let mut command = bot(&["--since", "1h", "--for", "2s"]);
    command.env("AURAXIS_FROM", &url);
    let next = output(command).await;
    assert_eq!(stdout(&next).lines().count(), 50, "{}", stderr(&next));

    let mut command = bot(&["--durable", "other", "--since", "1h", "--for", "2s"]);
    command.env("AURAXIS_FROM", &url);
    let other = output(command).await;
    assert_eq!(stdout(&other).lines().count(), 150, "{}", stderr(&other));
}

#[tokio::test]
async fn a_flag_that_selects_the_event_stream_overrides_variables_and_keys_that_select_a_broker() {
    for arguments in [["--sim", "--explain"], ["--ess-url=ws://127.0.0.1:9/streaming", "--explain"]] {
        let mut command = bot(&arguments);
        command.env("AURAXIS_FROM", "nats://127.0.0.1:9");
        let explained = output(command).await;
        assert!(explained.status.success(), "{}", stderr(&explained));
        assert!(stdout(&explained).contains("subscription\n"), "{}", stdout(&explained));
    }
    let explained = output(bot(&["--from", "nats://me:secret@127.0.0.1:9", "--explain"])).await;
    for part in ["nats://127.0.0.1:9, stream `ps2-events`", "durable consumer `printing`", "ps2.ps2.*.*"] {
        assert!(stdout(&explained).contains(part), "{part}: {}", stdout(&explained));
    }
    assert!(!stdout(&explained).contains("secret"), "{}", stdout(&explained));
}

#[tokio::test]
async fn wrong_flags_are_answered_with_what_to_do() {
    let closed = format!("nats://127.0.0.1:{}", free_port());
    for (arguments, message) in [
        (&["--from", &closed, "--sim"][..], "`--sim` starts its own server; remove `--from` or `--sim`"),
        (&["--from", &closed, "--redundancy", "2"], "a broker has no links; its relay does"),
        (&["--from", "http://h"], "must begin with `nats://` or `tls://`"),
        (&["--from", "nats://hunter2@h:x"], "cannot be parsed: invalid port number"),
        (&["--from", &closed, "--since", "1h", "--since-start"], "a bot begins at one time"),
        (&["--from", &closed, "--since", "soon"], "expected a number with a unit"),
        (&["--from", &closed, "--durable", "two words"], "the durable name `two words` is invalid"),
        (&["--since-start"], "add `--from URL`"),
        (&["--nats-creds", "missing"], "add `--from URL`"),
        (&["--from", &closed, "--nats-nkey", "missing"], "cannot read the nkey file `missing`"),
    ] {
        let output = output(bot(arguments)).await;
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(message), "{arguments:?}: {}", stderr(&output));
        assert!(!stderr(&output).contains("hunter2"), "{}", stderr(&output));
    }
}
