//! The integrity of the links: what they deliver, miss, and deliver twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
    time::Duration,
};

use auraxis_core::{
    event::{
        Event,
        signal::{Connected, Disconnected, Gap, GapCause, SubscriptionDrift},
    },
    frame::Frame,
    id::WorldId,
    server_state::Drift,
    stream::{Holes, Merge, Verdict, health::Change},
    subscription::Subscription,
    time::Timestamp,
};
use tokio::time::Instant;

use super::{
    gaps::{Gaps, Missing, SilenceKey},
    health::Health,
    link_health::{self, LinkHealth},
    recent_lag::RecentLag,
};
use crate::{
    dispatch::registry::Requirements,
    source::{BatchItem, ProbeStep},
};

/// The seed of the fingerprints of events, which are compared within one client only.
const SEED: u64 = 0x6175_7261_7869_7300;

/// How many seconds before its last frame the last event of a link proves that nothing was missing. After that, silence
/// is reported if it is unusual.
const MAX_UNPROVEN: i64 = 30;

/// Events that are more than this many seconds ahead of the server's clock show no holes.
const MAX_EARLY: i64 = 2;

/// How long two connections deliver the same events at most, when one replaces the other. Frames arrive up to a few
/// seconds late.
const MAX_HANDOVER: Duration = Duration::from_secs(10);

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
    /// How much event time is ahead of the local clock, in seconds, at least and at most.
    clock_offset: (i64, i64),
    lag: RecentLag,
    /// The open connections of the links that are up. A link has several while one replaces another.
    up: BTreeMap<u32, BTreeSet<u32>>,
    /// The links whose new connection has not taken over yet.
    handovers: BTreeMap<u32, Handover>,
    drifting: BTreeSet<u32>,
    /// What each planned link should carry.
    planned: Vec<Arc<Requirements>>,
    /// The number of links that carry the same subscription.
    redundancy: u32,
    /// The health of each link, unless the sources are not links to the event stream.
    health: Option<BTreeMap<u32, LinkHealth>>,
    /// Recognizes duplicates, unless the sources are not links to the event stream.
    merge: Option<Merge>,
    /// The fingerprints of the events of a batch.
    fingerprints: Vec<u64>,
    /// Short silences of each planned link.
    holes: Vec<Holes>,
    /// Whether to recognize what several links of a recording have received.
    is_replay: bool,
    started_at: Instant,
    /// The time of the last received event, and the same in milliseconds since the start: most are received together.
    now: (Instant, u64),
}

/// A connection that takes over when it and the one that it replaces have both delivered an event, or when time is up.
#[derive(Clone, Copy, Debug)]
struct Handover {
    connection: u32,
    deadline: Instant,
}

impl Links {
    pub(super) fn new() -> Self {
        let started_at = Instant::now();
        Self {
            gaps: Gaps::default(),
            clock_offset: (0, 0),
            lag: RecentLag::default(),
            up: BTreeMap::new(),
            handovers: BTreeMap::new(),
            drifting: BTreeSet::new(),
            planned: Vec::new(),
            redundancy: 1,
            health: None,
            merge: None,
            fingerprints: Vec::new(),
            holes: Vec::new(),
            is_replay: false,
            started_at,
            now: (started_at, 0),
        }
    }

    /// Watches the links for silence, and merges their events. Each subscription is carried by this many links.
    pub(super) fn watch(&mut self, redundancy: u32) {
        self.redundancy = redundancy;
        self.health = Some(BTreeMap::new());
        self.merge = Some(Merge::default());
    }

    /// Merges the events of a recording of several links. What one link has received twice was written twice, so it is
    /// not dropped.
    pub(super) fn replay(&mut self) {
        self.is_replay = true;
    }

    /// Returns whether any link is watched for silence.
    pub(super) fn needs_check(&self) -> bool {
        self.health.iter().flatten().any(|(_, health)| health.is_up())
    }

    /// Returns the index of the planned link that this link carries. Sources that are not links to the event stream
    /// carry everything.
    pub(super) fn planned(&self, link: u32) -> usize {
        if self.health.is_some() { (link / self.redundancy) as usize } else { 0 }
    }

    pub(super) fn is_up(&self, link: u32) -> bool {
        self.up.contains_key(&link)
    }

    /// Returns whether the link is up even without this connection.
    pub(super) fn has_another_connection(&self, receipt: Receipt) -> bool {
        self.up.get(&receipt.link).is_some_and(|open| open.iter().any(|other| *other != receipt.connection))
    }

    /// Sets how much event time is ahead of the local clock, in seconds, at least and at most.
    pub(super) const fn set_clock_offset(&mut self, offset: (i64, i64)) {
        self.clock_offset = offset;
    }

    /// Decides which events of a batch are new. All at once, because each look at the memory of earlier events would
    /// otherwise delay what follows.
    pub(super) fn merge(&mut self, items: &mut [BatchItem], receipt: Receipt) {
        // Several links of a recording carry the same events.
        if self.is_replay && self.up.keys().any(|link| *link != receipt.link) {
            self.merge.get_or_insert_default();
        }
        let now_ms = i64::try_from(self.millis(receipt.at)).unwrap_or(i64::MAX);
        let Some(merge) = &mut self.merge else { return };
        self.fingerprints.clear();
        self.fingerprints.extend(events(items).map(|(event, _)| event.fingerprint(SEED)));
        self.fingerprints.iter().for_each(|fingerprint| merge.prefetch(*fingerprint));
        for ((event, verdict), fingerprint) in events(items).zip(&self.fingerprints) {
            let can_have_twins = self.is_replay || event.can_have_twins();
            *verdict = merge.arrive(*fingerprint, can_have_twins, receipt.connection, now_ms);
        }
    }

    /// Learns from a received event.
    pub(super) fn observe(&mut self, event: &Event, receipt: Receipt) {
        if self.now.0 != receipt.at {
            self.now = (receipt.at, self.millis(receipt.at));
        }
        let now_ms = self.now.1;
        if let Some(timestamp) = event.timestamp() {
            self.lag.event(timestamp, receipt.local, now_ms);
            self.observe_time(event.world_id(), timestamp, receipt, now_ms);
        }
        if let Some(health) = self.health.as_mut().and_then(|links| links.get_mut(&receipt.link)) {
            health.event(event, now_ms, receipt.local);
        }
    }

    /// Records the time of an event of a link that delivers whole worlds: fewer characters pause together.
    fn observe_time(&mut self, world: Option<WorldId>, timestamp: Timestamp, receipt: Receipt, now_ms: u64) {
        if self.health.is_none() {
            return;
        }
        let at = self.planned(receipt.link);
        let latest = receipt.local.0.saturating_add(self.clock_offset.1).saturating_add(MAX_EARLY);
        let Some(requirements) = self.planned.get(at) else { return };
        let Subscription { characters, worlds, characters_and_worlds, .. } = &requirements.subscription;
        let is_wide = characters.is_all() && (worlds.is_all() || !characters_and_worlds);
        if let Some(holes) = self.holes.get_mut(at).filter(|_| is_wide && timestamp.0 <= latest) {
            holes.event(world, timestamp, now_ms);
        }
    }

    pub(super) fn connected(&mut self, receipt: Receipt, count: u64) -> Vec<Event> {
        let Receipt { link, connection, at, local } = receipt;
        let connections = self.up.entry(link).or_default();
        let is_handover = !connections.is_empty();
        connections.insert(connection);
        self.drifting.remove(&link);
        let mut signals = self.close_gaps(local, link, GapCause::Drift);
        if is_handover {
            self.handovers.insert(link, Handover { connection, deadline: at + MAX_HANDOVER });
            return signals;
        }
        let requirements = self.requirements(link);
        let now_ms = self.millis(at);
        if let Some(links) = &mut self.health {
            links.entry(link).or_insert_with(|| LinkHealth::new(at, now_ms)).connected(at, &requirements.subscription);
        }
        signals.insert(0, Connected::new(local, count).into());
        // Another link may have reported the gap, when it was the last one.
        for link in self.siblings(link) {
            signals.extend(self.close_gaps(local, link, GapCause::Disconnected));
        }
        signals
    }

    pub(super) fn disconnected(
        &mut self,
        receipt: Receipt,
        reason: Arc<str>,
        last_heard: Option<Timestamp>,
        is_final: bool,
    ) -> Vec<Event> {
        let Receipt { link, connection, at, local } = receipt;
        self.handovers.retain(|_, handover| handover.connection != connection);
        let was_up = self.up.contains_key(&link);
        if let Some(connections) = self.up.get_mut(&link) {
            connections.remove(&connection);
            if !connections.is_empty() {
                tracing::info!("another connection has replaced the one that was closed: {reason}");
                return Vec::new();
            }
            self.up.remove(&link);
        }
        if let Some(health) = self.health.as_mut().and_then(|links| links.get_mut(&link)) {
            health.disconnected(at);
        }
        let mut signals = vec![Disconnected::new(local, reason, last_heard).into()];
        let requirements = self.requirements(link);
        let subscription = &requirements.subscription;
        if was_up && !is_final && !subscription.is_empty() && !self.another_delivers(link) {
            let missing = Missing::all_of(subscription);
            let last_good = self.last_good(link, last_heard.unwrap_or(local));
            signals.extend(self.open_gap(local, link, missing, last_good, GapCause::Disconnected));
        }
        signals
    }

    /// Returns whether a duplicate shows that this connection has taken over from the one that it replaces, which has
    /// delivered the event too.
    pub(super) fn takes_over(&mut self, event: &Event, receipt: Receipt) -> bool {
        let Receipt { link, connection, .. } = receipt;
        if self.handovers.get(&link).is_none_or(|it| it.connection != connection) || self.drifting.contains(&link) {
            return false;
        }
        let others = self.up.get(&link).into_iter().flatten().filter(|other| **other != connection);
        let fingerprint = event.fingerprint(SEED);
        let merge = self.merge.as_ref();
        let is_done = others.into_iter().any(|other| merge.is_some_and(|it| it.has_arrived(fingerprint, *other)));
        if is_done {
            self.handovers.remove(&link);
        }
        is_done
    }

    /// Returns the links whose new connection takes over because time is up, and this connection.
    pub(super) fn take_overdue_handovers(&mut self, now: Instant) -> Vec<(u32, u32)> {
        let overdue = self.handovers.extract_if(.., |_, handover| handover.deadline <= now);
        overdue.map(|(link, handover)| (link, handover.connection)).collect()
    }

    pub(super) fn drifted(&mut self, receipt: Receipt, drift: Drift, since: Timestamp) -> Vec<Event> {
        let Receipt { link, local, .. } = receipt;
        let Drift { missing, extra, characters, flag } = drift;
        let counts = characters.map(|(requested, reported)| format!(", {reported} of {requested} characters"));
        tracing::warn!(
            "the server's subscription has changed; missing: {missing}{}; extra: {extra}; repairing it",
            counts.unwrap_or_default()
        );
        let requirements = self.requirements(link);
        let gap = Missing::of_lists(&missing, &requirements.subscription);
        // More than requested is unwanted, but nothing is missing.
        let lacks = !missing.is_empty() || flag || characters.is_some_and(|(requested, reported)| reported < requested);
        if lacks {
            self.drifting.insert(link);
        }
        let mut signals = vec![SubscriptionDrift::new(local, link, Box::new(missing), Box::new(extra)).into()];
        if lacks && requirements.link && !self.another_delivers(link) {
            signals.extend(self.open_gap(local, link, gap, since, GapCause::Drift));
        }
        signals
    }

    pub(super) fn repaired(&mut self, receipt: Receipt) -> Vec<Event> {
        tracing::info!("the server's subscription is complete again");
        self.drifting.remove(&receipt.link);
        self.close_gaps(receipt.local, receipt.link, GapCause::Drift)
    }

    /// Completes the gap of events that the program dropped, whose times are those of their receipt.
    pub(super) fn dropped(&mut self, gap: Gap) -> Gap {
        let offset = self.clock_offset;
        let (lag, lead) = (self.lag.seconds(), self.lag.lead_seconds());
        self.gaps.dropped(gap, |local| event_time(local, offset, lag, lead))
    }

    /// Counts a gap that another process has reported.
    pub(super) fn relayed(&mut self, gap: &Gap) {
        self.gaps.relayed(gap);
    }

    /// Logs what was dropped as duplicates.
    pub(super) fn log_totals(&self) {
        let Some(stats) = self.merge.as_ref().map(Merge::stats) else { return };
        if stats.duplicates > 0 {
            tracing::info!("{} duplicates were dropped", stats.duplicates);
        }
        if stats.evicted > 0 {
            tracing::warn!("{} events were forgotten early; their duplicates could not be dropped", stats.evicted);
        }
    }

    /// Returns whether any trigger needs this link; `None` for sources that are not links to the event stream.
    pub(super) fn is_needed(&self, link: u32) -> Option<bool> {
        self.health.as_ref().map(|_| self.requirements(link).link)
    }

    /// Returns the links of each subscription that a trigger needs; none for sources that are not links to the event
    /// stream.
    pub(super) fn needed(&self) -> Vec<Range<u32>> {
        let firsts = (0..).step_by(self.redundancy as usize).zip(&self.planned);
        let needed = firsts.filter(|(_, requirements)| self.health.is_some() && requirements.link);
        needed.map(|(first, _)| first..first + self.redundancy).collect()
    }

    /// Adds duplicates, gaps, drift and silence to a snapshot.
    pub(super) fn add_to(&self, health: &mut Health, local: Timestamp) {
        let merged = self.merge.as_ref().map(Merge::stats).unwrap_or_default();
        (health.duplicates, health.ambiguous, health.evicted) = (merged.duplicates, merged.ambiguous, merged.evicted);
        (health.open_gaps, health.gaps) = (self.gaps.open_gaps(local), self.gaps.counts);
        for link in &mut health.links {
            link.is_drifting = self.drifting.contains(&link.number) && self.is_up(link.number);
        }
        // A world is silent unless any link delivers it.
        let mut silent = BTreeMap::new();
        let links = self.health.iter().flatten().filter(|(_, health)| health.is_up());
        for (world, is_silent) in links.flat_map(|(_, health)| health.silent_worlds()) {
            *silent.entry(world).or_insert(true) &= is_silent;
        }
        for (world, _) in silent.into_iter().filter(|(_, is_silent)| *is_silent) {
            health.world(world).is_silent = true;
        }
    }

    /// Updates what the planned links should deliver. Returns signals: what no trigger needs any more is not missing.
    pub(super) fn expect(&mut self, planned: &[Arc<Requirements>], local: Timestamp) -> Vec<Event> {
        for (at, requirements) in planned.iter().enumerate() {
            if self.planned.get(at).is_none_or(|before| before.subscription != requirements.subscription)
                && let Some(holes) = self.holes.get_mut(at)
            {
                *holes = Holes::default();
            }
        }
        self.holes.resize_with(planned.len(), Holes::default);
        self.planned = planned.to_vec();
        let mut unneeded = Vec::new();
        for (link, health) in self.health.iter_mut().flatten() {
            if let Some(requirements) = planned.get((link / self.redundancy) as usize) {
                health.expect(&requirements.subscription);
                unneeded.extend((!requirements.link).then_some(*link));
            }
        }
        let causes = [GapCause::Disconnected, GapCause::Drift, GapCause::Silence];
        let closed = unneeded.into_iter().flat_map(|link| causes.map(|cause| self.close_gaps(local, link, cause)));
        closed.flatten().collect()
    }

    pub(super) fn set_online(&mut self, world: WorldId, online: bool) {
        for (_, health) in self.health.iter_mut().flatten() {
            health.set_online(world, online);
        }
    }

    /// Checks for silence. Returns signals, and the steps that links have to take. Links that are not read are left out.
    pub(super) fn check(
        &mut self,
        now: Instant,
        local: Timestamp,
        is_held: impl Fn(u32) -> bool,
    ) -> (Vec<Event>, Vec<(u32, ProbeStep)>) {
        let (earliest, latest) = self.event_time(local);
        let (mut signals, mut steps) = (Vec::new(), Vec::new());
        let mut lost = BTreeMap::new();
        let mut checked = Vec::new();
        for (&link, health) in self.health.iter_mut().flatten().filter(|(_, health)| health.is_up()) {
            if is_held(link) {
                health.hold(now);
                continue;
            }
            let (changes, step) = health.check(now);
            steps.extend(step.map(|step| (link, step)));
            checked.push(link);
            for change in changes {
                if let Change::Recovered(silence) | Change::Withdrawn(silence) = change {
                    lost.insert((link, link_health::key(&silence)), silence.expected_lost);
                }
            }
        }
        for link in checked {
            let gaps = self.update_silence(link, now, local, (earliest, latest), &lost);
            self.record_interruptions(link, &gaps);
            signals.extend(gaps.into_iter().map(Event::from));
        }
        signals.extend(self.take_holes(now, local));
        (signals, steps)
    }

    /// Opens gaps for silences of a link that no other link delivers, and closes those of silences that are over.
    fn update_silence(
        &mut self,
        link: u32,
        now: Instant,
        local: Timestamp,
        (earliest, latest): (Timestamp, Timestamp),
        lost: &BTreeMap<(u32, SilenceKey), f64>,
    ) -> Vec<Gap> {
        let Some(own) = self.health.as_ref().and_then(|links| links.get(&link)) else { return Vec::new() };
        let requirements = self.requirements(link);
        let silences: Vec<_> = own.silences().collect();
        let is_over = |key: Option<SilenceKey>| !silences.iter().any(|silence| Some(link_health::key(silence)) == key);
        let lost = |key: Option<SilenceKey>| lost.get(&(link, key?)).copied();
        let mut gaps = self.gaps.close(local, latest, link, GapCause::Silence, is_over, lost);
        for silence in silences.iter().filter(|_| requirements.link) {
            let delivers = |other: u32| {
                let other = self.health.as_ref().and_then(|links| links.get(&other));
                other.is_some_and(|other| other.delivers(silence, own))
            };
            if self.siblings(link).any(|other| other != link && delivers(other)) {
                continue;
            }
            let missing = link_health::missing(silence, &requirements.subscription);
            let since = own.began_at(silence, now, earliest);
            let (kinds, worlds) = (missing.kinds, missing.worlds.clone());
            let gap = self.gaps.open(local, link, missing, since, GapCause::Silence, Some(link_health::key(silence)));
            if gap.is_some() {
                tracing::warn!("silent since {since}: {kinds} of {}", worlds.of("worlds"));
            }
            gaps.extend(gap);
        }
        gaps
    }

    /// Returns gaps for short silences that the timestamps of later events show.
    fn take_holes(&mut self, now: Instant, local: Timestamp) -> Vec<Event> {
        let now_ms = self.millis(now);
        let Self { holes, planned, gaps, .. } = self;
        let found = holes.iter_mut().zip(planned).flat_map(|(holes, requirements)| {
            let Missing { worlds, kinds } = Missing::all_of(&requirements.subscription);
            holes.check(now_ms).into_iter().map(move |hole| {
                let worlds = hole.world.map_or_else(|| worlds.clone(), |world| [world].into_iter().collect());
                (Missing { worlds, kinds }, hole)
            })
        });
        let reported = found.filter_map(|(missing, hole)| gaps.report(local, missing, hole));
        reported.map(Event::from).collect()
    }

    /// Records gaps of everything that a link should deliver, beside which single worlds may be silent too.
    fn record_interruptions(&mut self, link: u32, gaps: &[Gap]) {
        let all = Missing::all_of(&self.requirements(link).subscription);
        let at = self.planned(link);
        let Some(holes) = self.holes.get_mut(at) else { return };
        for gap in gaps.iter().filter(|gap| gap.worlds == all.worlds && gap.kinds == all.kinds) {
            gap.to.into_iter().for_each(|to| holes.interrupted(gap.from, to));
        }
    }

    fn millis(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.started_at).as_millis()).unwrap_or(u64::MAX)
    }

    /// Returns the time up to which nothing is missing on a link that last received a frame at `heard`: that of the last
    /// event, because frames that are not events prove nothing. A longer silence was reported, or is usual.
    fn last_good(&self, link: u32, heard: Timestamp) -> Timestamp {
        let last_event = self.health.as_ref().and_then(|links| links.get(&link)?.last_event());
        last_event.map_or(heard, |last| last.max(Timestamp(heard.0.saturating_sub(MAX_UNPROVEN))).min(heard))
    }

    /// Returns whether a link other than this one carries the same subscription, is up, and has its whole subscription.
    fn another_delivers(&self, link: u32) -> bool {
        let is_silent = |link: u32| {
            let health = self.health.as_ref().and_then(|links| links.get(&link));
            health.is_some_and(|health| health.silences().next().is_some())
        };
        let delivers = |link: u32| self.is_up(link) && !self.drifting.contains(&link) && !is_silent(link);
        self.siblings(link).any(|other| other != link && delivers(other))
    }

    /// Returns the links that carry the same subscription as this one, with this one.
    fn siblings(&self, link: u32) -> impl Iterator<Item = u32> + use<> {
        let first = link - link % self.redundancy;
        first..=first.saturating_add(self.redundancy - 1)
    }

    fn requirements(&self, link: u32) -> Arc<Requirements> {
        self.planned.get(self.planned(link)).cloned().unwrap_or_default()
    }

    fn event_time(&self, local: Timestamp) -> (Timestamp, Timestamp) {
        event_time(local, self.clock_offset, self.lag.seconds(), self.lag.lead_seconds())
    }

    fn open_gap(
        &mut self,
        local: Timestamp,
        link: u32,
        missing: Missing,
        last_good: Timestamp,
        cause: GapCause,
    ) -> Option<Event> {
        let (last_good, _) = self.event_time(last_good);
        self.gaps.open(local, link, missing, last_good, cause, None).map(Event::from)
    }

    fn close_gaps(&mut self, local: Timestamp, link: u32, cause: GapCause) -> Vec<Event> {
        let (_, to) = self.event_time(local);
        let gaps = self.gaps.close(local, to, link, cause, |_| true, |_| None);
        self.record_interruptions(link, &gaps);
        gaps.into_iter().map(Event::from).collect()
    }
}

/// Returns the earliest and the latest time of an event that is received at this time of the local clock.
fn event_time(local: Timestamp, (at_least, at_most): (i64, i64), lag: i64, lead: i64) -> (Timestamp, Timestamp) {
    let (earliest, latest) = (at_least.min(-lag), at_most.max(lead));
    (Timestamp(local.0.saturating_add(earliest)), Timestamp(local.0.saturating_add(latest)))
}

/// Returns the events of a batch, and their verdicts.
fn events(items: &mut [BatchItem]) -> impl Iterator<Item = (&Event, &mut Verdict)> {
    items.iter_mut().filter_map(|item| match item {
        BatchItem::Frame { frame: Frame::Event(event), verdict, .. } => Some((&*event, verdict)),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
