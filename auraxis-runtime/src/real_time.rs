//! Waiting for what is outside of a recording: an answer over the network, a thread that blocks.
//!
//! In a replay, and in tests, Tokio's clock stands and jumps to whatever is due next. While anybody waits for something
//! outside, it goes as a real one, so that an answer takes as long as it really does and limits on it hold.

use std::{
    future::Future,
    thread,
    time::{Duration, Instant as RealInstant},
};

use tokio::{
    sync::{oneshot, watch},
    task::spawn_blocking,
    time::{Instant, advance},
};

/// How finely time passes while it passes as it really does.
pub(crate) const TICK: Duration = Duration::from_millis(1);

/// Who waits for something outside. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct RealTime(watch::Sender<usize>);

/// Counts for as long as it lives.
pub(crate) struct Waiting(watch::Sender<usize>);

impl RealTime {
    pub(crate) fn wait(&self) -> Waiting {
        self.0.send_modify(|waiting| *waiting += 1);
        Waiting(self.0.clone())
    }

    /// Whether anybody waits.
    pub(crate) fn is_waited_for(&self) -> bool {
        *self.0.borrow() > 0
    }

    /// Awaits something outside.
    pub(crate) async fn during<F: Future>(&self, future: F) -> F::Output {
        let _waiting = self.wait();
        future.await
    }

    /// Lets time pass as it really does while anybody waits. For a runtime whose clock stands; it does nothing in any
    /// other.
    pub(crate) async fn keep_time(&self) {
        if !is_paused() {
            std::future::pending::<()>().await;
        }
        let mut waiting = self.0.subscribe();
        while waiting.wait_for(|waiting| *waiting > 0).await.is_ok() {
            let start = RealInstant::now();
            sleep_really(TICK).await;
            advance(start.elapsed()).await;
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.send_modify(|waiting| *waiting -= 1);
    }
}

/// The clock stands meanwhile: Tokio does not let it jump while something blocks.
pub(crate) async fn sleep_really(time: Duration) {
    // It can only fail with the runtime.
    let _ = spawn_blocking(move || thread::sleep(time)).await;
}

/// Is over when this time has really passed, while the clock goes on as it does.
pub(crate) fn passed_really(time: Duration) -> impl Future<Output = ()> + Send {
    let (passed, over) = oneshot::channel();
    let wait = move || {
        thread::sleep(time);
        let _ = passed.send(());
    };
    let thread = thread::Builder::new().name("auraxis-timer".into()).spawn(wait);
    async move {
        if thread.is_ok() {
            let _ = over.await;
        } else {
            tokio::time::sleep(time).await;
        }
    }
}

/// Whether the clock of this runtime stands, as it does in tests.
pub(crate) fn is_paused() -> bool {
    let (start, really) = (Instant::now(), RealInstant::now());
    while really.elapsed() < Duration::from_micros(10) {}
    Instant::now() == start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn while_somebody_waits_for_something_outside_time_passes_as_it_really_does() {
        let outside = RealTime::default();
        let keeper = outside.clone();
        tokio::spawn(async move { keeper.keep_time().await });
        tokio::task::yield_now().await;
        let (start, really) = (Instant::now(), std::time::Instant::now());
        outside.during(tokio::time::sleep(Duration::from_millis(50))).await;
        assert!(really.elapsed() >= Duration::from_millis(49), "{:?}", really.elapsed());
        let passed = start.elapsed();
        assert!(passed <= really.elapsed() + TICK, "{passed:?}");
        let really = std::time::Instant::now();
        tokio::time::sleep(Duration::from_hours(1)).await;
        assert!(really.elapsed() < Duration::from_mins(30), "the clock stands and jumps again");
    }
}
