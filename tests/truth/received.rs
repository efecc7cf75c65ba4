//! What a client receives, as lines that the simulator scores.

use std::sync::{Arc, Mutex, PoisonError};

use auraxis::{TriggerBuilder, prelude::*};
use auraxis_sim::ReportedGap;

/// The received events and gaps. Clones share it.
#[derive(Clone, Default)]
pub struct Received {
    lines: Arc<Mutex<Vec<String>>>,
    gaps: Arc<Mutex<Vec<Gap>>>,
}

impl Received {
    /// Returns a trigger that collects events.
    pub fn events(&self, selected: TriggerBuilder<Event>) -> Trigger {
        let this = self.clone();
        selected.named("events").action(move |event: Event| this.add(event.to_frame()))
    }

    /// Returns a trigger that collects gaps.
    pub fn gap_trigger(&self) -> Trigger {
        let this = self.clone();
        Trigger::on::<Gap>().named("gaps").action(move |gap: Gap| {
            this.add(ReportedGap::from(&gap).to_line());
            this.gaps.lock().unwrap_or_else(PoisonError::into_inner).push(gap);
        })
    }

    fn add(&self, line: String) {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    /// Removes and returns the lines so far.
    pub fn take_lines(&self) -> Vec<String> {
        std::mem::take(&mut *self.lines.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the gaps so far.
    #[allow(dead_code, reason = "not every program needs them")]
    pub fn gaps(&self) -> Vec<Gap> {
        self.gaps.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
