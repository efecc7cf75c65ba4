//! Leaderboards: the best characters by a statistic, in a period of time.
//!
//! The server stores the first 10,000 places of each leaderboard. A character beyond them has no rank.

use std::collections::HashMap;

use super::{Character, CharactersLeaderboard, Leaderboard};
use crate::{
    census::{Collection, Fetch, MAX_IDS, Query, any_of},
    id::{CharacterId, WorldId},
};

/// The number of places that a leaderboard has.
pub const PLACES: u32 = 10_000;

macro_rules! choices {
    ($( $(#[$doc:meta])* $name:ident { $( $(#[$choice_doc:meta])* $choice:ident $text:literal, )* } )*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $( $(#[$choice_doc])* $choice, )*
        }

        impl $name {
            /// The name on the wire.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $( Self::$choice => $text, )*
                }
            }
        }
    )*};
}

choices! {
    /// The period of a leaderboard.
    Period {
        /// All time.
        Forever "Forever",
        /// This month.
        Monthly "Monthly",
        /// This week.
        Weekly "Weekly",
        /// Today.
        Daily "Daily",
        /// The best single life.
        OneLife "OneLife",
    }

    /// The statistic of a leaderboard.
    Stat {
        /// Kills.
        Kills "Kills",
        /// Experience points.
        Score "Score",
        /// Time played, in seconds.
        Time "Time",
        /// Deaths.
        Deaths "Deaths",
    }
}

/// Loads the rank and value of a character. Returns `None` if it has no rank.
///
/// # Errors
/// Returns an error if a request fails.
pub async fn by_character<F: Fetch>(
    stat: Stat,
    period: Period,
    id: CharacterId,
    census: &F,
) -> Result<Option<CharactersLeaderboard>, F::Error> {
    Ok(by_characters(stat, period, &[id], census).await?.pop())
}

/// Loads the ranks and values of several characters. Characters without a rank are omitted.
///
/// # Errors
/// Returns an error if a request fails.
pub async fn by_characters<F: Fetch>(
    stat: Stat,
    period: Period,
    ids: &[CharacterId],
    census: &F,
) -> Result<Vec<CharactersLeaderboard>, F::Error> {
    let mut places = Vec::new();
    for ids in ids.chunks(MAX_IDS) {
        let query = Query::of::<CharactersLeaderboard>()
            .filter("name", stat.name())
            .filter("period", period.name())
            .filter("character_id", any_of(ids))
            .limit(u32::try_from(ids.len()).unwrap_or(PLACES));
        places.extend(census.rows(query).await?);
    }
    Ok(places)
}

/// Loads the best `rows` characters after the first `offset`, on one server or on all, with their ranks and values.
///
/// Places after the 10,000th are omitted. The character is `None` if it does not exist any more.
///
/// # Errors
/// Returns an error if a request fails.
pub async fn top<F: Fetch>(
    stat: Stat,
    period: Period,
    rows: u32,
    offset: u32,
    world: Option<WorldId>,
    census: &F,
) -> Result<Vec<(Leaderboard, Option<Character>)>, F::Error> {
    let rows = rows.min(PLACES.saturating_sub(offset));
    if rows == 0 {
        return Ok(Vec::new());
    }
    let query = Query::of::<Leaderboard>().filter("name", stat.name()).filter("period", period.name());
    let query = match world {
        Some(world) => query.filter("world", world),
        None => query,
    };
    let places: Vec<Leaderboard> = census.rows(query.start(offset).limit(rows)).await?;
    let ids: Vec<_> = places.iter().map(|place| place.character_id).collect();
    let characters: Vec<Character> = census.by_ids(&ids).await?;
    let by_id: HashMap<_, _> = characters.into_iter().map(|character| (character.id(), character)).collect();
    let with_character = |place: Leaderboard| {
        let character = by_id.get(&place.character_id).cloned();
        (place, character)
    };
    Ok(places.into_iter().map(with_character).collect())
}
