//! Characters: what they are called, where they play and whom they know.

use std::fmt;

use super::{
    Character, CharactersCurrency, CharactersEvent, CharactersEventGrouped, CharactersFriend, CharactersOnlineStatus,
    CharactersWorld, Locale, Name, Outfit, OutfitMemberExtended, World, follow,
};
use crate::{
    census::{Collection, Fetch, Named, Query, Row, any_of},
    id::{CharacterId, WorldId},
};

/// How many characters one address asks for: more would make it too long for some servers.
const AT_ONCE: usize = 100;

impl fmt::Display for Character {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.first)
    }
}

impl Named for Character {
    fn by_name(name: &str, _: Locale) -> Query {
        Query::of::<Self>().filter("name.first_lower", name.to_lowercase())
    }

    fn is_called(&self, name: &str, _: Locale) -> bool {
        self.name.first.to_lowercase() == name.to_lowercase()
    }
}

impl Character {
    /// The name with the title before it, in English: `Lieutenant Planetman`. The name alone if the character wears
    /// none, or one that is not known.
    ///
    /// # Errors
    /// Those of the source.
    pub async fn name_long<F: Fetch>(&self, census: &F) -> Result<String, F::Error> {
        self.name_long_in(Locale::En, census).await
    }

    /// As [`name_long`](Self::name_long), with the title in another language. The name alone if it has none there.
    ///
    /// # Errors
    /// Those of the source.
    pub async fn name_long_in<F: Fetch>(&self, locale: Locale, census: &F) -> Result<String, F::Error> {
        let title = self.title(census).await?;
        Ok(match title.as_ref().and_then(|title| title.name.get(locale)) {
            Some(title) if !title.is_empty() => format!("{title} {}", self.name),
            _ => self.name.to_string(),
        })
    }

    /// The server that it plays on.
    ///
    /// # Errors
    /// Those of the source.
    pub async fn world<F: Fetch>(&self, census: &F) -> Result<Option<World>, F::Error> {
        let world_id = match self.joined::<WorldId>("world_id")? {
            Some(world_id) => Some(world_id),
            None => self.kept::<CharactersWorld, F>(census).await?.map(|row| row.world_id),
        };
        match world_id {
            Some(world_id) => census.by_id(world_id).await,
            None => Ok(None),
        }
    }

    /// The outfit that it belongs to.
    ///
    /// # Errors
    /// Those of the source.
    pub async fn outfit<F: Fetch>(&self, census: &F) -> Result<Option<Outfit>, F::Error> {
        // A row of `outfit_member_extended` holds every field of the outfit, and what a member has in its `extra`.
        let keys = ["outfit", "character_id_join_outfit_member_extended"];
        if let Some(found) = follow::joined(self, &keys) {
            return Ok(found.into_iter().next());
        }
        census.first(self.about::<OutfitMemberExtended>()).await
    }

    /// The server that it is online on; `None` while it is offline.
    ///
    /// # Errors
    /// Those of the source.
    pub async fn online_status<F: Fetch>(&self, census: &F) -> Result<Option<WorldId>, F::Error> {
        let status = match self.resolved_status() {
            Some(status) => Some(status),
            None => self.kept::<CharactersOnlineStatus, F>(census).await?.and_then(|row| row.online_status),
        };
        Ok(status.filter(|status| *status != 0).map(WorldId))
    }

    /// Whether it is online.
    ///
    /// # Errors
    /// Those of the source.
    pub async fn is_online<F: Fetch>(&self, census: &F) -> Result<bool, F::Error> {
        Ok(self.online_status(census).await?.is_some())
    }

    /// Those of these characters that are online.
    ///
    /// # Errors
    /// Those of the source.
    pub async fn online_among<F: Fetch>(ids: &[CharacterId], census: &F) -> Result<Vec<Self>, F::Error> {
        let mut found = Self::all(ids, |query| query.resolve("online_status"), census).await?;
        found.retain(|character| character.resolved_status().is_some_and(|status| status != 0));
        Ok(found)
    }

    /// Many characters at once. Those that are not known are left out; the order is the server's.
    ///
    /// # Errors
    /// Those of the source.
    pub async fn by_ids<F: Fetch>(ids: &[CharacterId], census: &F) -> Result<Vec<Self>, F::Error> {
        Self::all(ids, |query| query, census).await
    }

    /// Its friends. Some may be missing: characters that were deleted are still friends.
    ///
    /// # Errors
    /// Those of the source.
    pub async fn friends<F: Fetch>(&self, census: &F) -> Result<Vec<Self>, F::Error> {
        let friends = self.kept::<CharactersFriend, F>(census).await?.map(|row| row.friend_list).unwrap_or_default();
        let ids: Vec<_> = friends.iter().filter_map(|friend| friend.character_id).collect();
        Self::by_ids(&ids, census).await
    }

    /// How much it has of nanites and A.S.P. tokens.
    ///
    /// # Errors
    /// Those of the source.
    pub async fn currency<F: Fetch>(&self, census: &F) -> Result<Option<CharactersCurrency>, F::Error> {
        self.kept(census).await
    }

    /// What happened to it lately, at most 1,000 events. `kinds` says which: `DEATH`, `KILL`, `VEHICLE_DESTROY`,
    /// `BATTLE_RANK`, `ITEM`, `ACHIEVEMENT`, `FACILITY_CHARACTER`; none of them is all.
    ///
    /// # Errors
    /// Those of the source.
    pub async fn events<F: Fetch>(&self, kinds: &[&str], census: &F) -> Result<Vec<CharactersEvent>, F::Error> {
        let query = self.about::<CharactersEvent>().limit(1000);
        census.rows(if kinds.is_empty() { query } else { query.filter("type", any_of(kinds)) }).await
    }

    /// Whom it killed and who killed it how often. `kinds` says which: `KILL`, `DEATH`; none of them is all.
    ///
    /// # Errors
    /// Those of the source.
    pub async fn events_grouped<F: Fetch>(
        &self,
        kinds: &[&str],
        census: &F,
    ) -> Result<Vec<CharactersEventGrouped>, F::Error> {
        let query = self.about::<CharactersEventGrouped>().limit(100_000);
        census.rows(if kinds.is_empty() { query } else { query.filter("type", any_of(kinds)) }).await
    }

    fn resolved_status(&self) -> Option<u32> {
        self.extra().get("online_status")?.as_str()?.parse().ok()
    }

    fn about<T: Row>(&self) -> Query {
        Query::of::<T>().filter("character_id", self.character_id)
    }

    /// The one row that a collection keeps for it.
    async fn kept<T: Row, F: Fetch>(&self, census: &F) -> Result<Option<T>, F::Error> {
        let key = format!("character_id_join_{}", T::FACTS.name);
        if let Some(found) = follow::joined(self, &[&key]) {
            return Ok(found.into_iter().next());
        }
        census.first(self.about::<T>()).await
    }

    async fn all<F: Fetch>(
        ids: &[CharacterId],
        also: impl Fn(Query) -> Query + Send,
        census: &F,
    ) -> Result<Vec<Self>, F::Error> {
        let mut all = Vec::with_capacity(ids.len());
        for ids in ids.chunks(AT_ONCE) {
            let rows = u32::try_from(ids.len()).unwrap_or(u32::MAX);
            let query = Query::of::<Self>().filter(Self::ID_FIELD, any_of(ids)).limit(rows);
            all.extend(census.rows::<Self>(also(query)).await?);
        }
        Ok(all)
    }
}
