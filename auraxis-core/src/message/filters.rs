//! The subjects that a bot has to receive.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use super::subject::{ROOT, name_token, pattern};
use crate::{
    environment::Environment,
    event::{EventKind, Selector},
    id::WorldId,
    interest::Interest,
    scope::Scope,
};

/// The maximum number of [`filters`].
pub const MAX_FILTERS: usize = 256;

/// A filter: a world and the token of a kind. `None` is all of them.
type Pattern<'a> = (Option<WorldId>, Option<Cow<'a, str>>);

/// Returns the filters of the subjects of all events that the interests admit, except signals: see [`signal_filters`].
///
/// No two of them match the same subject, as a consumer of `JetStream` requires, and there are at most [`MAX_FILTERS`].
/// For that they are widened where necessary, so they can match events that no interest admits: an interest in all
/// kinds on one world and another in one kind on all worlds need all subjects. The filter of all kinds also matches
/// signals and derived events. An interest that no event can pass has no filter.
///
/// ```
/// use auraxis_core::{environment::Environment, event::{Death, Payload}, interest::Interest, message};
///
/// let deaths = Interest::new([Death::selector()]);
/// assert!(message::filters(Environment::Pc, [&deaths]).into_iter().eq(["ps2.ps2.*.Death"]));
/// ```
pub fn filters<'a>(environment: Environment, interests: impl IntoIterator<Item = &'a Interest>) -> BTreeSet<String> {
    let patterns = disjoint(interests.into_iter().flat_map(patterns).collect());
    patterns.into_iter().map(|(world, kind)| pattern(environment, world, kind.as_deref())).collect()
}

/// Returns the filters of the subjects of all signals that [travel](EventKind::travels).
#[must_use]
pub fn signal_filters(environment: Environment) -> BTreeSet<String> {
    let signals = EventKind::SIGNALS.iter().filter(|kind| kind.travels());
    signals.map(|kind| pattern(environment, None, Some(kind.name()))).collect()
}

/// Returns filters that match all subjects that any of these filters matches, as [`filters`] would. A filter that is not
/// one of [`filters`] is ignored.
///
/// ```
/// use auraxis_core::message;
///
/// let merged = message::merge_filters(["ps2.ps2.1.Death", "ps2.ps2.*.Death", "ps2.ps2.17.PlayerLogin"]);
/// assert!(merged.iter().eq(["ps2.ps2.*.Death", "ps2.ps2.17.PlayerLogin"]));
/// ```
pub fn merge_filters<'a>(filters: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let mut environments = BTreeMap::<_, BTreeSet<Pattern<'_>>>::new();
    for (environment, pattern) in filters.into_iter().filter_map(parse) {
        environments.entry(environment).or_default().insert(pattern);
    }
    let filters = environments.into_iter().flat_map(|(environment, patterns)| {
        disjoint(patterns).into_iter().map(move |(world, kind)| pattern(environment, world, kind.as_deref()))
    });
    filters.collect()
}

/// Returns whether a subject matches one of the [`filters`].
#[must_use]
pub fn is_match(filters: &BTreeSet<String>, subject: &str) -> bool {
    let Some((environment, (Some(world), Some(kind)))) = parse(subject) else { return false };
    [(Some(world), Some(&*kind)), (None, Some(&*kind)), (Some(world), None), (None, None)]
        .into_iter()
        .any(|(world, kind)| filters.contains(&pattern(environment, world, kind)))
}

/// Reads a filter or a subject.
fn parse(filter: &str) -> Option<(&str, Pattern<'_>)> {
    let mut tokens = filter.split('.');
    let (root, environment, world, kind) = (tokens.next()?, tokens.next()?, tokens.next()?, tokens.next()?);
    let is_whole = root == ROOT && tokens.next().is_none();
    let world = if world == "*" { None } else { Some(world.parse().ok()?) };
    let kind = (kind != "*").then_some(kind.into());
    is_whole.then_some((environment, (world, kind)))
}

fn patterns(interest: &Interest) -> impl Iterator<Item = Pattern<'_>> {
    let worlds: Vec<_> = match &interest.worlds {
        Scope::All => vec![None],
        Scope::Only(worlds) => worlds.iter().copied().map(Some).collect(),
    };
    interest.reachable().flat_map(move |selector| {
        let kind = kind(selector);
        worlds.clone().into_iter().map(move |world| (world, kind.clone()))
    })
}

fn kind(selector: &Selector) -> Option<Cow<'_, str>> {
    match (selector, selector.kind()) {
        (Selector::Named(name), _) => Some(name_token(name).into()),
        // An unknown event has the token of its name.
        (_, Some(EventKind::Unknown) | None) => None,
        (_, Some(kind)) => Some(kind.name().into()),
    }
}

/// Widens the patterns until no two of them overlap, and there are not too many.
fn disjoint(mut patterns: BTreeSet<Pattern<'_>>) -> BTreeSet<Pattern<'_>> {
    reduce(&mut patterns);
    if patterns.len() > MAX_FILTERS {
        patterns = patterns.into_iter().map(|(_, kind)| (None, kind)).collect();
        reduce(&mut patterns);
    }
    if patterns.len() > MAX_FILTERS {
        patterns = [(None, None)].into();
    }
    patterns
}

/// Removes what another pattern contains. All kinds on some worlds and some kinds on all worlds overlap, and only the
/// pattern of everything contains both.
fn reduce(patterns: &mut BTreeSet<Pattern<'_>>) {
    let any_kind = patterns.iter().any(|(_, kind)| kind.is_none());
    let any_world = patterns.iter().any(|(world, _)| world.is_none());
    if any_kind && any_world {
        *patterns = [(None, None)].into();
        return;
    }
    let wide: BTreeSet<_> =
        patterns.iter().filter(|(world, kind)| world.is_none() || kind.is_none()).cloned().collect();
    patterns.retain(|(world, kind)| {
        let is_contained = wide.contains(&(*world, None)) || wide.contains(&(None, kind.clone()));
        world.is_none() || kind.is_none() || !is_contained
    });
}
