//! The table of collections, by theme.
//!
//! A row reads: name of the type, name of the collection, the id if one leads to one row, how many rows to keep for how
//! long (in seconds, 0 is for ever), what an id leads to besides its row, what the rows can do, and what the server
//! allows. Fields stand in the order of the wire where that is known.
//! `= OrZero`: the wire says `"0"` for nobody or nothing. `= OrEmpty`: a text that is empty if it is missing.
//! `= OneOrMany`: a list that may come as its only item.

mod ability;
mod all;
mod character;
mod directive;
mod fire;
mod item;
mod outfit;
mod parts;
mod profile;
mod projectile;
mod skill;
mod special;
mod stat;
mod vehicle;
mod weapon;
mod world;

pub use ability::*;
pub(super) use all::ALL;
pub use character::*;
pub use directive::*;
pub use fire::*;
pub use item::*;
pub use outfit::*;
pub use parts::*;
pub use profile::*;
pub use projectile::*;
pub use skill::*;
pub use stat::*;
pub use vehicle::*;
pub use weapon::*;
pub use world::*;

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(super) use tests::full_row;
