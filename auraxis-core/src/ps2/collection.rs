//! The list of collections.

use super::table::ALL;
use crate::census::CollectionInfo;

/// Returns all collections: the 113 of the game, and `game_server_status`, which covers all games on the server.
pub fn collections() -> impl Iterator<Item = &'static CollectionInfo> {
    ALL.into_iter().flatten().copied()
}

/// Returns the collection with this name.
#[must_use]
pub fn collection(name: &str) -> Option<&'static CollectionInfo> {
    collections().find(|info| info.name == name)
}
