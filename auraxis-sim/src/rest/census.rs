//! The source of all rows.

use auraxis_core::environment::Environment;

use super::{
    history::{EventCollection, History},
    row::Row,
    term::Term,
};
use crate::war::{Roster, War};

/// The source of all rows: the war, its past events, and the requested environment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Census<'a> {
    pub(crate) war: &'a War,
    pub(crate) history: &'a History,
    pub(crate) environment: Environment,
}

impl<'a> Census<'a> {
    /// Returns all characters and outfits, or `None` if the war does not simulate the requested environment.
    pub(crate) fn roster(&self) -> Option<&'a Roster> {
        (self.environment == self.war.environment()).then(|| self.war.roster())
    }

    /// Returns the past events that match every term.
    pub(crate) fn events(&self, collection: EventCollection, terms: &[Term]) -> Vec<Row> {
        self.roster().map_or_else(Vec::new, |_| self.history.rows(collection, terms))
    }
}
