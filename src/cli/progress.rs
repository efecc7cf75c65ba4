//! The progress bar of a replay, on a terminal.

use std::{
    io::{self, Write},
    time::Duration,
};

use auraxis_runtime::{Client, Result};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tracing_subscriber::fmt::MakeWriter;

use super::terminal;

/// The interval between redraws.
const INTERVAL: Duration = Duration::from_millis(200);

#[derive(Clone)]
pub(super) struct Progress(ProgressBar);

impl Default for Progress {
    fn default() -> Self {
        Self(ProgressBar::hidden())
    }
}

impl Progress {
    /// Returns the writer of the log, which writes above the bar.
    pub(super) fn stderr(&self) -> Stderr {
        Stderr(self.0.clone())
    }

    /// Runs the client, with a progress bar if it replays and stderr is a terminal.
    pub(super) async fn show(&self, client: &Client) -> Result {
        let Some(replayed) = client.replay_progress().filter(|_| terminal::can_draw()) else {
            return client.run().await;
        };
        let template = match replayed.bytes_total {
            Some(_) => "{bar:40} {percent:>3} %, {bytes_per_sec}, {eta} to go",
            None => "{bytes}, {bytes_per_sec}",
        };
        self.0.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        if let Some(bytes) = replayed.bytes_total {
            self.0.set_length(bytes);
        }
        self.0.set_draw_target(ProgressDrawTarget::stderr());
        let draw = async {
            loop {
                self.0.set_position(client.replay_progress().map_or(0, |replayed| replayed.bytes_read));
                tokio::time::sleep(INTERVAL).await;
            }
        };
        let result = tokio::select! {
            result = client.run() => result,
            () = draw => Ok(()),
        };
        self.0.finish_and_clear();
        result
    }
}

/// Writes to stderr, and hides the bar meanwhile.
pub(super) struct Stderr(ProgressBar);

impl<'a> MakeWriter<'a> for Stderr {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> &'a Self {
        self
    }
}

impl Write for &Stderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.suspend(|| io::stderr().write_all(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
