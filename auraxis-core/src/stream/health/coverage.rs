//! What a link should deliver.

use super::traffic::TrafficClass;
use crate::id::WorldId;

/// How much of a class a link subscribes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// Every event of the class, of all characters. For [`TrafficClass::Attack`], at least every `Death`.
    Whole,
    /// Some kinds or experience ids, of all characters.
    Part,
    /// The events of this number of characters.
    Characters(u32),
}

/// A class that a link subscribes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The world; `None` for all worlds, known or not. An entry for a world overrides the entry for all worlds.
    pub world: Option<WorldId>,
    /// The class.
    pub class: TrafficClass,
    /// How much of the class.
    pub coverage: Coverage,
}
