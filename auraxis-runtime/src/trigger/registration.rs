//! Triggers that annotate functions, collected from the whole program.

use super::builder::Trigger;
use crate::dispatch::state::SourceLocation;

/// What `#[trigger]` leaves in the program for each function.
#[derive(Debug)]
pub struct Registration {
    /// The function.
    pub(crate) function: &'static str,
    /// The module it stands in.
    pub(crate) module: &'static str,
    pub(crate) location: SourceLocation,
    build: fn() -> Trigger,
}

impl Registration {
    /// Made by `#[trigger]`.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(
        function: &'static str,
        module: &'static str,
        file: &'static str,
        line: u32,
        build: fn() -> Trigger,
    ) -> Self {
        Self { function, module, location: SourceLocation { file, line }, build }
    }

    /// The trigger, as it stands in the source.
    pub(crate) fn trigger(&self) -> Trigger {
        let mut trigger = (self.build)();
        trigger.location = self.location;
        trigger
    }
}

inventory::collect!(Registration);

/// Those of a module, or all of them if its name is empty, by module and line: the linker's own order is none.
pub(crate) fn registered(module: &str) -> Vec<&'static Registration> {
    let within = |other: &str| {
        module.is_empty() || other.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    let mut all: Vec<_> =
        inventory::iter::<Registration>().filter(|registration| within(registration.module)).collect();
    all.sort_by_key(|registration| (registration.module, registration.location, registration.function));
    all
}
