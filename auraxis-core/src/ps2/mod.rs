//! PlanetSide 2, as the REST API describes it: 113 collections, each with a type.
//!
//! A [`Query`](crate::census::Query) says which rows are wanted; each row is read into its type. All types come from
//! one table, in `table/`; what can be asked of them (a character's outfit, an item's weapon) stands in the file of the
//! type that is asked.

use crate::{
    census::{Facts, OFFICIAL},
    id::ImageId,
};

mod character;
pub(crate) mod define;
mod directive;
mod follow;
pub mod leaderboard;
mod localized;
mod outfit;
mod profile;
mod relations;
mod table;
mod weapon;
mod world;

pub use localized::{Locale, Localized};
use table::ALL;
pub use table::*;

/// Every collection: the 113 of the game, and `game_server_status`, which covers all games of the server.
pub fn collections() -> impl Iterator<Item = &'static Facts> {
    ALL.into_iter().flatten().copied()
}

/// What is known of the collection with this name.
#[must_use]
pub fn collection(name: &str) -> Option<&'static Facts> {
    collections().find(|facts| facts.name == name)
}

/// The address of a picture, a PNG. It needs no service id, and other servers have none.
#[must_use]
pub fn image_url(image_id: ImageId) -> String {
    format!("{OFFICIAL}/files/ps2/images/static/{image_id}.png")
}
