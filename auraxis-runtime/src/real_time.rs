//! Real time in a replay, whose clock is paused.
//!
//! In a replay, Tokio's clock jumps from one timer to the next. Network requests take real time, so while one is in
//! progress, the paused clock advances with the real clock, and timeouts on the request do not fire early.

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

/// The step by which the paused clock follows the real clock.
pub(crate) const TICK: Duration = Duration::from_millis(1);

/// Counts the operations in progress that need real time. Clones share the count.
#[derive(Clone, Debug, Default)]
pub(crate) struct RealTime(watch::Sender<usize>);

/// Makes the clock run in real time until dropped.
pub(crate) struct RealTimeGuard(watch::Sender<usize>);

impl RealTime {
    pub(crate) fn enter(&self) -> RealTimeGuard {
        self.0.send_modify(|count| *count += 1);
        RealTimeGuard(self.0.clone())
    }

    /// Returns whether any operation in progress needs real time.
    pub(crate) fn is_needed(&self) -> bool {
        *self.0.borrow() > 0
    }

    /// Awaits a future in real time.
    pub(crate) async fn during<F: Future>(&self, future: F) -> F::Output {
        let _guard = self.enter();
        future.await
    }

    /// Advances the paused clock of the current runtime in real time while needed. Does nothing if the clock is not
    /// paused. Never returns.
    pub(crate) async fn drive(&self) {
        if !is_paused() {
            future::pending::<()>().await;
        }
        let mut count = self.0.subscribe();
        while count.wait_for(|count| *count > 0).await.is_ok() {
            let start = RealInstant::now();
            sleep_really(TICK).await;
            // The clock may have been resumed meanwhile.
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

/// Another crate can have paused the clock. It does not advance while real time is needed, so no timeout fires early.
#[cfg(not(feature = "replay"))]
fn advance(_: Duration) -> future::Ready<()> {
    future::ready(())
}

/// Sleeps in real time. A paused clock does not advance meanwhile, because a blocking task is running.
pub(crate) async fn sleep_really(time: Duration) {
    // Fails only if the runtime shuts down.
    let _ = spawn_blocking(move || thread::sleep(time)).await;
}

/// A timer in real time, on a dedicated thread, which does not keep a paused clock from advancing. Starts with this call.
pub(crate) fn real_timer(time: Duration) -> impl Future<Output = ()> + Send {
    let (on_elapsed, elapsed) = oneshot::channel();
    // Stops the thread when the future is dropped.
    let (future_alive, future_dropped) = mpsc::channel::<()>();
    let wait = move || {
        if future_dropped.recv_timeout(time) == Err(RecvTimeoutError::Timeout) {
            let _ = on_elapsed.send(());
        }
    };
    let thread = thread::Builder::new().name("auraxis-timer".into()).spawn(wait);
    async move {
        let _future_alive = future_alive;
        if thread.is_ok() {
            let _ = elapsed.await;
        } else {
            tokio::time::sleep(time).await;
        }
    }
}

/// Returns whether the clock of the current runtime is paused, as in replays and tests.
pub(crate) fn is_paused() -> bool {
    let (start, real_start) = (Instant::now(), RealInstant::now());
    while real_start.elapsed() < Duration::from_micros(10) {}
    Instant::now() == start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_paused_clock_follows_the_real_clock_while_real_time_is_needed() {
        let real_time = RealTime::default();
        let driver = real_time.clone();
        tokio::spawn(async move { driver.drive().await });
        tokio::task::yield_now().await;
        let (start, real_start) = (Instant::now(), RealInstant::now());
        real_time.during(tokio::time::sleep(Duration::from_millis(50))).await;
        assert!(real_start.elapsed() >= Duration::from_millis(49), "{:?}", real_start.elapsed());
        let elapsed = start.elapsed();
        assert!(elapsed <= real_start.elapsed() + TICK, "{elapsed:?}");
        let real_start = RealInstant::now();
        tokio::time::sleep(Duration::from_hours(1)).await;
        assert!(real_start.elapsed() < Duration::from_mins(30), "the clock jumps again");
    }
}
