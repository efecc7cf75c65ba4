//! What all parts of the simulator share.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use auraxis_core::event::Event;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::{
    ess::Hub,
    fault::Faults,
    log::{Log, lock},
    trouble::{self, Fault, Plan, Strike, Tale, Turn},
    war::War,
};

/// Shared by the stream, REST, the war and the faults.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) war: Mutex<War>,
    pub(crate) hub: Arc<Hub>,
    /// Path and query of the requests to REST.
    pub(crate) requests: Log<String>,
    pub(crate) faults: Mutex<Faults>,
    /// The faults of the stream that are to come.
    pub(crate) plan: Mutex<Plan>,
    pub(crate) tale: Mutex<Tale>,
    /// Something was added to the plan.
    pub(crate) is_planned: Notify,
    pub(crate) stop: CancellationToken,
}

impl State {
    /// Tells an event, as odd as it is at present. Returns how many clients it was sent to.
    pub(crate) fn tell(&self, at: Duration, text: String, event: &Event) -> usize {
        let mut tale = lock(&self.tale);
        if tale.is_plain(at) {
            return self.hub.publish(at, &text.into(), event);
        }
        let (text, is_twin) = tale.tell(at, text, event);
        let Some(event) = trouble::read(&text) else { return 0 };
        let text = text.into();
        if is_twin {
            self.hub.publish(at, &text, &event);
        }
        self.hub.publish(at, &text, &event)
    }

    /// Does what was due at this moment.
    pub(crate) fn turn(&self, at: Duration, turn: Turn) {
        match turn {
            Turn::Strike(strike) => self.strike(at, strike),
            Turn::Up(world) => self.hub.raise(at, world),
        }
    }

    /// Lets a fault begin.
    pub(crate) fn strike(&self, at: Duration, strike: Strike) {
        let mut plan = lock(&self.plan);
        let strike = plan.settle(strike);
        if let Fault::Down { world, lasting } = strike.fault {
            plan.raise(at + lasting, world);
            self.is_planned.notify_one();
        }
        // Drawn whether or not a link is open, so that all further chances are those of the seed.
        let lot = plan.pick(usize::MAX);
        self.hub.strike(at, &strike, |many| lot % many);
        let happened = lock(&self.tale).begin(at, self.hub.clock(), &strike.fault);
        if let Some(text) = happened
            && let Some(event) = trouble::read(&text)
        {
            self.hub.publish(at, &text.into(), &event);
        }
    }
}
