//! The query of `/events`: which events a reader wants.

use auraxis_core::{
    event::{Event, EventKind, Selector},
    id::{CharacterId, WorldId},
    interest::Interest,
};
use axum::{extract::Query, http::Uri};

/// The maximum number of characters of a reader.
const MAX_CHARACTERS: usize = 1_000;

/// The maximum length of a name in a query, as of what an error repeats.
const MAX_NAME: usize = 64;

/// Selects everything that the game sends.
const ALL: &str = "all";

/// Names of worlds before the server merges of 2024 and 2025.
const FORMER_NAMES: &[(&str, WorldId)] = &[("Connery", WorldId::OSPREY), ("Miller", WorldId::WAINWRIGHT)];

/// Which events a reader wants.
#[derive(Debug, PartialEq)]
pub(crate) struct EventQuery {
    interest: Interest,
    /// The id of the event to resume after.
    pub(crate) last_event_id: Option<String>,
}

impl EventQuery {
    /// # Errors
    ///
    /// Returns what is wrong with the query.
    pub(crate) fn parse(uri: &Uri) -> Result<Self, String> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(|error| error.body_text())?;
        let (mut kinds, mut worlds, mut characters, mut last_event_id) = (Vec::new(), Vec::new(), Vec::new(), None);
        for (key, value) in pairs {
            let values = value.split(',').map(str::trim).filter(|value| !value.is_empty());
            match &*key {
                "kind" => kinds.extend(values.map(selector).collect::<Result<Vec<_>, _>>()?),
                "world" => worlds.extend(values.map(world).collect::<Result<Vec<_>, _>>()?),
                "character" => characters.extend(values.map(character).collect::<Result<Vec<_>, _>>()?),
                "last_event_id" => last_event_id = Some(value),
                _ => {
                    let known = "`kind`, `world`, `character` and `last_event_id`";
                    return Err(format!("unknown parameter `{}`; there are {known}", excerpt(&key)));
                }
            }
        }
        if characters.len() > MAX_CHARACTERS {
            return Err(format!("{} characters are too many; give at most {MAX_CHARACTERS}", characters.len()));
        }
        let mut interest = Interest::new(kinds);
        if !worlds.is_empty() {
            interest.worlds = worlds.into_iter().collect();
        }
        if !characters.is_empty() {
            interest.characters = characters.into_iter().collect();
        }
        check_filter(&interest, "world", interest.worlds.is_all(), EventKind::has_world)?;
        check_filter(&interest, "character", interest.characters.is_all(), EventKind::has_character)?;
        Ok(Self { interest, last_event_id })
    }

    /// Returns what the client has to subscribe to. `None` if the reader takes what the program receives.
    pub(crate) fn need(&self) -> Option<&Interest> {
        Some(&self.interest).filter(|interest| !interest.selectors.is_empty())
    }

    /// Returns whether the reader wants this event.
    pub(crate) fn admits(&self, event: &Event) -> bool {
        let Interest { selectors, .. } = &self.interest;
        let is_selected = selectors.is_empty() || selectors.iter().any(|selector| selector.matches(event));
        is_selected && self.interest.filter(event).is_none()
    }
}

/// Events that this version does not know are possible, as their names begin with a capital letter.
fn selector(name: &str) -> Result<Selector, String> {
    if name == ALL {
        return Ok(Selector::Everything);
    }
    let own = EventKind::SIGNALS.iter().chain(EventKind::DERIVED).find(|kind| kind.name() == name);
    match own {
        Some(EventKind::Custom) => return Err("custom events never leave their program".into()),
        Some(kind) => return Ok(Selector::Kind(*kind)),
        None => {}
    }
    if let Some(similar) = EventKind::similar_to(name) {
        return Err(format!("unknown kind `{}`; there is `{}`", excerpt(name), similar.name()));
    }
    let is_name = name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.len() <= MAX_NAME
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_name {
        return Err(format!("`{}` is not the name of an event, such as `Death`", excerpt(name)));
    }
    Ok(Selector::named(name.to_owned()))
}

fn world(text: &str) -> Result<WorldId, String> {
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let known = WorldId::KNOWN.iter().filter_map(|id| Some((id.name()?, *id)));
    let found = known.chain(FORMER_NAMES.iter().copied()).find(|(name, _)| name.eq_ignore_ascii_case(text));
    found.map(|(_, id)| id).ok_or_else(|| {
        let names: Vec<_> = WorldId::KNOWN.iter().filter_map(|id| id.name()).collect();
        format!("unknown world `{}`; give its id, or one of {}", excerpt(text), names.join(", "))
    })
}

fn character(text: &str) -> Result<CharacterId, String> {
    let id = text.parse().ok().filter(|id: &CharacterId| id.0 != 0);
    id.ok_or_else(|| format!("`{}` is not the id of a character, such as 5428010618015189713", excerpt(text)))
}

/// Refuses a filter that no selected event can pass.
fn check_filter(interest: &Interest, field: &str, is_all: bool, has: fn(EventKind) -> bool) -> Result<(), String> {
    let selectors = &interest.selectors;
    if is_all || selectors.is_empty() || selectors.iter().any(|selector| selector.kind().is_none_or(has)) {
        return Ok(());
    }
    let names: Vec<_> = selectors.iter().map(Selector::wire_name).collect();
    Err(format!("no event has a {field}: {}; remove `{field}`", names.join(", ")))
}

fn excerpt(text: &str) -> String {
    text.chars().take(MAX_NAME).collect()
}

#[cfg(test)]
mod tests {
    use auraxis_core::scope::Scope;

    use super::*;

    fn parse(query: &str) -> Result<EventQuery, String> {
        EventQuery::parse(&format!("/events?{query}").parse().unwrap())
    }

    #[test]
    fn lists_can_be_repeated_and_separated_by_commas() {
        let parsed = parse("kind=Death,AlertStart&kind=RelicCaptured&world=Connery,%20soltech&world=2000&character=5");
        let mut interest = Interest::new([
            Selector::Kind(EventKind::Death),
            Selector::Kind(EventKind::AlertStart),
            Selector::Named("RelicCaptured".into()),
        ]);
        interest.worlds = [WorldId::OSPREY, WorldId::SOLTECH, WorldId::CERES].into_iter().collect();
        interest.characters = Scope::from_iter([CharacterId(5)]);
        assert_eq!(parsed, Ok(EventQuery { interest, last_event_id: None }));
        assert_eq!(parse("").unwrap().need(), None);
        assert_eq!(parse("kind=all").unwrap().need(), Some(&Interest::new([Selector::Everything])));
        let experience = parse("kind=GainExperience_experience_id_7").unwrap();
        assert_eq!(experience.need(), Some(&Interest::new([Selector::Experience(7.into())])));
    }

    #[test]
    fn an_error_says_what_to_write() {
        for (query, expected) in [
            ("kind=Deth", "unknown kind `Deth`; there is `Death`"),
            ("kind=death", "unknown kind `death`; there is `Death`"),
            ("kind=GainExperience_7", "unknown kind `GainExperience_7`; there is `GainExperience`"),
            ("kind=kill", "`kill` is not the name of an event, such as `Death`"),
            ("kind=Bad%0AName", "`Bad\nName` is not the name of an event, such as `Death`"),
            ("kind=Custom", "custom events never leave their program"),
            ("kinds=Death", "unknown parameter `kinds`; there are `kind`, `world`, `character` and `last_event_id`"),
            ("world=-1", "unknown world `-1`; give its id, or one of Osprey, "),
            ("character=0", "`0` is not the id of a character, such as 5428010618015189713"),
            ("character=Higby", "`Higby` is not the id of a character, such as 5428010618015189713"),
            ("kind=Connected,Overflow&world=1", "no event has a world: Connected, Overflow; remove `world`"),
            ("kind=ContinentLock&character=5", "no event has a character: ContinentLock; remove `character`"),
        ] {
            let error = parse(query).unwrap_err();
            assert!(error.starts_with(expected), "{query}: {error}");
        }
        let ids = |count: u64| (1..=count).map(|id| id.to_string()).collect::<Vec<_>>().join(",");
        assert!(parse(&format!("character={}", ids(1_000))).is_ok());
        assert_eq!(
            parse(&format!("character={}", ids(1_001))).unwrap_err(),
            "1001 characters are too many; give at most 1000"
        );
    }
}
