//! The triggers by what they listen to, so that those that do not match cost nothing.

use std::{hash::Hash, iter, sync::Arc};

use auraxis_core::{
    event::{Event, EventClass, EventKind, Selector},
    id::{CharacterId, ExperienceId},
    interest::Interest,
    scope::Scope,
};
use rustc_hash::FxHashMap;

use crate::active::Offer;

type Listener = Arc<dyn Offer>;

/// The triggers of one moment.
pub(crate) struct Index {
    pub(crate) version: u64,
    /// By [`EventKind`].
    kinds: Vec<Listeners>,
}

/// The triggers that listen to one kind. Each stands in one of the three.
#[derive(Default)]
struct Listeners {
    any: Vec<Listener>,
    by_character: Lookup<CharacterId>,
    by_experience: Lookup<ExperienceId>,
}

/// Triggers by a key. The list is one piece of memory, however many keys there are.
struct Lookup<K> {
    ranges: FxHashMap<K, (u32, u32)>,
    entries: Vec<Entry>,
}

struct Entry {
    /// Tells triggers apart. The entries of a key rise.
    number: u32,
    listener: Listener,
}

impl Index {
    pub(crate) fn new(version: u64, triggers: Vec<Listener>) -> Self {
        let mut kinds: Vec<Listeners> = iter::repeat_with(Listeners::default).take(EventKind::COUNT).collect();
        let mut by_character: Vec<_> = iter::repeat_with(Vec::new).take(EventKind::COUNT).collect();
        let mut by_experience = Vec::new();
        for (number, trigger) in (0..).zip(triggers) {
            let entry = || Entry { number, listener: Arc::clone(&trigger) };
            let interest = trigger.meta().interest.load_full();
            for kind in wanted(&interest) {
                match (&interest.characters, experiences(&interest, kind)) {
                    (Scope::Only(characters), _) => {
                        by_character[kind as usize].extend(characters.iter().map(|&id| (id, entry())));
                    }
                    (Scope::All, Some(experiences)) => {
                        by_experience.extend(experiences.into_iter().map(|id| (id, entry())));
                    }
                    (Scope::All, None) => kinds[kind as usize].any.push(Arc::clone(&trigger)),
                }
            }
        }
        for (kind, entries) in kinds.iter_mut().zip(by_character) {
            kind.by_character = Lookup::new(entries);
        }
        kinds[EventKind::GainExperience as usize].by_experience = Lookup::new(by_experience);
        Self { version, kinds }
    }

    /// The triggers that may want this event, each once.
    pub(crate) fn listeners<'a>(&'a self, event: &Event) -> impl Iterator<Item = &'a Listener> {
        let listeners = &self.kinds[event.kind() as usize];
        let by_experience = match event {
            Event::GainExperience(event) => listeners.by_experience.get(event.experience_id),
            _ => &[],
        };
        let mut ids = event.character_ids();
        let mut watching = || ids.next().map_or(&[][..], |id| listeners.by_character.get(id));
        let (first, second) = (watching(), watching());
        // Who kills and who dies may be watched by one trigger, which then is found for both.
        let found = |entry: &Entry| first.binary_search_by_key(&entry.number, |other| other.number).is_ok();
        let second = second.iter().filter(move |entry| !found(entry));
        let keyed = by_experience.iter().chain(first).chain(second).map(|entry| &entry.listener);
        listeners.any.iter().chain(keyed)
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

impl<K: Copy + Ord + Hash> Lookup<K> {
    /// The entries stand in the order of their numbers.
    fn new(mut entries: Vec<(K, Entry)>) -> Self {
        entries.sort_by_key(|(key, _)| *key);
        let mut ranges = FxHashMap::default();
        for (at, (key, _)) in entries.iter().enumerate() {
            let at = u32::try_from(at).expect("fewer than four billion entries fit into memory");
            ranges.entry(*key).or_insert((at, at)).1 = at + 1;
        }
        Self { ranges, entries: entries.into_iter().map(|(_, entry)| entry).collect() }
    }

    fn get(&self, key: K) -> &[Entry] {
        match self.ranges.get(&key) {
            Some(&(from, to)) => &self.entries[from as usize..to as usize],
            None => &[],
        }
    }
}

impl<K> Default for Lookup<K> {
    fn default() -> Self {
        Self { ranges: FxHashMap::default(), entries: Vec::new() }
    }
}
