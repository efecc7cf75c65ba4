//! The integrity of the links: what they deliver, miss, and deliver twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use auraxis_core::{
    event::{
        Event,
        signal::{Connected, Disconnected, GapCause, SubscriptionDrift},
    },
    id::WorldId,
    server_state::Drift,
    stream::{Merge, Verdict, health::Change},
    subscription::Subscription,
    time::Timestamp,
};
use tokio::time::Instant;

use super::{
    gaps::{Gaps, Missing},
    link_health::{self, LinkHealth},
};
use crate::source::ProbeStep;

/// The seed of the fingerprints of events, which are compared within one client only.
const SEED: u64 = 0x6175_7261_7869_7300;

/// Where and when a frame was received.
#[derive(Clone, Copy, Debug)]
pub(super) struct Receipt {
    pub(super) link: u32,
    /// Unique among the connections of the client.
    pub(super) connection: u32,
    pub(super) at: Instant,
    /// The same by the local clock.
    pub(super) local: Timestamp,
}

/// All links of a client.
#[derive(Debug)]
pub(super) struct Links {
    gaps: Gaps,
    /// How much the server's clock is ahead of the local clock, in seconds, by the last event.
    clock_offset: i64,
    up: BTreeSet<u32>,
    drifting: BTreeSet<u32>,
    /// The health of each link, unless the sources are not links to the event stream.
    health: Option<BTreeMap<u32, LinkHealth>>,
    /// Set if several links carry the same events.
    merge: Option<Merge>,
    started_at: Instant,
}

impl Links {
    pub(super) fn new() -> Self {
        Self {
            gaps: Gaps::default(),
            clock_offset: 0,
            up: BTreeSet::new(),
            drifting: BTreeSet::new(),
            health: None,
            merge: None,
            started_at: Instant::now(),
        }
    }

    /// Watches the links for silence. If they are redundant, merges their events.
    pub(super) fn watch(&mut self, are_redundant: bool) {
        self.health = Some(BTreeMap::new());
        self.merge = are_redundant.then(Merge::default);
    }

    /// Returns whether any link is watched for silence.
    pub(super) fn needs_check(&self) -> bool {
        self.health.iter().flatten().any(|(_, health)| health.is_up())
    }

    /// Learns from a received event. Returns whether it is new.
    pub(super) fn observe(&mut self, event: &Event, receipt: Receipt) -> bool {
        if let Some(timestamp) = event.timestamp() {
            self.clock_offset = timestamp.0 - receipt.local.0;
        }
        if let Some(health) = self.health.as_mut().and_then(|links| links.get_mut(&receipt.link)) {
            health.event(event, receipt.at);
        }
        let Some(merge) = &mut self.merge else { return true };
        let now_ms = i64::try_from((receipt.at - self.started_at).as_millis()).unwrap_or(i64::MAX);
        let verdict = merge.arrive(event.fingerprint(SEED), event.can_have_twins(), receipt.connection, now_ms);
        verdict != Verdict::Duplicate
    }

    pub(super) fn connected(&mut self, receipt: Receipt, count: u64, subscription: &Subscription) -> Vec<Event> {
        let Receipt { link, at, local, .. } = receipt;
        self.up.insert(link);
        self.drifting.remove(&link);
        if let Some(links) = &mut self.health {
            links.entry(link).or_insert_with(|| LinkHealth::new(at)).connected(at, subscription);
        }
        let mut signals = vec![Connected::new(local, count).into()];
        // Another link may have reported the gap, when it was the last one.
        for link in self.links() {
            signals.extend(self.close_gaps(local, link, GapCause::Disconnected));
        }
        signals.extend(self.close_gaps(local, link, GapCause::Drift));
        signals
    }

    pub(super) fn disconnected(
        &mut self,
        receipt: Receipt,
        reason: Arc<str>,
        last_heard: Option<Timestamp>,
        is_final: bool,
        subscription: &Subscription,
    ) -> Vec<Event> {
        let Receipt { link, at, local, .. } = receipt;
        let was_up = self.up.remove(&link);
        if let Some(health) = self.health.as_mut().and_then(|links| links.get_mut(&link)) {
            health.disconnected(at);
        }
        let mut signals = vec![Disconnected::new(local, reason, last_heard).into()];
        if was_up && !is_final && !subscription.is_empty() && !self.another_delivers(link) {
            let missing = Missing::all_of(subscription);
            signals.extend(self.open_gap(local, link, missing, last_heard.unwrap_or(local), GapCause::Disconnected));
        }
        signals
    }

    pub(super) fn drifted(
        &mut self,
        receipt: Receipt,
        drift: Drift,
        since: Timestamp,
        subscription: &Subscription,
    ) -> Vec<Event> {
        let Receipt { link, local, .. } = receipt;
        let Drift { missing, extra, characters, .. } = drift;
        let counts = characters.map(|(requested, reported)| format!(", {reported} of {requested} characters"));
        tracing::warn!(
            "the server's subscription has changed; missing: {missing}{}; extra: {extra}; repairing it",
            counts.unwrap_or_default()
        );
        self.drifting.insert(link);
        let gap = Missing::of_lists(&missing, subscription);
        let mut signals = vec![SubscriptionDrift::new(local, link, Box::new(missing), Box::new(extra)).into()];
        if !self.another_delivers(link) {
            signals.extend(self.open_gap(local, link, gap, since, GapCause::Drift));
        }
        signals
    }

    pub(super) fn repaired(&mut self, receipt: Receipt) -> Vec<Event> {
        tracing::info!("the server's subscription is complete again");
        self.drifting.remove(&receipt.link);
        self.close_gaps(receipt.local, receipt.link, GapCause::Drift)
    }

    /// Logs what was dropped as duplicates.
    pub(super) fn log_totals(&self) {
        let Some(stats) = self.merge.as_ref().map(Merge::stats) else { return };
        tracing::info!("the redundant links delivered {} duplicates, which were dropped", stats.duplicates);
        if stats.evicted > 0 {
            tracing::warn!("{} events were forgotten early; their duplicates could not be dropped", stats.evicted);
        }
    }

    /// Updates what the links should deliver.
    pub(super) fn expect(&mut self, subscription: &Subscription) {
        for (_, health) in self.health.iter_mut().flatten() {
            health.expect(subscription);
        }
    }

    pub(super) fn set_online(&mut self, world: WorldId, online: bool) {
        for (_, health) in self.health.iter_mut().flatten() {
            health.set_online(world, online);
        }
    }

    /// Checks for silence. Returns signals, and the steps that links have to take.
    pub(super) fn check(
        &mut self,
        now: Instant,
        local: Timestamp,
        subscription: &Subscription,
    ) -> (Vec<Event>, Vec<(u32, ProbeStep)>) {
        let event_time = self.event_time(local);
        let (mut signals, mut steps) = (Vec::new(), Vec::new());
        let mut changes = Vec::new();
        for (&link, health) in self.health.iter_mut().flatten().filter(|(_, health)| health.is_up()) {
            let (found, step) = health.check(now);
            changes.extend(found.into_iter().map(|change| (link, change)));
            steps.extend(step.map(|step| (link, step)));
        }
        for (link, change) in changes {
            match change {
                Change::Silent(silence) => {
                    let links = self.health.iter().flatten();
                    let (siblings, own): (Vec<_>, Vec<_>) = links.partition(|(other, _)| **other != link);
                    let Some((_, own)) = own.first() else { continue };
                    let since = own.began_at(&silence, now, event_time);
                    let missing = link_health::missing(&silence, subscription);
                    tracing::warn!("silent since {since}: {} of {}", missing.kinds, missing.worlds.of("worlds"));
                    if siblings.iter().any(|(_, sibling)| sibling.delivers(&silence, own)) {
                        continue;
                    }
                    let gap = self.gaps.open(local, link, missing, since, GapCause::Silence);
                    signals.extend(gap.map(Event::from));
                }
                Change::Recovered(silence) | Change::Withdrawn(silence) => {
                    let missing = link_health::missing(&silence, subscription);
                    let lost = |_: &Missing| Some(silence.expected_lost);
                    let is_over = |it: &Missing| *it == missing;
                    let closed = self.gaps.close(local, event_time, link, GapCause::Silence, is_over, lost);
                    signals.extend(closed.into_iter().map(Event::from));
                }
            }
        }
        (signals, steps)
    }

    /// Returns whether a link other than this one is up and has its whole subscription.
    fn another_delivers(&self, link: u32) -> bool {
        self.merge.is_some() && self.up.iter().any(|other| *other != link && !self.drifting.contains(other))
    }

    fn links(&self) -> Vec<u32> {
        match &self.health {
            Some(links) => links.keys().copied().collect(),
            None => self.up.iter().copied().collect(),
        }
    }

    /// Returns a time of the local clock in event time.
    fn event_time(&self, local: Timestamp) -> Timestamp {
        Timestamp(local.0.saturating_add(self.clock_offset))
    }

    fn open_gap(
        &mut self,
        local: Timestamp,
        link: u32,
        missing: Missing,
        last_good: Timestamp,
        cause: GapCause,
    ) -> Option<Event> {
        let last_good = self.event_time(last_good);
        self.gaps.open(local, link, missing, last_good, cause).map(Event::from)
    }

    fn close_gaps(&mut self, local: Timestamp, link: u32, cause: GapCause) -> Vec<Event> {
        let to = self.event_time(local);
        self.gaps.close(local, to, link, cause, |_| true, |_| None).into_iter().map(Event::from).collect()
    }
}
