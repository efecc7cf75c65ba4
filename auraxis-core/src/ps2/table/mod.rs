//! The table of collections, by topic.
//!
//! A row contains, in this order: the name of the type, the name of the collection, the id field if it identifies rows,
//! the size and lifetime of the cache (in seconds, 0 means forever), a function that maps the id or provides a missing
//! row, the implemented traits, and the restrictions of the server. Fields are in wire order where it is known.
//! `= OrZero`: the wire has `"0"` for nobody or nothing. `= OrEmpty`: a string that is empty if it is missing.
//! `= OneOrMany`: a list that can be sent as its only item.

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
