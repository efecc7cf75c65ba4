//! The recipes as users run them: as programs, with a simulator, and with real HTTP and database servers.
#![allow(clippy::unwrap_used)] // Helpers of tests are tests.

use auraxis_sim::Sim;
use tokio::process::Command;

#[path = "../../../tests/common/mod.rs"]
mod common;
#[path = "../../../tests/common/process.rs"]
mod process;

mod alert_board;
mod bulk_insert;
mod killfeed;
mod outfit_sessions;
mod postgres;
mod traces;

use process::{program, run};

/// A recipe that is connected to the simulator.
fn recipe(path: &str, sim: &Sim) -> Command {
    let mut command = program(path);
    command.env("AURAXIS_SERVICE_ID", "s:test");
    command.env("AURAXIS_ESS_URL", sim.ess_url()).env("AURAXIS_REST_URL", sim.rest_url());
    command
}

/// The commands in the documentation need no game, no account and, with one exception, no server.
#[tokio::test]
async fn recipes_run_without_settings() {
    for path in
        [env!("CARGO_BIN_EXE_alert_board"), env!("CARGO_BIN_EXE_killfeed"), env!("CARGO_BIN_EXE_outfit_sessions")]
    {
        let mut command = program(path);
        command.args(["--sim", "--for", "4s"]).current_dir(env!("CARGO_TARGET_TMPDIR"));
        for name in ["ALERTS_DB", "DISCORD_WEBHOOK_URL", "OUTFIT"] {
            // As if it was not set.
            command.env(name, "");
        }
        let end = run(command).await;
        assert!(end.status.success() && !end.stdout.is_empty(), "{path}: {end:?}");
        assert!(!end.stderr.contains("ERROR"), "{path}: {end:?}");
    }
}

#[tokio::test]
async fn bulk_insert_explains_itself_without_a_server() {
    let mut command = program(env!("CARGO_BIN_EXE_bulk_insert"));
    command.arg("--explain");
    let end = run(command).await;
    assert!(end.status.success() && end.stdout.contains("insert ("), "{end:?}");
}
