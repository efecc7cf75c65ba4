//! Characters: names, online status and relations.

use std::fmt;

use serde::Deserialize as _;
use serde_json::json;

use super::{
    Character, CharactersCurrency, CharactersEvent, CharactersEventGrouped, CharactersFriend, CharactersItem,
    CharactersOnlineStatus, CharactersWorld, Friend, Item, Locale, Name, Outfit, OutfitMember, OutfitMemberExtended,
    World, lookup,
};
use crate::{
    census::{Collection, Fault, FaultKind, Fetch, MAX_IDS, Named, Query, Row},
    id::{CharacterId, WorldId},
};

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
    /// Loads the name with the title before it, in English: `Lieutenant Planetman`. Returns only the name if the
    /// character has no title, or an unknown one.
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn name_long<F: Fetch>(&self, census: &F) -> Result<String, F::Error> {
        self.name_long_in(Locale::En, census).await
    }

    /// Like [`name_long`](Self::name_long), with the title in another language. Returns only the name if the title is
    /// not translated.
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn name_long_in<F: Fetch>(&self, locale: Locale, census: &F) -> Result<String, F::Error> {
        let title = self.title(census).await?;
        Ok(match title.as_ref().and_then(|title| title.name.get(locale)) {
            Some(title) if !title.is_empty() => format!("{title} {}", self.name),
            _ => self.name.to_string(),
        })
    }

    /// Loads the server that it plays on.
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn world<F: Fetch>(&self, census: &F) -> Result<Option<World>, F::Error> {
        match self.joined::<WorldId>("world_id")? {
            Some(world_id) => lookup::one(self, "world_id", Some(world_id), None, census).await,
            None => match self.row_of::<CharactersWorld, F>(None, census).await? {
                Some(home) => home.world(census).await,
                None => Ok(None),
            },
        }
    }

    /// Loads the outfit that it belongs to.
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn outfit<F: Fetch>(&self, census: &F) -> Result<Option<Outfit>, F::Error> {
        let member: Option<OutfitMember> = lookup::joined(self, "character_id", Some(self.character_id), None);
        let outfit = member.and_then(|member| lookup::joined(&member, "outfit_id", Some(member.outfit_id), None));
        if outfit.is_some() {
            return Ok(outfit);
        }
        // `c:resolve=outfit_member_extended` uses the key of `outfit_member`, which has no name.
        let resolved = if self.extra().get("outfit_member.name").is_some() { "outfit_member" } else { "outfit" };
        Ok(self.row_of::<OutfitMemberExtended, F>(Some(resolved), census).await?.map(Outfit::from))
    }

    /// Loads the server that it is online on. Returns `None` if it is offline.
    ///
    /// # Errors
    /// Returns an error if a request fails, or with the kind
    /// [`ServiceUnavailable`](crate::census::FaultKind::ServiceUnavailable) if the server does not know at the moment.
    pub async fn online_status<F: Fetch>(&self, census: &F) -> Result<Option<WorldId>, F::Error> {
        match self.resolved_status() {
            Some(status) => Ok(status.online_on()?),
            None => match self.row_of::<CharactersOnlineStatus, F>(None, census).await? {
                Some(status) => Ok(status.online_on()?),
                None => Ok(None),
            },
        }
    }

    /// Returns `true` if it is online. For many characters, [`online_among`](Self::online_among) sends fewer requests.
    ///
    /// # Errors
    /// Returns an error as [`online_status`](Self::online_status) does.
    pub async fn is_online<F: Fetch>(&self, census: &F) -> Result<bool, F::Error> {
        Ok(self.online_status(census).await?.is_some())
    }

    /// Loads those of these characters that are online.
    ///
    /// # Errors
    /// Returns an error as [`online_status`](Self::online_status) does.
    pub async fn online_among<F: Fetch>(ids: &[CharacterId], census: &F) -> Result<Vec<Self>, F::Error> {
        let mut online = Vec::new();
        for ids in ids.chunks(MAX_IDS) {
            for character in census.rows::<Self>(Self::query_all(ids).resolve("online_status")).await? {
                if let Some(status) = character.resolved_status()
                    && status.online_on()?.is_some()
                {
                    online.push(character);
                }
            }
        }
        Ok(online)
    }

    /// Loads its friends. Deleted characters are still friends, but are omitted.
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn friends<F: Fetch>(&self, census: &F) -> Result<Vec<Self>, F::Error> {
        let friends = match self.joined::<Vec<Friend>>("friend_list")? {
            Some(friends) => friends,
            None => match self.row_of::<CharactersFriend, F>(None, census).await? {
                Some(row) => row.friend_list,
                None => Vec::new(),
            },
        };
        let ids: Vec<_> = friends.iter().filter_map(|friend| friend.character_id).collect();
        census.by_ids(&ids).await
    }

    /// Loads its items.
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn items<F: Fetch>(&self, census: &F) -> Result<Vec<Item>, F::Error> {
        // `c:resolve=item_full` adds the items to this field; `item` adds only their ids to the same field.
        let resolved = self.joined_list::<Item>("items").unwrap_or_default();
        if resolved.iter().any(|item| item.item_type_id.is_some()) {
            return Ok(resolved);
        }
        let id = Some(self.character_id.to_string());
        lookup::through::<CharactersItem, _, _>(self, "character_id", id, "item_id", true, census).await
    }

    /// Loads its amounts of nanites and A.S.P. tokens.
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn currency<F: Fetch>(&self, census: &F) -> Result<Option<CharactersCurrency>, F::Error> {
        lookup::first(self, "character_id", &self.character_id.to_string(), Some("currency"), census).await
    }

    /// Loads recent events, at most 1,000. `which` can add filters: `type` (`DEATH`, `KILL`, `VEHICLE_DESTROY`,
    /// `BATTLE_RANK`, `ITEM`, `ACHIEVEMENT` or `FACILITY_CHARACTER`; default: all), and the times `before` and `after`.
    ///
    /// ```
    /// # use auraxis_core::{census::{Fetch, any_of}, ps2::Character, time::Timestamp};
    /// # async fn example<F: Fetch>(character: Character, client: F, now: Timestamp) -> Result<(), F::Error> {
    /// let all = character.events(|query| query, &client).await?;
    /// let types = any_of(["KILL", "DEATH"]);
    /// let fights = character.events(|query| query.filter("type", types).filter("before", now), &client).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn events<F: Fetch>(
        &self,
        which: impl FnOnce(Query) -> Query + Send,
        census: &F,
    ) -> Result<Vec<CharactersEvent>, F::Error> {
        census.rows(which(self.query_of::<CharactersEvent>().limit(1000))).await
    }

    /// Loads how often it killed, and was killed by, each other character. `which` can add a filter on `type` (`KILL`
    /// or `DEATH`; default: both).
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn events_grouped<F: Fetch>(
        &self,
        which: impl FnOnce(Query) -> Query + Send,
        census: &F,
    ) -> Result<Vec<CharactersEventGrouped>, F::Error> {
        census.rows(which(self.query_of::<CharactersEventGrouped>().limit(100_000))).await
    }

    /// The status that `c:resolve=online_status` has added.
    fn resolved_status(&self) -> Option<CharactersOnlineStatus> {
        let status = json!({ "character_id": self.character_id, "online_status": self.extra().get("online_status")? });
        CharactersOnlineStatus::deserialize(status).ok()
    }

    fn query_of<T: Row>(&self) -> Query {
        Query::of::<T>().filter("character_id", self.character_id)
    }

    /// Loads the row that a collection has for this character.
    async fn row_of<T: Collection<Id = CharacterId>, F: Fetch>(
        &self,
        resolved: Option<&str>,
        census: &F,
    ) -> Result<Option<T>, F::Error> {
        lookup::one(self, "character_id", Some(self.character_id), resolved, census).await
    }
}

impl CharactersOnlineStatus {
    /// Returns the server that the character is online on, or `None` if it is offline.
    ///
    /// # Errors
    /// Returns [`FaultKind::ServiceUnavailable`] if the server did not know: then it sends a text instead of a number.
    pub fn online_on(&self) -> Result<Option<WorldId>, Fault> {
        match self.online_status {
            Some(0) => Ok(None),
            Some(world) => Ok(Some(WorldId(world))),
            None => Err(Fault::new(FaultKind::ServiceUnavailable, &Query::of::<Self>())),
        }
    }
}
