//! Recovery of missed events from REST.

use std::collections::BTreeSet;

use crate::{
    census::{Query, any_of},
    event::{Event, EventKind, KindSet, signal::Gap},
    id::{CharacterId, WorldId},
    interest::Interest,
    ps2::{CharactersEvent, WorldEvent},
    scope::Scope,
    time::Timestamp,
};

/// The maximum number of characters whose events are requested for one gap.
pub const MAX_CHARACTERS: usize = 50;

/// The maximum number of rows in a response.
const PAGE: u32 = 1_000;

/// The types of `world_event`, and the kinds of events that they contain.
const WORLD_TYPES: &[(&str, &[EventKind])] =
    &[("FACILITY", &[EventKind::FacilityControl]), ("METAGAME", &[EventKind::MetagameEvent])];

/// The types of `characters_event`, and the kinds of events that they contain.
const CHARACTER_TYPES: &[(&str, &[EventKind])] = &[
    ("ACHIEVEMENT", &[EventKind::AchievementEarned]),
    ("BATTLE_RANK", &[EventKind::BattleRankUp]),
    ("DEATH", &[EventKind::Death]),
    ("FACILITY_CHARACTER", &[EventKind::PlayerFacilityCapture, EventKind::PlayerFacilityDefend]),
    ("ITEM", &[EventKind::ItemAdded]),
    ("KILL", &[EventKind::Death]),
    ("VEHICLE_DESTROY", &[EventKind::VehicleDestroy]),
];

/// What to request from REST to recover the events of a gap.
///
/// Events of worlds are requested for each world of the gap on which a trigger needs them. Events of characters are
/// requested for the characters to which triggers are limited, because REST has no list of all characters' events.
#[derive(Clone, Debug)]
pub struct Backfill {
    requests: Vec<BackfillRequest>,
    worlds: Scope<WorldId>,
    kinds: KindSet,
    from: Timestamp,
    to: Timestamp,
    omitted_characters: usize,
}

/// One request of a [`Backfill`], for all its pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackfillRequest {
    query: Query,
    to: Timestamp,
}

impl Backfill {
    /// Plans the requests for a closed gap. `worlds` are the worlds to request if the gap concerns all of them.
    #[must_use]
    pub fn new<'a>(gap: &Gap, interests: impl IntoIterator<Item = &'a Interest>, worlds: &[WorldId]) -> Self {
        let to = gap.to.unwrap_or(gap.from);
        let (mut world_kinds, mut wanted_worlds) = (BTreeSet::new(), Scope::none());
        let (mut character_kinds, mut characters) = (BTreeSet::new(), BTreeSet::new());
        for interest in interests {
            let kinds = |types| of_types(types, |kind| gap.kinds.contains(kind) && wants(interest, kind));
            let of_worlds = kinds(WORLD_TYPES);
            if !of_worlds.is_empty() {
                wanted_worlds.extend(&interest.worlds);
                world_kinds.extend(of_worlds);
            }
            if let Scope::Only(ids) = &interest.characters {
                let of_characters = kinds(CHARACTER_TYPES);
                if !of_characters.is_empty() {
                    characters.extend(ids.iter().copied());
                    character_kinds.extend(of_characters);
                }
            }
        }
        let missed_worlds: Vec<_> = match &gap.worlds {
            Scope::All => worlds.to_vec(),
            Scope::Only(worlds) => worlds.iter().copied().collect(),
        };
        let request = |query: Query, types, kinds: &BTreeSet<EventKind>| {
            let query = query.filter("type", any_of(names(types, kinds))).filter("after", Timestamp(gap.from.0 - 1));
            BackfillRequest { query: query.limit(PAGE), to }
        };
        let mut requests = Vec::new();
        if !world_kinds.is_empty() {
            for world in missed_worlds.into_iter().filter(|world| wanted_worlds.contains(world)) {
                let query = Query::of::<WorldEvent>().filter("world_id", world);
                requests.push(request(query, WORLD_TYPES, &world_kinds));
            }
        }
        if !characters.is_empty() && !gap.worlds.is_none() {
            let ids: Vec<CharacterId> = characters.iter().copied().take(MAX_CHARACTERS).collect();
            let query = Query::of::<CharactersEvent>().filter("character_id", any_of(ids));
            requests.push(request(query, CHARACTER_TYPES, &character_kinds));
        }
        let omitted_characters = characters.len().saturating_sub(MAX_CHARACTERS);
        Self { requests, worlds: gap.worlds.clone(), kinds: gap.kinds, from: gap.from, to, omitted_characters }
    }

    /// Returns the requests; none if no trigger needs an event that can be recovered.
    #[must_use]
    pub fn requests(&self) -> &[BackfillRequest] {
        &self.requests
    }

    /// Returns how many characters are not requested because there are more than [`MAX_CHARACTERS`].
    #[must_use]
    pub const fn omitted_characters(&self) -> usize {
        self.omitted_characters
    }

    /// Returns whether an event may have been missed in the gap.
    #[must_use]
    pub fn contains(&self, event: &Event) -> bool {
        self.kinds.contains(event.kind())
            && event.timestamp().is_some_and(|at| (self.from..=self.to).contains(&at))
            && event.world_id().is_some_and(|world| self.worlds.contains(&world))
    }
}

impl BackfillRequest {
    /// The query for the first page, which contains the newest events.
    pub fn first_page(&self) -> Query {
        self.page_until(self.to)
    }

    /// The query for the page after one whose oldest event has this time. The pages overlap by a second.
    pub fn next_page(&self, oldest: Timestamp) -> Query {
        self.page_until(oldest)
    }

    /// Returns whether a page with this number of rows is the last.
    #[must_use]
    pub const fn is_last_page(rows: usize) -> bool {
        rows < PAGE as usize
    }

    /// It is not documented whether `before` and `after` include the time itself, so a second is added on both sides.
    fn page_until(&self, time: Timestamp) -> Query {
        self.query.clone().filter("before", Timestamp(time.0.saturating_add(1)))
    }
}

/// Returns the kinds in a table of types that pass the test.
fn of_types(types: &[(&str, &[EventKind])], test: impl Fn(EventKind) -> bool) -> Vec<EventKind> {
    types.iter().flat_map(|(_, kinds)| *kinds).copied().filter(|&kind| test(kind)).collect()
}

/// Returns the names of the types that contain any of these kinds.
fn names(types: &[(&'static str, &[EventKind])], wanted: &BTreeSet<EventKind>) -> Vec<&'static str> {
    types.iter().filter(|(_, kinds)| kinds.iter().any(|kind| wanted.contains(kind))).map(|(name, _)| *name).collect()
}

fn wants(interest: &Interest, kind: EventKind) -> bool {
    interest.effective().any(|selector| selector.kind().is_none_or(|selected| selected == kind))
}
