//! What a client receives, as lines that the simulator scores.

use std::sync::{Arc, Mutex, PoisonError};

use auraxis::prelude::*;
use auraxis_sim::ReportedGap;

/// The received events and gaps. Clones share it.
#[derive(Clone, Default)]
pub struct Received {
    lines: Arc<Mutex<Vec<String>>>,
    gaps: Arc<Mutex<Vec<Gap>>>,
}

impl Received {
    /// Returns triggers that collect the events of these characters, or of all if there are none, and all gaps.
    pub fn triggers(&self, characters: &[CharacterId]) -> [Trigger; 2] {
        let (events, gaps) = (self.clone(), self.clone());
        let every = Trigger::on::<Event>().named("events");
        let every = if characters.is_empty() { every } else { every.characters(characters.iter().copied()) };
        [
            every.action(move |event: Event| events.add(event.to_frame())),
            Trigger::on::<Gap>().named("gaps").action(move |gap: Gap| {
                gaps.add(ReportedGap::from(&gap).to_line());
                gaps.gaps.lock().unwrap_or_else(PoisonError::into_inner).push(gap);
            }),
        ]
    }

    fn add(&self, line: String) {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    /// Removes and returns the lines so far.
    pub fn take_lines(&self) -> Vec<String> {
        std::mem::take(&mut *self.lines.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the gaps so far.
    pub fn gaps(&self) -> Vec<Gap> {
        self.gaps.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
