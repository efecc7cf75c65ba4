//! A bot without any feature of auraxis, as a real process.
//!
//! `AURAXIS_BARE=1 cargo test -p auraxis-bare-tests` builds it like this. In a build of the whole workspace, Cargo turns
//! on the features that other packages need; the test that depends on their absence is then skipped.
#![cfg(unix)]
#![allow(clippy::unwrap_used)] // Helpers of tests are tests.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Read, pipe},
    net::TcpListener,
    os::unix::ffi::OsStrExt,
    process::{Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

const VARIABLES: [&str; 4] = ["AURAXIS_SERVICE_ID", "AURAXIS_ENVIRONMENT", "AURAXIS_ESS_URL", "AURAXIS_REST_URL"];

/// The time limit of every wait.
const PATIENCE: Duration = Duration::from_secs(30);

fn bot() -> Command {
    let mut bot = Command::new(env!("CARGO_BIN_EXE_bare"));
    for name in VARIABLES {
        bot.env_remove(name);
    }
    bot.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    bot
}

/// Runs a closure on a thread, with a time limit.
fn within<T: Send + 'static>(act: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, wait) = mpsc::channel();
    thread::spawn(move || done.send(act()));
    wait.recv_timeout(PATIENCE).expect("the time limit was exceeded")
}

fn run(mut bot: Command) -> Output {
    let running = bot.spawn().unwrap();
    // The command may hold the last handle to a pipe.
    drop(bot);
    within(move || running.wait_with_output().unwrap())
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Starts a bot, sends it a signal after its first line, and returns that line, the exit code, and stderr.
fn signalled(mut bot: Command, signal: &str) -> (String, Option<i32>, String) {
    let mut running = bot.spawn().unwrap();
    let mut stdout = BufReader::new(running.stdout.take().unwrap());
    let (line, stdout) = within(move || {
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        (line, stdout)
    });
    Command::new("kill").args([signal, &running.id().to_string()]).status().unwrap();
    within(move || {
        // Stdout stays open, because a bot stops if it is closed.
        let _stdout = stdout;
        let mut stderr = String::new();
        running.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        (line, running.wait().unwrap().code(), stderr)
    })
}

#[test]
fn variables_take_precedence_over_keys() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut bot = bot();
    bot.env("AURAXIS_ESS_URL", format!("ws://{}/streaming", server.local_addr().unwrap()))
        .env("AURAXIS_ENVIRONMENT", "ps2ps4eu")
        .env("AURAXIS_SERVICE_ID", "variable");
    let mut running = bot.spawn().unwrap();
    let request = within(move || {
        let mut line = String::new();
        BufReader::new(server.accept().unwrap().0).read_line(&mut line).unwrap();
        line
    });
    running.kill().unwrap();
    running.wait().unwrap();
    assert_eq!(request, "GET /streaming?environment=ps2ps4eu&service-id=s:variable HTTP/1.1\r\n");
}

#[test]
fn signals_stop_a_bot_gracefully() {
    for signal in ["-TERM", "-INT"] {
        let mut bot = bot();
        for name in VARIABLES {
            // Ignored if empty.
            bot.env(name, "");
        }
        let (line, code, stderr) = signalled(bot, signal);
        assert_eq!(line, "arguments: []\n", "{stderr}");
        assert_eq!(code, Some(0), "{stderr}");
    }
}

#[test]
fn invalid_variables_are_reported() {
    for (name, value, says) in [
        ("AURAXIS_ENVIRONMENT", "pc".as_ref(), "invalid value 'pc' for AURAXIS_ENVIRONMENT: expected `ps2` (PC)"),
        ("AURAXIS_SERVICE_ID", OsStr::from_bytes(b"\xff"), "AURAXIS_SERVICE_ID is not valid UTF-8"),
    ] {
        let mut bot = bot();
        bot.env(name, value);
        let output = run(bot);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(stderr(&output).contains(says), "{output:?}");
    }
}

#[test]
fn a_bot_stops_gracefully_if_stdout_is_closed() {
    let (_, closed) = pipe().unwrap();
    let mut bot = bot();
    bot.stdout(closed);
    let output = run(bot);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(!stderr(&output).contains("panicked"), "{output:?}");
}

#[test]
fn arguments_are_left_to_the_program_and_nothing_is_logged() {
    if std::env::var_os("AURAXIS_BARE").is_none() {
        eprintln!("skipped: needs a build without the feature `cli`, see CONTRIBUTING.md");
        return;
    }
    let mut bot = bot();
    bot.args(["--sim", "--nonsense", "x"]);
    let (line, code, stderr) = signalled(bot, "-TERM");
    assert_eq!(line, "arguments: [\"--sim\", \"--nonsense\", \"x\"]\n");
    assert_eq!((code, &*stderr), (Some(0), ""));
}
