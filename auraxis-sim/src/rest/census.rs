//! The war, as a namespace of the REST API sees it.

use auraxis_core::environment::Environment;

use crate::war::{Roster, War};

/// What rows are made from: the war, as one environment sees it.
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
