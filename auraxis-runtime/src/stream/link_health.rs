//! Silence of a link: what should arrive over it, and what to do if it does not.

use std::time::Duration;

use auraxis_core::{
    event::{Event, EventKind, Selector},
    id::WorldId,
    scope::Scope,
    stream::health::{Blame, Change, Coverage, Expected, Health, Level, Silence, TrafficClass, WorldState},
    subscription::Subscription,
    time::Timestamp,
};
use tokio::time::Instant;

use super::gaps::{Missing, SilenceKey};
use crate::source::ProbeStep;

/// How long a step against silence is given before the next one.
const STEP: Duration = Duration::from_secs(10);

/// The delays between reconnections because of the same silence grow up to this.
const MAX_DELAY: Duration = Duration::from_mins(15);

/// The health of a link, and the steps that are taken against silence.
#[derive(Debug)]
pub(super) struct LinkHealth {
    health: Health,
    started_at: Instant,
    /// The same in milliseconds, by the clock of [`event`](Self::event).
    started_ms: u64,
    /// Since when the link is down.
    down_since: Option<Instant>,
    next_step: Option<(Instant, ProbeStep)>,
    delay: Duration,
    /// When the last event was received, by the local clock.
    last_event: Option<Timestamp>,
    /// Since when the link has not been read, because a trigger is full.
    held_since: Option<Instant>,
}

impl LinkHealth {
    pub(super) fn new(now: Instant, now_ms: u64) -> Self {
        Self {
            health: Health::new(),
            started_at: now,
            started_ms: now_ms,
            down_since: Some(now),
            next_step: None,
            delay: 6 * STEP,
            last_event: None,
            held_since: None,
        }
    }

    pub(super) fn connected(&mut self, now: Instant, subscription: &Subscription) {
        if let Some(since) = self.down_since.take() {
            self.health.not_listening(millis(now - since));
        }
        self.expect(subscription);
    }

    pub(super) fn disconnected(&mut self, now: Instant) {
        self.down_since.get_or_insert(now);
    }

    pub(super) const fn is_up(&self) -> bool {
        self.down_since.is_none()
    }

    pub(super) fn expect(&mut self, subscription: &Subscription) {
        self.health.expect(expected(subscription));
    }

    pub(super) fn set_online(&mut self, world: WorldId, online: bool) {
        self.health.set_online(world, online);
    }

    /// Returns the worlds that should deliver, and whether they are silent.
    pub(super) fn silent_worlds(&self) -> impl Iterator<Item = (WorldId, bool)> {
        self.health.worlds().into_iter().filter_map(|known| match known.state {
            WorldState::Delivering => Some((known.world?, false)),
            WorldState::Silent(_) => Some((known.world?, true)),
            _ => None,
        })
    }

    pub(super) const fn last_event(&self) -> Option<Timestamp> {
        self.last_event
    }

    pub(super) fn event(&mut self, event: &Event, now_ms: u64, local: Timestamp) {
        self.last_event = Some(local);
        if let (Some(world), Some(class)) = (event.world_id(), TrafficClass::of(event.kind())) {
            self.health.event(world, class, now_ms.saturating_sub(self.started_ms));
        }
    }

    pub(super) fn silences(&self) -> impl Iterator<Item = Silence> {
        self.health.silences()
    }

    /// Records that the link is not read.
    pub(super) fn hold(&mut self, now: Instant) {
        self.held_since.get_or_insert(now);
    }

    /// Checks for silence. Returns what has changed, and the next step to take against it.
    pub(super) fn check(&mut self, now: Instant) -> (Vec<Change>, Option<ProbeStep>) {
        if let Some(since) = self.held_since.take() {
            self.health.not_listening(millis(now - since));
        }
        let changes = self.health.check(millis(now - self.started_at));
        if !self.health.silences().any(|silence| silence.level == Level::Act) {
            (self.next_step, self.delay) = (None, 6 * STEP);
            return (changes, None);
        }
        let (at, step) = *self.next_step.get_or_insert((now, ProbeStep::Verify));
        if now < at {
            return (changes, None);
        }
        self.next_step = Some(match step {
            ProbeStep::Verify => (now + STEP, ProbeStep::Resubscribe),
            ProbeStep::Resubscribe => (now + STEP, ProbeStep::Reconnect),
            ProbeStep::Reconnect => {
                self.delay = (2 * self.delay).min(MAX_DELAY);
                (now + self.delay, ProbeStep::Verify)
            }
        });
        (changes, Some(step))
    }

    /// Returns whether this link delivers what is silent on another one.
    pub(super) fn delivers(&self, silence: &Silence, other: &Self) -> bool {
        // The clocks of both start with their links.
        let mut silence = *silence;
        let offset = millis(self.started_at.saturating_duration_since(other.started_at));
        silence.since_ms = silence.since_ms.saturating_sub(offset);
        self.is_up() && silence.blame([&self.health]) == Blame::Link
    }

    /// Returns the time when a silence began, in event time.
    pub(super) fn began_at(&self, silence: &Silence, now: Instant, clock: Timestamp) -> Timestamp {
        let ago = millis(now - self.started_at).saturating_sub(silence.since_ms) / 1_000;
        Timestamp(clock.0.saturating_sub_unsigned(ago))
    }
}

/// Returns what identifies a silence.
pub(super) fn key(silence: &Silence) -> SilenceKey {
    let mut classes = silence.classes.iter();
    let first = classes.next();
    (silence.world, first.filter(|_| classes.next().is_none()))
}

/// Returns what a silence makes miss, of what is subscribed.
pub(super) fn missing(silence: &Silence, subscription: &Subscription) -> Missing {
    let Missing { worlds, kinds } = Missing::all_of(subscription);
    // Rare classes are never silent by themselves, but they are missing where several others are.
    let is_silent = |kind: &EventKind| {
        let class = TrafficClass::of(*kind);
        class.is_none_or(|class| silence.classes.contains(class) || silence.classes.iter().count() > 1)
    };
    let kinds = if kinds.is_all() && silence.classes.iter().count() > 1 {
        kinds
    } else {
        kinds.iter().filter(is_silent).collect()
    };
    Missing { worlds: silence.world.map_or(worlds, |world| [world].into_iter().collect()), kinds }
}

/// Returns what a link should deliver.
fn expected(subscription: &Subscription) -> Vec<Expected> {
    let mut expected = Vec::new();
    for class in TrafficClass::ALL {
        let Some(coverage) = coverage(subscription, class) else { continue };
        let by_world = subscription.characters_and_worlds || class == TrafficClass::World;
        let by_login = class == TrafficClass::Login && !subscription.characters.is_all();
        match &subscription.worlds {
            Scope::Only(worlds) if by_world || (by_login && !worlds.is_empty()) => {
                expected.extend(worlds.iter().map(|&world| Expected { world: Some(world), class, coverage }));
            }
            _ => expected.push(Expected { world: None, class, coverage }),
        }
    }
    expected
}

/// Returns how much of a class is subscribed.
fn coverage(subscription: &Subscription, class: TrafficClass) -> Option<Coverage> {
    let of_class = |selector: &&Selector| match selector {
        Selector::Everything => true,
        selector => selector.kind().and_then(TrafficClass::of) == Some(class),
    };
    let mut selectors = subscription.events.iter().filter(of_class).peekable();
    selectors.peek()?;
    let is_whole = match class {
        TrafficClass::Experience => selectors.any(|it| !matches!(it, Selector::Experience(_))),
        TrafficClass::Attack => {
            selectors.any(|it| matches!(it, Selector::Everything | Selector::Kind(EventKind::Death)))
        }
        _ => false,
    };
    let all_worlds_of_logins = class == TrafficClass::Login && !subscription.worlds.is_none();
    Some(match &subscription.characters {
        _ if class == TrafficClass::World || all_worlds_of_logins => Coverage::Part,
        Scope::All if is_whole => Coverage::Whole,
        Scope::All => Coverage::Part,
        Scope::Only(characters) if characters.is_empty() => return None,
        Scope::Only(characters) => Coverage::Characters(u32::try_from(characters.len()).unwrap_or(u32::MAX)),
    })
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
