//! Outfits: names, members and relations.

use std::fmt;

use super::{Character, Locale, Outfit, OutfitMemberExtended};
use crate::census::{Extra, Fetch, Named, Query, Row, field::Object};

impl fmt::Display for Outfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name.as_deref().unwrap_or_default())
    }
}

impl From<OutfitMemberExtended> for Outfit {
    /// Converts the outfit's fields. The member's fields, such as `member_rank`, become `extra`.
    fn from(row: OutfitMemberExtended) -> Self {
        let mut extra = row.write();
        extra.retain(|name, _| !Self::INFO.has_field(name));
        Self {
            outfit_id: row.outfit_id,
            name: row.name,
            name_lower: row.name_lower,
            alias: row.alias,
            alias_lower: row.alias_lower,
            time_created: row.time_created,
            time_created_date: row.time_created_date,
            leader_character_id: row.leader_character_id,
            member_count: row.member_count,
            extra: Extra::from(extra),
        }
    }
}

impl Named for Outfit {
    fn by_name(name: &str, _: Locale) -> Query {
        Query::of::<Self>().filter("name_lower", name.to_lowercase())
    }

    fn is_called(&self, name: &str, _: Locale) -> bool {
        self.name.as_deref().is_some_and(|own| own.to_lowercase() == name.to_lowercase())
    }
}

impl Outfit {
    /// Returns the tag shown before the names of its members, if it has one.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.alias.as_deref().filter(|tag| !tag.is_empty())
    }

    /// Loads the members that are online. Sends one request per hundred members.
    ///
    /// # Errors
    /// Returns an error as [`Character::online_status`] does.
    pub async fn online_members<F: Fetch>(&self, census: &F) -> Result<Vec<Character>, F::Error> {
        let members: Vec<_> = self.members(census).await?.iter().map(|member| member.character_id).collect();
        Character::online_among(&members, census).await
    }

    /// Loads the outfit with this tag, ignoring case.
    ///
    /// # Errors
    /// Returns an error if a request fails.
    pub async fn by_tag<F: Fetch>(tag: &str, census: &F) -> Result<Option<Self>, F::Error> {
        census.first(Query::of::<Self>().filter("alias_lower", tag.to_lowercase())).await
    }
}
