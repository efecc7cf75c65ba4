//! The triggers by what they listen to, so that those that do not match cost nothing.
//!
//! It changes by what changed: a trigger that comes or goes costs by the size of its own interest, however many others
//! there are.

use std::{collections::BTreeMap, hash::Hash, iter, sync::Arc};

use auraxis_core::{
    event::{Event, EventClass, EventKind, Selector},
    id::{CharacterId, ExperienceId},
    interest::Interest,
    scope::Scope,
};
use rustc_hash::FxHashMap;

use super::matcher::Offer;

/// The triggers that the dispatcher knows.
pub(crate) struct Index {
    /// By [`EventKind`].
    kinds: Vec<Listeners>,
    /// Where each trigger stands follows from the interest it was put here with.
    placed: FxHashMap<u64, Arc<Interest>>,
}

/// What has become of a trigger since the index was last brought up to date.
pub(crate) enum Change {
    /// It is new, or its interest is.
    Put(Arc<dyn Offer>, Arc<Interest>),
    Removed,
}

/// Changes by the number of their trigger, of which the last counts.
pub(crate) type Changes = BTreeMap<u64, Change>;

/// The triggers that listen to one kind. Each stands in one of the three.
#[derive(Default)]
struct Listeners {
    any: Slots,
    by_character: FxHashMap<CharacterId, Slots>,
    by_experience: FxHashMap<ExperienceId, Slots>,
}

/// A trigger that may want the event.
#[derive(Clone)]
pub(crate) struct Entry {
    number: u64,
    /// Whether every event that is found here passes its selectors.
    exact: bool,
    pub(crate) trigger: Arc<dyn Offer>,
    pub(crate) interest: Arc<Interest>,
}

/// Triggers in the order of their numbers. One that goes leaves an empty slot, so that the others need not move.
#[derive(Default)]
struct Slots {
    slots: Vec<(u64, Option<Entry>)>,
    empty: usize,
}

impl Default for Index {
    fn default() -> Self {
        let kinds = iter::repeat_with(Listeners::default).take(EventKind::COUNT).collect();
        Self { kinds, placed: FxHashMap::default() }
    }
}

impl Index {
    pub(crate) fn apply(&mut self, changes: Changes) {
        for (number, change) in changes {
            if let Some(interest) = self.placed.remove(&number) {
                self.each_place(&interest, &mut |slots, _| slots.remove(number));
            }
            if let Change::Put(trigger, interest) = change {
                self.each_place(&interest, &mut |slots, exact| {
                    let (trigger, interest) = (Arc::clone(&trigger), Arc::clone(&interest));
                    slots.insert(Entry { number, exact, trigger, interest });
                });
                self.placed.insert(number, interest);
            }
        }
    }

    /// The triggers that may want this event, each once.
    pub(crate) fn listeners<'a>(&'a self, event: &'a Event) -> impl Iterator<Item = &'a Entry> {
        let listeners = &self.kinds[event.kind() as usize];
        let by_experience = match event {
            Event::GainExperience(event) => listeners.by_experience.get(&event.experience_id),
            _ => None,
        };
        let mut ids = if listeners.by_character.is_empty() { None } else { Some(event.character_ids()) };
        let mut watching = || listeners.by_character.get(&ids.as_mut()?.next()?);
        let (first, second) = (watching(), watching());
        // Who kills and who dies may be watched by one trigger, which then is found for both.
        let found = move |entry: &&Entry| !first.is_some_and(|first| first.contains(entry.number));
        let second = second.into_iter().flat_map(Slots::iter).filter(found);
        let keyed = by_experience.into_iter().chain(first).flat_map(Slots::iter).chain(second);
        let admits = |entry: &&Entry| entry.exact || entry.interest.selectors.iter().any(|it| it.matches(event));
        listeners.any.iter().chain(keyed).filter(admits)
    }

    /// Visits all slots where a trigger of this interest stands.
    fn each_place(&mut self, interest: &Interest, visit: &mut impl FnMut(&mut Slots, bool)) {
        for kind in wanted(interest) {
            let listeners = &mut self.kinds[kind as usize];
            let all = |selector: &Selector| match selector {
                Selector::Kind(wanted) => *wanted == kind,
                Selector::Everything => kind.class() != EventClass::Signal,
                _ => false,
            };
            let exact = interest.selectors.iter().any(all);
            match (&interest.characters, experiences(interest, kind)) {
                (Scope::Only(characters), _) => visit_each(&mut listeners.by_character, characters, exact, visit),
                (Scope::All, Some(ids)) => visit_each(&mut listeners.by_experience, &ids, true, visit),
                (Scope::All, None) => visit(&mut listeners.any, exact),
            }
        }
    }
}

fn visit_each<'a, K: Copy + Eq + Hash + 'a>(
    map: &mut FxHashMap<K, Slots>,
    keys: impl IntoIterator<Item = &'a K>,
    exact: bool,
    visit: &mut impl FnMut(&mut Slots, bool),
) {
    for key in keys {
        let slots = map.entry(*key).or_default();
        visit(slots, exact);
        if slots.is_empty() {
            map.remove(key);
        }
    }
}

/// The kinds that the selectors may let through.
fn wanted(interest: &Interest) -> impl Iterator<Item = EventKind> {
    let kinds = EventKind::ALL.iter().chain(&[EventKind::Unknown]).chain(EventKind::SIGNALS).copied();
    kinds.filter(|&kind| {
        interest.selectors.iter().any(|selector| match selector.kind() {
            Some(wanted) => wanted == kind,
            None => kind.class() != EventClass::Signal,
        })
    })
}

/// The sorts of experience that are wanted, if it is not all of them.
fn experiences(interest: &Interest, kind: EventKind) -> Option<Vec<ExperienceId>> {
    let of_kind = |selector: &&Selector| selector.kind().is_none_or(|wanted| wanted == kind);
    interest
        .selectors
        .iter()
        .filter(of_kind)
        .map(|selector| match selector {
            Selector::Experience(id) => Some(*id),
            _ => None,
        })
        .collect()
}

impl Slots {
    fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.slots.iter().filter_map(|(_, entry)| entry.as_ref())
    }

    fn is_empty(&self) -> bool {
        self.slots.len() == self.empty
    }

    fn contains(&self, number: u64) -> bool {
        self.at(number).is_ok_and(|at| self.slots[at].1.is_some())
    }

    /// Where the number stands, or where it would.
    fn at(&self, number: u64) -> Result<usize, usize> {
        match self.slots.last() {
            Some(&(last, _)) if last >= number => self.slots.binary_search_by_key(&number, |(number, _)| *number),
            _ => Err(self.slots.len()),
        }
    }

    fn insert(&mut self, entry: Entry) {
        let number = entry.number;
        match self.at(number) {
            Ok(at) => self.empty -= usize::from(self.slots[at].1.replace(entry).is_none()),
            Err(at) => {
                if self.slots.is_empty() {
                    // Most characters are watched by one trigger.
                    self.slots.reserve_exact(1);
                }
                self.slots.insert(at, (number, Some(entry)));
            }
        }
    }

    fn remove(&mut self, number: u64) {
        let Ok(at) = self.at(number) else { return };
        self.empty += usize::from(self.slots[at].1.take().is_some());
        if self.empty > self.slots.len() / 2 {
            self.slots.retain(|(_, entry)| entry.is_some());
            self.empty = 0;
        }
    }
}
