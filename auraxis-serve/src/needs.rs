//! What readers need from the stream, although no trigger of the program may want it.

use std::sync::atomic::{AtomicU64, Ordering};

use auraxis_core::{event::Event, interest::Interest, scope::Scope};
use auraxis_runtime::{Client, Result, Trigger, TriggerBuilder, TriggerHandle};

/// Keeps the client subscribed to what a reader needs, until it is dropped.
#[derive(Debug)]
pub(crate) struct Need(TriggerHandle);

impl Need {
    /// Adds a trigger that is paused: it subscribes, feeds derived events and raises signals, but runs nothing. Its name
    /// hides it from users.
    ///
    /// # Errors
    ///
    /// Returns an error if no event can pass the filters, or if the client has stopped.
    pub(crate) fn new(client: &Client, interest: &Interest) -> Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(1);

        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let selectors = interest.selectors.iter().cloned();
        let mut trigger = selectors
            .fold(Trigger::builder::<Event>(), TriggerBuilder::on_selector::<Event>)
            .named(format!("auraxis::reader {number}"));
        if let Scope::Only(worlds) = &interest.worlds {
            trigger = trigger.worlds(worlds.iter().copied());
        }
        if let Scope::Only(characters) = &interest.characters {
            trigger = trigger.characters(characters.iter().copied());
        }
        if let Scope::Only(zones) = &interest.zones {
            trigger = trigger.zones(zones.iter().copied());
        }
        let handle = client.add(trigger.action(|_: Event| {}))?;
        handle.pause();
        Ok(Self(handle))
    }
}

impl Drop for Need {
    fn drop(&mut self) {
        self.0.remove();
    }
}
