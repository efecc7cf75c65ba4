//! The state shared by all parts of the simulator.

use std::{
    iter,
    sync::{Arc, Mutex},
    time::Duration,
};

use auraxis_core::event::Event;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::{
    ess::Hub,
    faults::{self, Action, Fault, Injection, Plan, Rewrite},
    log::{Log, lock},
    rest::History,
    rest_fault::RestFaults,
    war::War,
};

/// Shared by the event stream, REST, the war and the faults.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) war: Mutex<War>,
    pub(crate) hub: Arc<Hub>,
    /// The past events that REST returns.
    pub(crate) history: Mutex<History>,
    /// Path and query of each REST request.
    pub(crate) requests: Log<String>,
    pub(crate) rest_faults: Mutex<RestFaults>,
    /// The scheduled faults.
    pub(crate) plan: Mutex<Plan>,
    pub(crate) rewrite: Mutex<Rewrite>,
    /// Notified when the plan has a new entry.
    pub(crate) plan_changed: Notify,
    pub(crate) stop: CancellationToken,
}

impl State {
    /// Publishes an event, rewritten by the active faults. Returns the number of clients it is sent to.
    pub(crate) fn publish(&self, at: Duration, text: String, event: &Event) -> usize {
        lock(&self.history).record(event);
        let mut rewrite = lock(&self.rewrite);
        if rewrite.is_inactive(at) {
            return self.hub.publish(at, &text.into(), event);
        }
        // Subscriptions are matched against the original event: an odd value must not change who receives it.
        let (text, is_twin) = rewrite.apply(at, text, event);
        let text = text.into();
        if is_twin {
            self.hub.publish(at, &text, event);
        }
        self.hub.publish(at, &text, event)
    }

    /// Runs a due action.
    pub(crate) fn run_action(&self, at: Duration, action: Action) {
        match action {
            Action::Inject(injection) => self.inject(at, injection),
            Action::WorldUp(world) => self.hub.world_up(at, world),
        }
    }

    /// Starts a fault.
    pub(crate) fn inject(&self, at: Duration, injection: Injection) {
        let mut plan = lock(&self.plan);
        let injection = plan.resolve_random(injection);
        // Drawn even if no link is open, so that later random numbers depend on the seed alone.
        let random = plan.random_index(usize::MAX);
        match injection.fault {
            Fault::Down { world, duration } => {
                plan.schedule_world_up(at + duration, world);
                self.plan_changed.notify_one();
            }
            Fault::Rest { fault, duration } => lock(&self.rest_faults).timed = Some((fault, at + duration)),
            Fault::RestNext { fault, next } => {
                lock(&self.rest_faults).next.extend(iter::repeat_n(fault, next as usize));
            }
            _ => {}
        }
        self.hub.inject(at, &injection, |many| random % many);
        let new_event = lock(&self.rewrite).start_fault(at, self.hub.clock(), &injection.fault);
        if let Some(text) = new_event
            && let Some(event) = faults::parse_event(&text)
        {
            self.hub.publish(at, &text.into(), &event);
        }
    }
}
