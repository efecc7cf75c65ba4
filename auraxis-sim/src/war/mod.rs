//! The war: an endless stream of made-up events, always the same for the same seed.
//!
//! [`War`] is an iterator without a clock: it never waits. A [`schedule`] holds what is due. A [`scene`] (a firefight,
//! a medic's round, an alert) drafts events for the near future and comes up again and again. When a draft is due, its
//! effect is applied to the [`state`] and its frame becomes a [`Report`], so the roster always agrees with the last
//! event.
//!
//! No character acts before its login or after its logout, and no frame occurs twice.

mod arms;
mod dice;
mod experience;
mod front;
mod ground;
mod names;
mod population;
mod report;
mod roster;
mod scene;
mod schedule;
mod simulation;
mod soldier;
mod state;
mod worlds;

pub(crate) use arms::ITEMS;
pub(crate) use dice::Dice;
pub(crate) use experience::EXPERIENCE;
pub(crate) use ground::{TYPES as FACILITY_TYPES, facilities, meltdown};
pub(crate) use report::PS4_LACKS;
pub use report::Report;
pub(crate) use roster::{Outfit, Roster};
pub use simulation::War;
pub(crate) use soldier::{Class, Soldier};
pub(crate) use worlds::ids as worlds;
