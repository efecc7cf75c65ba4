//! Bots as users run them: as child processes with a command line.
#![allow(dead_code, unreachable_pub)] // Each test binary uses its part.

use std::{
    ffi::OsStr,
    path::Path,
    process::{ExitStatus, Stdio},
};

use auraxis_sim::Sim;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    task::JoinHandle,
};

use crate::common::within;

/// `cargo test` builds the examples, unless it runs a single test target.
pub const BUILT: &str = "examples that are built: run `cargo build --examples` first";

pub const VARIABLES: [&str; 5] =
    ["AURAXIS_SERVICE_ID", "AURAXIS_ENVIRONMENT", "AURAXIS_ESS_URL", "AURAXIS_LOG_FORMAT", "AURAXIS_REST_URL"];

/// A running example.
pub struct Bot {
    process: Child,
    stdout: Lines<BufReader<ChildStdout>>,
    /// Read continuously, because a full pipe would block the program.
    stderr: JoinHandle<String>,
}

/// The exit status and the output of a program.
#[derive(Debug)]
pub struct End {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

pub fn example(name: &str) -> Command {
    let tests = std::env::current_exe().expect("a path of its own");
    program(tests.parent().and_then(Path::parent).expect("target/debug/deps").join("examples").join(name))
}

/// A program in the environment of a new shell, whose output can be read.
pub fn program(path: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(path);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    for name in VARIABLES.into_iter().chain(["NO_COLOR", "RUST_LOG"]) {
        command.env_remove(name);
    }
    command
}

/// One of the bots in `tests/output/misbehaving.rs`, with a grace period of one second.
pub fn misbehaving(bot: &str) -> Command {
    let mut command = example("misbehaving");
    command.env("BOT", bot).env("GRACE", "1");
    command
}

impl Bot {
    /// Starts an example with the URLs of the simulator in its environment.
    pub fn start(name: &str, sim: &Sim) -> Self {
        let mut command = example(name);
        command.env("AURAXIS_ESS_URL", sim.ess_url()).env("AURAXIS_REST_URL", sim.rest_url());
        Self::spawn(command)
    }

    pub fn spawn(mut command: Command) -> Self {
        let mut process = command.spawn().expect(BUILT);
        let stdout = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let mut stderr = process.stderr.take().expect("a pipe");
        let stderr = tokio::spawn(async move { read(&mut stderr).await });
        Self { process, stdout, stderr }
    }

    pub async fn line(&mut self) -> String {
        within(self.stdout.next_line()).await.expect("text").expect("another line")
    }

    pub async fn terminate(self) -> End {
        self.stop("-TERM").await
    }

    pub async fn stop(self, signal: &str) -> End {
        self.signal(signal);
        self.end().await
    }

    pub fn signal(&self, signal: &str) {
        let id = self.process.id().expect("a running process").to_string();
        std::process::Command::new("kill").args([signal, &id]).status().expect("kill");
    }

    pub fn is_over(&mut self) -> bool {
        self.process.try_wait().expect("a status").is_some()
    }

    pub async fn end(mut self) -> End {
        let stdout = within(read(&mut self.stdout.into_inner())).await;
        let stderr = within(self.stderr).await.expect("no panic");
        End { status: within(self.process.wait()).await.expect("an end"), stdout, stderr }
    }

    /// Closes stdout, as `head` does.
    pub async fn leave(mut self) -> End {
        drop(self.stdout);
        let stderr = within(self.stderr).await.expect("no panic");
        End { status: within(self.process.wait()).await.expect("an end"), stdout: String::new(), stderr }
    }
}

async fn read(from: &mut (impl AsyncRead + Unpin)) -> String {
    let mut text = String::new();
    from.read_to_string(&mut text).await.expect("text");
    text
}

/// Runs a program to its end. What the command has sent elsewhere is empty.
pub async fn run(mut command: Command) -> End {
    let child = command.spawn().expect(BUILT);
    // The command may hold the last handle of a pipe.
    drop(command);
    let output = within(child.wait_with_output()).await.expect("an end");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    End { status: output.status, stdout: text(output.stdout), stderr: text(output.stderr) }
}
