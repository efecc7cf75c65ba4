//! Real time within a replay, whose clock is paused.
//!
//! In a replay Tokio's clock jumps from one timer to the next. An answer from the network takes real time, so while
//! anything waits for one, the clock advances with the real clock, and a timeout on the answer means what it says.

use std::{
    future::{self, Future},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant as RealInstant},
};

#[cfg(feature = "replay")]
use tokio::time::advance;
use tokio::{
    sync::{oneshot, watch},
    task::spawn_blocking,
    time::Instant,
};

/// The step in which the paused clock follows the real one.
pub(crate) const TICK: Duration = Duration::from_millis(1);

/// Counts what needs real time at the moment. Clones share the count.
#[derive(Clone, Debug, Default)]
pub(crate) struct RealTime(watch::Sender<usize>);

/// Requires real time until it is dropped.
pub(crate) struct RealTimeGuard(watch::Sender<usize>);

impl RealTime {
    pub(crate) fn enter(&self) -> RealTimeGuard {
        self.0.send_modify(|count| *count += 1);
        RealTimeGuard(self.0.clone())
    }

    /// Whether anything needs real time.
    pub(crate) fn is_needed(&self) -> bool {
        *self.0.borrow() > 0
    }

    /// Awaits a future in real time.
    pub(crate) async fn during<F: Future>(&self, future: F) -> F::Output {
        let _guard = self.enter();
        future.await
    }

    /// Advances a paused clock in real time whenever that is required. Never returns; await it on the paused runtime. In
    /// any other, it does nothing.
    pub(crate) async fn drive(&self) {
        if !is_paused() {
            future::pending::<()>().await;
        }
        let mut count = self.0.subscribe();
        while count.wait_for(|count| *count > 0).await.is_ok() {
            let start = RealInstant::now();
            sleep_really(TICK).await;
            // Somebody may have let the clock go on.
            if is_paused() {
                advance(start.elapsed()).await;
            }
        }
    }
}

impl Drop for RealTimeGuard {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

/// Only another crate can have paused the clock then. It stands while real time is required, so no timeout fires early.
#[cfg(not(feature = "replay"))]
fn advance(_: Duration) -> future::Ready<()> {
    future::ready(())
}

/// Sleeps in real time. A paused clock stands meanwhile: Tokio does not advance it while a thread blocks.
pub(crate) async fn sleep_really(time: Duration) {
    // It can only fail with the runtime.
    let _ = spawn_blocking(move || thread::sleep(time)).await;
}

/// Resolves when this much real time has passed, whatever the clock does meanwhile.
pub(crate) fn passed_really(time: Duration) -> impl Future<Output = ()> + Send {
    let (passed, over) = oneshot::channel();
    // The thread ends with the future.
    let (waiting, gave_up) = mpsc::channel::<()>();
    let wait = move || {
        if gave_up.recv_timeout(time) == Err(RecvTimeoutError::Timeout) {
            let _ = passed.send(());
        }
    };
    let thread = thread::Builder::new().name("auraxis-timer".into()).spawn(wait);
    async move {
        let _waiting = waiting;
        if thread.is_ok() {
            let _ = over.await;
        } else {
            tokio::time::sleep(time).await;
        }
    }
}

/// Whether the clock of this runtime is paused, as in replays and tests.
pub(crate) fn is_paused() -> bool {
    let (start, really) = (Instant::now(), RealInstant::now());
    while really.elapsed() < Duration::from_micros(10) {}
    Instant::now() == start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_paused_clock_follows_the_real_one_while_real_time_is_required() {
        let real_time = RealTime::default();
        let driver = real_time.clone();
        tokio::spawn(async move { driver.drive().await });
        tokio::task::yield_now().await;
        let (start, really) = (Instant::now(), RealInstant::now());
        real_time.during(tokio::time::sleep(Duration::from_millis(50))).await;
        assert!(really.elapsed() >= Duration::from_millis(49), "{:?}", really.elapsed());
        let passed = start.elapsed();
        assert!(passed <= really.elapsed() + TICK, "{passed:?}");
        let really = RealInstant::now();
        tokio::time::sleep(Duration::from_hours(1)).await;
        assert!(really.elapsed() < Duration::from_mins(30), "the clock jumps again");
    }
}
