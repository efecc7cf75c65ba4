//! Types for the 113 collections of PlanetSide 2 in the REST API.
//!
//! A [`Query`](crate::census::Query) selects rows, and each row is decoded into its type. Methods such as
//! [`Character::outfit`] load related rows. The types are generated from a table, in `table/`.

mod character;
mod collection;
pub(crate) mod define;
mod directive;
mod event_record;
mod image;
pub mod leaderboard;
pub(crate) mod list;
mod locale;
mod localized;
mod lookup;
mod outfit;
mod profile;
mod relations;
mod table;
mod weapon;
mod world;

pub use collection::{collection, collections};
pub use image::image_url;
pub use locale::Locale;
pub use localized::Localized;
pub use table::*;
