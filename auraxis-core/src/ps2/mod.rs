//! PlanetSide 2, as the REST API describes it: 113 collections, each with a type.
//!
//! A [`Query`](crate::census::Query) says which rows are wanted; each row is read into its type. All types come from
//! one table, in `table/`; what can be asked of them (a character's outfit, an item's weapon) stands in the file of the
//! type that is asked.

mod character;
mod collection;
pub(crate) mod define;
mod directive;
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
