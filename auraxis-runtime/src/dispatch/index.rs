//! An index of triggers by kind, character and experience, so that triggers that do not match cost nothing.
//!
//! Updates are incremental: the cost of adding or removing a trigger depends on the size of its own interest, not on the
//! number of other triggers.

use std::{collections::BTreeMap, hash::Hash, iter, sync::Arc};

use auraxis_core::{
    derived::Trackers,
    event::{Event, EventKind, Selector},
    id::{CharacterId, ExperienceId},
    interest::Interest,
    scope::Scope,
};
use rustc_hash::FxHashMap;

use super::matcher::AnyTrigger;

/// The triggers of the dispatcher.
pub(crate) struct Index {
    /// By [`EventKind`].
    kinds: Vec<Listeners>,
    /// The interest that each trigger was indexed with, which determines the slots it is in.
    interests: FxHashMap<u64, Arc<Interest>>,
}

/// A change of a trigger since the last update of the index.
pub(crate) enum Change {
    /// The trigger is new or has a new interest.
    Put(Arc<dyn AnyTrigger>, Arc<Interest>),
    Removed,
}

/// The latest change of each changed trigger, by trigger number.
pub(crate) type Changes = BTreeMap<u64, Change>;

/// The triggers that listen to one kind. Each trigger is in one of the three fields.
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
    /// Whether every event for which this entry is found passes the trigger's selectors.
    exact: bool,
    pub(crate) trigger: Arc<dyn AnyTrigger>,
    pub(crate) interest: Arc<Interest>,
}

/// Triggers in the order of their numbers. A removed trigger leaves an empty slot, so that the others need not move.
#[derive(Default)]
struct Slots {
    slots: Vec<(u64, Option<Entry>)>,
    empty: usize,
}

impl Default for Index {
    fn default() -> Self {
        let kinds = iter::repeat_with(Listeners::default).take(EventKind::COUNT).collect();
        Self { kinds, interests: FxHashMap::default() }
    }
}

impl Index {
    /// Applies the changes, and passes them to the trackers of derived events.
    pub(crate) fn apply(&mut self, changes: Changes, mut trackers: Option<&mut Trackers>) {
        for (number, change) in changes {
            let replaced = self.interests.remove(&number);
            if let Some(interest) = &replaced {
                self.visit_slots(interest, &mut |slots, _| slots.remove(number));
            }
            // First, so that what a changed interest still wants is not forgotten.
            if let (Change::Put(_, interest), Some(trackers)) = (&change, &mut trackers) {
                trackers.add(interest);
            }
            if let (Some(interest), Some(trackers)) = (&replaced, &mut trackers) {
                trackers.remove(interest);
            }
            if let Change::Put(trigger, interest) = change {
                self.visit_slots(&interest, &mut |slots, exact| {
                    let (trigger, interest) = (Arc::clone(&trigger), Arc::clone(&interest));
                    slots.insert(Entry { number, exact, trigger, interest });
                });
                self.interests.insert(number, interest);
            }
        }
    }

    /// Calls `offer` with each trigger that may want this event, once. An iterator over them would be so large that moving
    /// it takes a tenth of the time of an event.
    pub(crate) fn for_each_listener(&self, event: &Event, mut offer: impl FnMut(&Entry)) {
        let listeners = &self.kinds[event.kind() as usize];
        let mut offer = |entry: &Entry| {
            if entry.exact || entry.interest.selectors.iter().any(|selector| selector.matches(event)) {
                offer(entry);
            }
        };
        listeners.any.iter().for_each(&mut offer);
        if let Event::GainExperience(event) = event
            && let Some(slots) = listeners.by_experience.get(&event.experience_id)
        {
            slots.iter().for_each(&mut offer);
        }
        if listeners.by_character.is_empty() {
            return;
        }
        let mut ids = event.character_ids();
        let mut next_slots = || listeners.by_character.get(&ids.next()?);
        let (first, second) = (next_slots(), next_slots());
        first.into_iter().flat_map(Slots::iter).for_each(&mut offer);
        // A trigger that filters by both the killer and the victim is called only once.
        let is_new = |entry: &&Entry| !first.is_some_and(|first| first.contains(entry.number));
        second.into_iter().flat_map(Slots::iter).filter(is_new).for_each(&mut offer);
    }

    /// Visits all slots that a trigger with this interest belongs to.
    fn visit_slots(&mut self, interest: &Interest, visit: &mut impl FnMut(&mut Slots, bool)) {
        for kind in selected_kinds(interest) {
            let listeners = &mut self.kinds[kind as usize];
            let selects_all = |selector: &Selector| match selector {
                Selector::Kind(wanted) => *wanted == kind,
                Selector::Everything => kind.is_from_game(),
                _ => false,
            };
            let exact = interest.selectors.iter().any(selects_all);
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

/// Returns the kinds of events that can pass the selectors.
fn selected_kinds(interest: &Interest) -> impl Iterator<Item = EventKind> {
    let kinds = EventKind::ALL.iter().chain(&[EventKind::Unknown]).chain(EventKind::SIGNALS).chain(EventKind::DERIVED);
    kinds.copied().filter(|&kind| {
        interest.selectors.iter().any(|selector| match selector.kind() {
            Some(wanted) => wanted == kind,
            None => kind.is_from_game(),
        })
    })
}

/// Returns the experience ids that are selected, or `None` if any other event of the kind is selected too.
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
        self.position(number).is_ok_and(|at| self.slots[at].1.is_some())
    }

    /// Returns the position of the number, or as an error where to insert it.
    fn position(&self, number: u64) -> Result<usize, usize> {
        match self.slots.last() {
            Some(&(last, _)) if last >= number => self.slots.binary_search_by_key(&number, |(number, _)| *number),
            _ => Err(self.slots.len()),
        }
    }

    fn insert(&mut self, entry: Entry) {
        let number = entry.number;
        match self.position(number) {
            Ok(at) => self.empty -= usize::from(self.slots[at].1.replace(entry).is_none()),
            Err(at) => {
                if self.slots.is_empty() {
                    // Most characters have a single trigger.
                    self.slots.reserve_exact(1);
                }
                self.slots.insert(at, (number, Some(entry)));
            }
        }
    }

    fn remove(&mut self, number: u64) {
        let Ok(at) = self.position(number) else { return };
        self.empty += usize::from(self.slots[at].1.take().is_some());
        if self.empty > self.slots.len() / 2 {
            self.slots.retain(|(_, entry)| entry.is_some());
            self.empty = 0;
        }
    }
}
