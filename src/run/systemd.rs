//! Notifications to systemd, if it has started this program as a service of the type `notify`: see `sd_notify(3)`.
//!
//! The notification for its watchdog says that the loop of the stream has made another turn. A task in the runtime of
//! the handlers sends it, so it also stops if handlers block all threads of that runtime.

use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use auraxis_runtime::Client;
use sd_notify::NotifyState;
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

/// The interval between two lines of `systemctl status`.
const STATUS_INTERVAL: Duration = Duration::from_secs(5);

/// How long the tasks can take to stop. They cannot if handlers block all threads.
const STOP_TIMEOUT: Duration = Duration::from_millis(500);

/// Notifies systemd until it is stopped.
pub(super) struct Notifications {
    sender: Arc<Sender>,
    tasks: JoinSet<()>,
}

#[derive(Default)]
struct Sender {
    is_stopping: AtomicBool,
    has_failed: AtomicBool,
}

impl Notifications {
    /// Does nothing unless systemd has started this program.
    pub(super) fn start(client: &Client) -> Option<Self> {
        env::var_os("NOTIFY_SOCKET").filter(|path| !path.is_empty())?;
        let (sender, mut tasks) = (Arc::<Sender>::default(), JoinSet::new());
        tasks.spawn(report(client.clone(), Arc::clone(&sender)));
        if let Some(limit) = sd_notify::watchdog_enabled() {
            tasks.spawn(feed_watchdog(client.clone(), Arc::clone(&sender), limit / 2));
        }
        Some(Self { sender, tasks })
    }

    /// Returns when the tasks have dropped their clients.
    pub(super) async fn stop(mut self) {
        self.sender.stopping();
        let _ = timeout(STOP_TIMEOUT, self.tasks.shutdown()).await;
    }
}

impl Sender {
    fn send(&self, states: &[NotifyState<'_>]) {
        if let Err(error) = sd_notify::notify(states)
            && !self.has_failed.swap(true, Ordering::Relaxed)
        {
            tracing::warn!("cannot notify systemd: {error}");
        }
    }

    fn stopping(&self) {
        if !self.is_stopping.swap(true, Ordering::Relaxed) {
            self.send(&[NotifyState::Stopping, NotifyState::Status("stopping")]);
        }
    }
}

/// Sends the state of the client, when it is ready and when it stops.
async fn report(client: Client, sender: Arc<Sender>) {
    let ready = async {
        if !client.needs_connection() || client.wait_ready().await.is_ok() {
            sender.send(&[NotifyState::Ready]);
        }
    };
    let status = async {
        loop {
            sender.send(&[NotifyState::Status(&client.health().to_string())]);
            sleep(STATUS_INTERVAL).await;
        }
    };
    let shutdown = client.shutdown_signal();
    tokio::select! {
        biased;
        () = shutdown.requested() => sender.stopping(),
        ((), ()) = async { tokio::join!(ready, status) } => {}
    }
}

async fn feed_watchdog(client: Client, sender: Arc<Sender>, interval: Duration) {
    let shutdown = client.shutdown_signal();
    loop {
        sleep(interval).await;
        tokio::select! {
            () = client.next_turn() => {}
            // From here on, the watchdog of `run!` ends the program if it hangs.
            () = shutdown.requested() => {}
        }
        sender.send(&[NotifyState::Watchdog]);
    }
}
