//! Plays the war and the scheduled faults in real time.

use std::{sync::Arc, time::Duration};

use tokio::time::sleep;

use crate::{log::lock, state::State};

/// The maximum number of events and faults between two yields to other tasks.
const BATCH: usize = 1_024;

/// How long to sleep if nothing is scheduled.
const IDLE: Duration = Duration::from_hours(1);

/// Publishes events and starts faults as they become due, until the simulator stops. The war's clock runs `speed` times
/// as fast as real time; at 0 it is stopped.
///
/// The war is locked while an event is published, so REST always agrees with the stream. An event that is published
/// late because the machine is busy counts as published when it was due, so the same faults affect the same events in
/// every run.
pub(crate) async fn run(state: Arc<State>, speed: f64) {
    loop {
        let due = next_due(&state, speed);
        tokio::select! {
            () = state.stop.cancelled() => return,
            () = state.plan_changed.notified() => continue,
            () = sleep(due.saturating_sub(state.hub.now())) => {}
        }
        run_until(&state, state.hub.now(), speed);
        tokio::task::yield_now().await;
    }
}

/// Returns when the next event or fault is due, counted from the start of the simulator.
fn next_due(state: &State, speed: f64) -> Duration {
    let fault = lock(&state.plan).next();
    let event = lock(&state.war).due().filter(|_| speed > 0.0).map(|due| Duration::from_millis(due).div_f64(speed));
    fault.into_iter().chain(event).min().unwrap_or_else(|| state.hub.now() + IDLE)
}

fn run_until(state: &State, now: Duration, speed: f64) {
    let mut war = lock(&state.war);
    for _ in 0..BATCH {
        let fault = lock(&state.plan).next().filter(|at| *at <= now);
        let until = fault.unwrap_or(now).mul_f64(speed).as_millis();
        let until = u64::try_from(until).unwrap_or(u64::MAX);
        if speed > 0.0
            && let Some(war_event) = war.next_until(until)
        {
            state.hub.set_clock(war.clock());
            state.publish(war_event.offset.div_f64(speed), war_event.frame, &war_event.event);
        } else if fault.is_some() {
            let next = lock(&state.plan).take();
            if let Some((at, action)) = next {
                state.run_action(at, action);
            }
        } else {
            break;
        }
    }
}
