//! Annotated functions, collected from the whole program.

use super::builder::Trigger;
use crate::dispatch::state::SourceLocation;

/// A function annotated with `#[trigger]`.
#[derive(Debug)]
pub struct Registration {
    /// The name of the function.
    pub(crate) function: &'static str,
    /// The path of its module.
    pub(crate) module: &'static str,
    pub(crate) location: SourceLocation,
    build: fn() -> Trigger,
}

impl Registration {
    /// Called by code that `#[trigger]` generates.
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

    /// Builds the trigger.
    pub(crate) fn trigger(&self) -> Trigger {
        let mut trigger = (self.build)();
        trigger.location = self.location;
        trigger
    }
}

inventory::collect!(Registration);

/// Returns the functions of a module and its submodules, or all functions if `module` is empty, sorted by module and
/// line because the linker's order is arbitrary.
pub(crate) fn registered(module: &str) -> Vec<&'static Registration> {
    let within = |other: &str| {
        module.is_empty() || other.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    let mut all: Vec<_> =
        inventory::iter::<Registration>().filter(|registration| within(registration.module)).collect();
    all.sort_by_key(|registration| (registration.module, registration.location, registration.function));
    all
}
