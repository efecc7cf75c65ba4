//! The source of all rows.

use auraxis_core::environment::Environment;

use crate::war::{Roster, War};

/// The source of all rows: the war and the requested environment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Census<'a> {
    pub(crate) war: &'a War,
    pub(crate) environment: Environment,
}

impl<'a> Census<'a> {
    /// Returns all characters and outfits, or `None` if the war does not simulate the requested environment.
    pub(crate) fn roster(&self) -> Option<&'a Roster> {
        (self.environment == self.war.environment()).then(|| self.war.roster())
    }
}
