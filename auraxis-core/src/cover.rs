//! The union of many interests, updated incrementally.
//!
//! A [`Cover`] counts how often each value is wanted, so the cost of adding or removing an [`Interest`] depends only on
//! the size of that interest. Its [`subscription`](Cover::subscription) admits all events that the interests want, and
//! few others.
//!
//! It is shaped by the server's rules, see [`Subscription::admits`]:
//! - An event about a character is sent by character, in any world, unless the flag requires both. So worlds limit such
//!   events only if every interest in them is limited to some worlds.
//! - A login is sent by character or by world, so it is requested by the narrower of the two.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    event::{EventClass, EventKind, Selector, rates},
    id::{CharacterId, WorldId},
    interest::Interest,
    scope::Scope,
    subscription::Subscription,
};

/// The union of a changing set of [`Interest`]s.
///
/// ```
/// use auraxis_core::{cover::Cover, event::{Death, Payload}, interest::Interest};
///
/// let deaths = Interest::new([Death::selector()]);
/// let mut cover = Cover::default();
/// cover.add(&deaths);
/// let generation = cover.generation();
/// cover.add(&deaths);
/// assert_eq!(cover.generation(), generation, "nothing new is wanted");
/// cover.remove(&deaths);
/// cover.remove(&deaths);
/// assert!(cover.subscription().is_empty());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Cover {
    /// Kinds and everything; experiences; names. There can be many of the last two, but the selectors of each are alike.
    selectors: [BTreeMap<Selector, usize>; 3],
    /// Characters of events about characters.
    characters: Tally<CharacterId>,
    /// Worlds of events about characters: a limit, unless an interest wants all worlds.
    limits: Tally<WorldId>,
    /// Worlds of events about worlds.
    worlds: Tally<WorldId>,
    /// Characters of logins that are wanted by character.
    login_characters: Tally<CharacterId>,
    /// Worlds of logins of any character. They only matter if not all characters are subscribed anyway.
    login_worlds: Tally<WorldId>,
    /// Number of interests that need a link.
    links: usize,
    generation: u64,
}

impl Cover {
    /// Adds an interest. Interests are counted: one that is added twice must be removed twice.
    pub fn add(&mut self, interest: &Interest) {
        self.count(interest, Step::Up);
    }

    /// Removes one occurrence of an interest that was [added](Self::add).
    pub fn remove(&mut self, interest: &Interest) {
        self.count(interest, Step::Down);
    }

    /// Returns the subscription: it admits every event that any of the interests admits.
    ///
    /// The order in which the interests were added does not matter.
    #[must_use]
    pub fn subscription(&self) -> Subscription {
        let shape = self.shape();
        let mut characters = self.characters.scope();
        characters.extend(&self.login_characters.scope());
        let mut worlds = self.worlds.scope();
        for tally in self.additional_worlds(shape) {
            worlds.extend(&tally.scope());
        }
        let events = self.selectors.iter().flat_map(BTreeMap::keys).filter(|selector| shape.names(selector));
        Subscription {
            events: if shape.everything { BTreeSet::from([Selector::Everything]) } else { events.cloned().collect() },
            characters,
            worlds,
            characters_and_worlds: shape.limited,
        }
    }

    /// Returns a number that changes exactly when [`subscription`](Self::subscription) or
    /// [`needs_link`](Self::needs_link) changes.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// Returns `true` if a connection is needed: for events, or for signals about connections that need no
    /// subscription, such as [`Connected`](crate::event::Connected).
    #[must_use]
    pub const fn needs_link(&self) -> bool {
        self.links > 0
    }

    /// How many events per second the subscription is expected to bring in a full evening.
    #[must_use]
    pub fn rate(&self) -> f64 {
        let shape = self.shape();
        let number = |count: usize| u32::try_from(count).map_or(f64::INFINITY, f64::from);
        let fraction = |all: bool, count: usize, of: f64| if all { 1.0 } else { (number(count) / of).min(1.0) };
        let characters = self.characters.values.len() + self.login_characters.values.len();
        let by_character = fraction(shape.all_characters, characters, rates::CHARACTERS);
        let worlds: usize =
            self.worlds.values.len() + self.additional_worlds(shape).map(|it| it.values.len()).sum::<usize>();
        let by_world = fraction(shape.all_worlds, worlds, rates::WORLDS);
        let about_characters = if shape.limited { by_character * by_world } else { by_character };
        let of_class = |class, rate: f64| match class {
            EventClass::Character | EventClass::Attack => rate * about_characters,
            EventClass::Login => rate * by_character.max(by_world),
            EventClass::World => rate * by_world,
            EventClass::Unknown => rate * about_characters.max(by_world),
            EventClass::Derived | EventClass::Signal => 0.0,
        };
        if shape.everything {
            return EventKind::ALL.iter().map(|&kind| of_class(kind.class(), rates::of(kind))).sum();
        }
        let [kinds, alike @ ..] = &self.selectors;
        let groups = alike.iter().filter_map(|group| Some((group.keys().next()?, group.len())));
        let named = kinds.keys().map(|kind| (kind, 1)).chain(groups).filter(|(selector, _)| shape.names(selector));
        named.map(|(it, count)| number(count) * of_class(it.class(), rates::of_selector(it))).sum()
    }

    /// The [`rate`](Self::rate) that there would be with one more interest.
    pub(crate) fn rate_with(&mut self, interest: &Interest) -> f64 {
        let generation = self.generation;
        self.add(interest);
        let rate = self.rate();
        self.remove(interest);
        self.generation = generation;
        rate
    }

    fn count(&mut self, interest: &Interest, step: Step) {
        let before = self.covered(interest);
        if interest.needs_link() {
            step.count(&mut self.links);
        }
        let (mut by_character, mut by_world, mut by_login) = (false, false, false);
        for selector in interest.effective() {
            let selector = selector.subscribed();
            step.count_in(&mut self.selectors[group(&selector)], &selector);
            match selector.class() {
                EventClass::Character | EventClass::Attack => by_character = true,
                EventClass::World => by_world = true,
                EventClass::Login => by_login = true,
                EventClass::Unknown => {
                    by_character = true;
                    by_world |= interest.characters.is_all();
                }
                EventClass::Derived | EventClass::Signal => {}
            }
        }
        if by_character {
            self.characters.count(&interest.characters, step);
            self.limits.count(&interest.worlds, step);
        }
        if by_world {
            self.worlds.count(&interest.worlds, step);
        }
        if by_login {
            match &interest.characters {
                Scope::All => self.login_worlds.count(&interest.worlds, step),
                characters @ Scope::Only(_) => self.login_characters.count(characters, step),
            }
        }
        self.generation += u64::from(self.covered(interest) != before);
    }

    fn shape(&self) -> Shape {
        let all_characters = self.characters.all > 0;
        let all_worlds = self.worlds.all > 0 || (!all_characters && self.login_worlds.all > 0);
        let everything = self.has(&Selector::Everything);
        let all_experience = self.has(&Selector::Kind(EventKind::GainExperience));
        Shape {
            everything,
            all_experience: all_experience && !everything,
            all_characters,
            all_worlds,
            limited: self.limits.all == 0 && !self.limits.values.is_empty() && !all_worlds,
        }
    }

    fn has(&self, selector: &Selector) -> bool {
        self.selectors[group(selector)].contains_key(selector)
    }

    /// The worlds that are wanted besides those of events about worlds.
    fn additional_worlds(&self, shape: Shape) -> impl Iterator<Item = &Tally<WorldId>> {
        let limits = (self.limits.all == 0).then_some(&self.limits);
        limits.into_iter().chain((!shape.all_characters).then_some(&self.login_worlds))
    }

    /// How much of what this interest mentions is part of the subscription.
    ///
    /// While the shape stays the same, adding an interest only adds to the subscription and removing it only removes
    /// from it, and only what the interest mentions. So if this value has not changed, neither has the subscription.
    fn covered(&self, interest: &Interest) -> (Shape, usize, bool) {
        let shape = self.shape();
        let mut covered = 0;
        if !shape.everything {
            let is_subscribed = |selector: &Selector| shape.names(selector) && self.has(selector);
            covered += interest.effective().filter(|selector| is_subscribed(&selector.subscribed())).count();
        }
        if let (false, Scope::Only(ids)) = (shape.all_characters, &interest.characters) {
            let is_subscribed = |id: &&CharacterId| self.characters.has(id) || self.login_characters.has(id);
            covered += ids.iter().filter(is_subscribed).count();
        }
        if let (false, Scope::Only(ids)) = (shape.all_worlds, &interest.worlds) {
            let is_subscribed =
                |id: &&WorldId| self.worlds.has(id) || self.additional_worlds(shape).any(|tally| tally.has(id));
            covered += ids.iter().filter(is_subscribed).count();
        }
        (shape, covered, self.needs_link())
    }
}

/// The index of the selectors that are counted together with this one.
const fn group(selector: &Selector) -> usize {
    match selector {
        Selector::Kind(_) | Selector::Everything => 0,
        Selector::Experience(_) => 1,
        Selector::Named(_) | Selector::Custom(_) => 2,
    }
}

/// The flags that decide which counts matter.
#[derive(Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // Each is one of the server's rules.
struct Shape {
    everything: bool,
    all_experience: bool,
    all_characters: bool,
    all_worlds: bool,
    /// Events about characters are limited to the subscribed worlds.
    limited: bool,
}

impl Shape {
    /// Whether the selector has to be named because no other one includes it.
    fn names(self, selector: &Selector) -> bool {
        !(self.everything || (self.all_experience && matches!(selector, Selector::Experience(_))))
    }
}

/// How often each value is wanted, and how often all of them are.
#[derive(Clone, Debug)]
struct Tally<T> {
    all: usize,
    values: BTreeMap<T, usize>,
}

impl<T> Default for Tally<T> {
    fn default() -> Self {
        Self { all: 0, values: BTreeMap::new() }
    }
}

impl<T: Ord + Clone> Tally<T> {
    fn count(&mut self, scope: &Scope<T>, step: Step) {
        match scope {
            Scope::All => step.count(&mut self.all),
            Scope::Only(values) => {
                for value in values {
                    step.count_in(&mut self.values, value);
                }
            }
        }
    }

    fn has(&self, value: &T) -> bool {
        self.values.contains_key(value)
    }

    fn scope(&self) -> Scope<T> {
        if self.all > 0 { Scope::All } else { self.values.keys().cloned().collect() }
    }
}

#[derive(Clone, Copy)]
enum Step {
    Up,
    Down,
}

impl Step {
    fn count(self, count: &mut usize) {
        match self {
            Self::Up => *count += 1,
            Self::Down => {
                debug_assert!(*count > 0, "removed an interest that was never added");
                *count = count.saturating_sub(1);
            }
        }
    }

    fn count_in<T: Ord + Clone>(self, counts: &mut BTreeMap<T, usize>, value: &T) {
        if let Some(count) = counts.get_mut(value) {
            self.count(count);
            if *count == 0 {
                counts.remove(value);
            }
        } else if let Self::Up = self {
            counts.insert(value.clone(), 1);
        }
    }
}

impl Subscription {
    /// Returns a subscription that admits every event that any of the interests admits, and few others.
    ///
    /// The order of the interests does not matter. A [`Cover`] updates it incrementally.
    pub fn covering<'a>(interests: impl IntoIterator<Item = &'a Interest>) -> Self {
        let mut cover = Cover::default();
        for interest in interests {
            cover.add(interest);
        }
        cover.subscription()
    }
}
