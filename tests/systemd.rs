//! Notifications to systemd, received from bots over a socket like its own.
#![cfg(unix)]
#![allow(clippy::unwrap_used)] // Helpers of tests are tests.

use auraxis_sim::Sim;
use tempfile::TempDir;
use tokio::{net::UnixDatagram, process::Command};

mod common;
#[path = "common/process.rs"]
mod process;

use common::{quiet, subscription, within};
use process::{Bot, example, misbehaving};

/// What systemd would receive.
struct Systemd {
    socket: UnixDatagram,
    folder: TempDir,
}

impl Systemd {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { socket: UnixDatagram::bind(folder.path().join("notify")).unwrap(), folder }
    }

    /// Starts a bot as a service, which has to notify the watchdog at least every 0.4 seconds.
    fn start(&self, mut bot: Command, sim: &Sim) -> Bot {
        bot.env("AURAXIS_ESS_URL", sim.ess_url()).env("AURAXIS_REST_URL", sim.rest_url());
        bot.env("NOTIFY_SOCKET", self.folder.path().join("notify")).env("WATCHDOG_USEC", "400000");
        Bot::spawn(bot)
    }

    /// Discards what has been received.
    fn discard(&self) {
        while self.socket.try_recv(&mut [0; 4_096]).is_ok() {}
    }

    /// The lines of the next notification.
    async fn next(&self) -> Vec<String> {
        let mut buffer = [0; 4_096];
        let length = self.socket.recv(&mut buffer).await.unwrap();
        std::str::from_utf8(&buffer[..length]).unwrap().lines().map(str::to_owned).collect()
    }

    /// All lines up to the first one that begins with `until`, which is the last.
    async fn lines(&self, until: &str) -> Vec<String> {
        // The state comes regularly, so a timeout of each notification would not do.
        within(async {
            let mut lines = Vec::new();
            while !lines.iter().any(|line: &String| line.starts_with(until)) {
                lines.extend(self.next().await);
            }
            lines
        })
        .await
    }
}

fn count(lines: &[String], line: &str) -> usize {
    lines.iter().filter(|it| *it == line).count()
}

#[tokio::test]
async fn a_bot_says_when_it_is_ready_alive_and_stopping() {
    let (systemd, sim) = (Systemd::new(), Sim::builder().rate(200.0).start().await.unwrap());
    let bot = systemd.start(example("tally"), &sim);
    systemd.lines("READY=1").await;
    assert!(!sim.subscriptions().is_empty(), "it is not ready before");
    for _ in 0..3 {
        systemd.lines("WATCHDOG=1").await;
    }
    let lines = systemd.lines("STATUS=1 link up, ").await;
    assert!(lines.last().unwrap().contains(" events/s"), "{lines:?}");
    bot.signal("-TERM");
    let lines = systemd.lines("STOPPING=1").await;
    assert_eq!(count(&lines, "READY=1"), 0, "{lines:?}");
    assert!(bot.end().await.status.success());
}

#[tokio::test]
async fn a_bot_is_not_ready_without_a_connection() {
    let (systemd, sim) = (Systemd::new(), quiet().await);
    let mut bot = example("tally");
    bot.args(["--ess-url", "ws://127.0.0.1:1/streaming"]);
    let bot = systemd.start(bot, &sim);
    let mut lines = systemd.lines("WATCHDOG=1").await;
    // Two states later, it has tried several times.
    for _ in 0..2 {
        lines.extend(systemd.lines("STATUS=").await);
    }
    bot.signal("-TERM");
    lines.extend(systemd.lines("STOPPING=1").await);
    assert_eq!(count(&lines, "READY=1"), 0, "{lines:?}");
    assert!(bot.end().await.status.success());
}

#[tokio::test]
async fn a_bot_that_needs_no_connection_is_ready_at_once() {
    let (systemd, sim) = (Systemd::new(), quiet().await);
    let bot = systemd.start(misbehaving("periodic"), &sim);
    systemd.lines("READY=1").await;
    assert!(bot.terminate().await.status.success());
}

#[tokio::test]
async fn the_watchdog_is_not_fed_while_the_stream_is_blocked() {
    let (systemd, sim) = (Systemd::new(), Sim::builder().rate(200.0).start().await.unwrap());
    let mut bot = systemd.start(misbehaving("stuck"), &sim);
    assert_eq!(bot.line().await, "stuck");
    systemd.discard();
    // A turn just before it was stuck may be reported late.
    systemd.lines("STATUS=").await;
    let lines = systemd.lines("STATUS=").await;
    assert_eq!(count(&lines, "WATCHDOG=1"), 0, "{lines:?}");
    let end = bot.terminate().await;
    assert_eq!(end.status.code(), Some(1), "{end:?}");
}

#[tokio::test]
async fn a_bot_whose_notifications_fail_says_so_once_and_runs_on() {
    let (systemd, sim) = (Systemd::new(), Sim::builder().rate(200.0).start().await.unwrap());
    std::fs::remove_file(systemd.folder.path().join("notify")).unwrap();
    let bot = systemd.start(example("tally"), &sim);
    subscription(&sim).await;
    let end = bot.terminate().await;
    assert!(end.status.success() && end.stderr.matches("cannot notify systemd").count() == 1, "{end:?}");
}
