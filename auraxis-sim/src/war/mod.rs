//! The war: an endless stream of generated events, the same for the same seed.
//!
//! [`War`] is an iterator without a clock: it never waits. A [`schedule`] stores events and scenes by due time. A
//! [`scene`] (a kill, a medic's heals, an alert) recurs, and drafts events for the near future. When a draft is due,
//! its effect is applied to the [`state`] and its frame becomes a [`WarEvent`], so the roster always agrees with the
//! last event.
//!
//! No character acts before its login or after its logout, and no frame occurs twice.

mod event;
mod experience;
mod facility;
mod item;
mod names;
mod population;
mod rng;
mod roster;
mod scene;
mod schedule;
mod simulation;
mod soldier;
mod state;
mod world_state;
mod worlds;

pub(crate) use event::MISSING_ON_PS4;
pub use event::WarEvent;
pub(crate) use experience::EXPERIENCE;
pub(crate) use facility::{TYPES as FACILITY_TYPES, alert_event, facilities};
pub(crate) use item::ITEMS;
pub(crate) use rng::Rng;
pub(crate) use roster::{Outfit, Roster};
pub use simulation::War;
pub(crate) use soldier::{Class, Soldier};
pub(crate) use worlds::ids as worlds;
