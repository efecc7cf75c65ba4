//! Which collections there are.

use super::table::ALL;
use crate::census::CollectionInfo;

/// Every collection: the 113 of the game, and `game_server_status`, which covers all games of the server.
pub fn collections() -> impl Iterator<Item = &'static CollectionInfo> {
    ALL.into_iter().flatten().copied()
}

/// What is known of the collection with this name.
#[must_use]
pub fn collection(name: &str) -> Option<&'static CollectionInfo> {
    collections().find(|info| info.name == name)
}
