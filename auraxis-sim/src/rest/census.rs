//! The war, as seen through one namespace of the API.

use auraxis_core::environment::Environment;

use crate::war::{Roster, War};

/// The source of rows: the war, and the environment that is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Census<'a> {
    pub(crate) war: &'a War,
    pub(crate) environment: Environment,
}

impl<'a> Census<'a> {
    /// All characters and outfits. The other platforms have none.
    pub(crate) fn roster(&self) -> Option<&'a Roster> {
        (self.environment == self.war.environment()).then(|| self.war.roster())
    }
}
