//! The assignment of interests to links.

use std::{collections::BTreeMap, sync::Arc};

use crate::{cover::Cover, interest::Interest, subscription::Subscription};

/// The cost of a connection, in unwanted events per second: about five percent of a full stream.
const CONNECTION: f64 = 10.0;

/// The interests of all triggers, spread over links.
///
/// One connection has one subscription, and the server sends the *product* of its lists: with all
/// deaths and the experience of one squad on the same connection, it sends all experience. A `Plan` spreads the interests
/// over a few links, so that few unwanted events are received.
///
/// - Each interest is on exactly one link, whose [`Cover`] admits everything that the interest admits. So no
///   event that a trigger wants is missing.
/// - An interest is added to the link whose expected [rate](Cover::rate) it raises least, or to an unused link if that is
///   cheaper. A connection costs as much as ten events per second.
/// - An interest stays on its link until it is removed, even if it changes. So adding and removing triggers does not move
///   others, and no event is missed in between.
///
/// ```
/// use auraxis_core::{event::{Death, GainExperience, Payload}, id::CharacterId, interest::Interest, stream::Plan};
///
/// let mut plan = Plan::new(4);
/// plan.insert(1, Interest::new([Death::selector()]).into());
/// let squad = [CharacterId(5), CharacterId(6)].into_iter().collect();
/// plan.insert(2, Interest { characters: squad, ..Interest::new([GainExperience::selector()]) }.into());
/// assert_eq!(plan.links().count(), 2, "the experience of everybody is not wanted");
/// ```
#[derive(Clone, Debug)]
pub struct Plan {
    links: Vec<PlannedLink>,
    placed: BTreeMap<u64, usize>,
    generation: u64,
}

/// One link of a [`Plan`].
#[derive(Clone, Debug, Default)]
pub struct PlannedLink {
    cover: Cover,
    interests: BTreeMap<u64, Arc<Interest>>,
}

impl Plan {
    /// Creates a plan for at most this many links, but at least one.
    #[must_use]
    pub fn new(links: usize) -> Self {
        Self { links: vec![PlannedLink::default(); links.max(1)], placed: BTreeMap::new(), generation: 0 }
    }

    /// Adds an interest with this key, or replaces the interest with this key.
    pub fn insert(&mut self, key: u64, interest: Arc<Interest>) {
        let at = match self.placed.get(&key) {
            Some(&at) => at,
            None => self.cheapest(&interest),
        };
        self.placed.insert(key, at);
        let link = &mut self.links[at];
        let before = link.cover.generation();
        link.cover.add(&interest);
        if let Some(replaced) = link.interests.insert(key, interest) {
            link.cover.remove(&replaced);
        }
        self.generation += u64::from(link.cover.generation() != before);
    }

    /// Removes the interest with this key. Returns whether it existed.
    pub fn remove(&mut self, key: u64) -> bool {
        let Some(at) = self.placed.remove(&key) else { return false };
        let link = &mut self.links[at];
        let before = link.cover.generation();
        if let Some(interest) = link.interests.remove(&key) {
            link.cover.remove(&interest);
        }
        self.generation += u64::from(link.cover.generation() != before);
        true
    }

    /// Returns the links that are needed, with their indices.
    pub fn links(&self) -> impl Iterator<Item = (usize, &PlannedLink)> {
        self.links.iter().enumerate().filter(|(_, link)| link.is_needed())
    }

    /// Returns all links, including those that are not needed.
    #[must_use]
    pub fn all_links(&self) -> &[PlannedLink] {
        &self.links
    }

    /// Returns a number that changes whenever the subscription of a link changes, or whether the link is needed.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    fn cheapest(&mut self, interest: &Interest) -> usize {
        let alone = {
            let mut cover = Cover::default();
            cover.add(interest);
            cover.rate()
        };
        let cost = |link: &mut PlannedLink| {
            if link.interests.is_empty() {
                return alone + CONNECTION;
            }
            let rate = link.cover.rate();
            link.cover.rate_with(interest) - rate
        };
        // The first of equally cheap links.
        let mut cheapest = (0, f64::INFINITY);
        for (at, link) in self.links.iter_mut().enumerate() {
            let cost = cost(link);
            if cost < cheapest.1 {
                cheapest = (at, cost);
            }
        }
        cheapest.0
    }
}

impl PlannedLink {
    /// Returns whether the link is needed: some interest requires a connection.
    #[must_use]
    pub const fn is_needed(&self) -> bool {
        self.cover.needs_link()
    }

    /// Returns the subscription of the link.
    #[must_use]
    pub fn subscription(&self) -> Subscription {
        self.cover.subscription()
    }

    /// Returns the keys of the link's interests.
    pub fn keys(&self) -> impl Iterator<Item = u64> {
        self.interests.keys().copied()
    }

    /// Returns the expected number of events per second on a busy evening.
    #[must_use]
    pub fn expected(&self) -> f64 {
        self.cover.rate()
    }

    /// Returns a lower bound of the number of [expected](Self::expected) events per second that no trigger wants.
    #[must_use]
    pub fn surplus(&self) -> f64 {
        let wanted = self.interests.values().map(|interest| {
            let mut cover = Cover::default();
            cover.add(interest);
            cover.rate()
        });
        (self.cover.rate() - wanted.sum::<f64>()).max(0.0)
    }
}
