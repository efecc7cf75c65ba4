//! The integrity of the links: what they deliver, miss, and deliver twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use auraxis_core::{
    event::{
        Event,
        signal::{Connected, Disconnected, Gap, GapCause, SubscriptionDrift},
    },
    id::WorldId,
    server_state::Drift,
    stream::{Merge, Verdict, health::Change},
    time::Timestamp,
};
use tokio::time::Instant;

use super::{
    gaps::{Gaps, Missing},
    health::Health,
    link_health::{self, LinkHealth},
    recent_lag::RecentLag,
};
use crate::{dispatch::registry::Requirements, source::ProbeStep};

/// The seed of the fingerprints of events, which are compared within one client only.
const SEED: u64 = 0x6175_7261_7869_7300;

/// How many seconds before its last frame the last event of a link proves that nothing was missing. After that, silence
/// is reported if it is unusual.
const MAX_UNPROVEN: i64 = 30;

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
    /// Whether to recognize what several links of a recording have received.
    is_replay: bool,
    started_at: Instant,
}

/// A connection that takes over when it and the one that it replaces have both delivered an event, or when time is up.
#[derive(Clone, Copy, Debug)]
struct Handover {
    connection: u32,
    deadline: Instant,
}

impl Links {
    pub(super) fn new() -> Self {
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
            is_replay: false,
            started_at: Instant::now(),
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

    /// Learns from a received event.
    pub(super) fn observe(&mut self, event: &Event, receipt: Receipt) -> Verdict {
        if let Some(timestamp) = event.timestamp() {
            self.lag.event(timestamp, receipt.local, receipt.at);
        }
        if let Some(health) = self.health.as_mut().and_then(|links| links.get_mut(&receipt.link)) {
            health.event(event, receipt.at, receipt.local);
        }
        let Some(merge) = &mut self.merge else { return Verdict::New };
        let now_ms = i64::try_from((receipt.at - self.started_at).as_millis()).unwrap_or(i64::MAX);
        let can_have_twins = self.is_replay || event.can_have_twins();
        merge.arrive(event.fingerprint(SEED), can_have_twins, receipt.connection, now_ms)
    }

    pub(super) fn connected(&mut self, receipt: Receipt, count: u64) -> Vec<Event> {
        let Receipt { link, connection, at, local } = receipt;
        let connections = self.up.entry(link).or_default();
        let is_handover = !connections.is_empty();
        connections.insert(connection);
        if self.is_replay && self.up.len() > 1 {
            self.merge.get_or_insert_default();
        }
        self.drifting.remove(&link);
        let mut signals = self.close_gaps(local, link, GapCause::Drift);
        if is_handover {
            self.handovers.insert(link, Handover { connection, deadline: at + MAX_HANDOVER });
            return signals;
        }
        let requirements = self.requirements(link);
        if let Some(links) = &mut self.health {
            links.entry(link).or_insert_with(|| LinkHealth::new(at)).connected(at, &requirements.subscription);
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

    /// Returns whether a duplicate shows that this connection has taken over from the one that it replaces.
    pub(super) fn takes_over(&mut self, receipt: Receipt) -> bool {
        let is_done = self.handovers.get(&receipt.link).is_some_and(|it| it.connection == receipt.connection)
            && !self.drifting.contains(&receipt.link);
        if is_done {
            self.handovers.remove(&receipt.link);
        }
        is_done
    }

    /// Returns the links whose new connection takes over because time is up.
    pub(super) fn take_overdue_handovers(&mut self, now: Instant) -> Vec<u32> {
        self.handovers.extract_if(.., |_, handover| handover.deadline <= now).map(|(link, _)| link).collect()
    }

    pub(super) fn drifted(&mut self, receipt: Receipt, drift: Drift, since: Timestamp) -> Vec<Event> {
        let Receipt { link, local, .. } = receipt;
        let Drift { missing, extra, characters, .. } = drift;
        let counts = characters.map(|(requested, reported)| format!(", {reported} of {requested} characters"));
        tracing::warn!(
            "the server's subscription has changed; missing: {missing}{}; extra: {extra}; repairing it",
            counts.unwrap_or_default()
        );
        self.drifting.insert(link);
        let gap = Missing::of_lists(&missing, &self.requirements(link).subscription);
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

    /// Completes the gap of events that the program dropped, whose times are those of their receipt.
    pub(super) fn dropped(&mut self, gap: Gap) -> Gap {
        let offset = self.clock_offset;
        let lag = self.lag.seconds();
        self.gaps.dropped(gap, |local| event_time(local, offset, lag))
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

    /// Updates what the planned links should deliver.
    pub(super) fn expect(&mut self, planned: &[Arc<Requirements>]) {
        self.planned = planned.to_vec();
        for (link, health) in self.health.iter_mut().flatten() {
            if let Some(requirements) = planned.get((link / self.redundancy) as usize) {
                health.expect(&requirements.subscription);
            }
        }
    }

    pub(super) fn set_online(&mut self, world: WorldId, online: bool) {
        for (_, health) in self.health.iter_mut().flatten() {
            health.set_online(world, online);
        }
    }

    /// Checks for silence. Returns signals, and the steps that links have to take.
    pub(super) fn check(&mut self, now: Instant, local: Timestamp) -> (Vec<Event>, Vec<(u32, ProbeStep)>) {
        let (earliest, latest) = self.event_time(local);
        let (mut signals, mut steps) = (Vec::new(), Vec::new());
        let mut changes = Vec::new();
        for (&link, health) in self.health.iter_mut().flatten().filter(|(_, health)| health.is_up()) {
            let (found, step) = health.check(now);
            changes.extend(found.into_iter().map(|change| (link, change)));
            steps.extend(step.map(|step| (link, step)));
        }
        for (link, change) in changes {
            let requirements = self.requirements(link);
            let subscription = &requirements.subscription;
            match change {
                Change::Silent(silence) => {
                    let Some(links) = &self.health else { continue };
                    let Some(own) = links.get(&link) else { continue };
                    let since = own.began_at(&silence, now, earliest);
                    let missing = link_health::missing(&silence, subscription);
                    tracing::warn!("silent since {since}: {} of {}", missing.kinds, missing.worlds.of("worlds"));
                    let mut siblings = self.siblings(link).filter(|other| *other != link);
                    if siblings.any(|other| links.get(&other).is_some_and(|it| it.delivers(&silence, own))) {
                        continue;
                    }
                    let gap = self.gaps.open(local, link, missing, since, GapCause::Silence);
                    signals.extend(gap.map(Event::from));
                }
                Change::Recovered(silence) | Change::Withdrawn(silence) => {
                    let missing = link_health::missing(&silence, subscription);
                    let lost = |_: &Missing| Some(silence.expected_lost);
                    let is_over = |it: &Missing| *it == missing;
                    let closed = self.gaps.close(local, latest, link, GapCause::Silence, is_over, lost);
                    signals.extend(closed.into_iter().map(Event::from));
                }
            }
        }
        (signals, steps)
    }

    /// Returns the time up to which nothing is missing on a link that last received a frame at `heard`: that of the last
    /// event, because frames that are not events prove nothing. A longer silence was reported, or is usual.
    fn last_good(&self, link: u32, heard: Timestamp) -> Timestamp {
        let last_event = self.health.as_ref().and_then(|links| links.get(&link)?.last_event());
        last_event.map_or(heard, |last| last.max(Timestamp(heard.0 - MAX_UNPROVEN)).min(heard))
    }

    /// Returns whether a link other than this one carries the same subscription, is up, and has its whole subscription.
    fn another_delivers(&self, link: u32) -> bool {
        self.siblings(link).any(|other| other != link && self.is_up(other) && !self.drifting.contains(&other))
    }

    /// Returns the links that carry the same subscription as this one, with this one.
    fn siblings(&self, link: u32) -> impl Iterator<Item = u32> + use<> {
        let first = link - link % self.redundancy;
        first..first + self.redundancy
    }

    fn requirements(&self, link: u32) -> Arc<Requirements> {
        self.planned.get(self.planned(link)).cloned().unwrap_or_default()
    }

    fn event_time(&self, local: Timestamp) -> (Timestamp, Timestamp) {
        event_time(local, self.clock_offset, self.lag.seconds())
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
        self.gaps.open(local, link, missing, last_good, cause).map(Event::from)
    }

    fn close_gaps(&mut self, local: Timestamp, link: u32, cause: GapCause) -> Vec<Event> {
        let (_, to) = self.event_time(local);
        self.gaps.close(local, to, link, cause, |_| true, |_| None).into_iter().map(Event::from).collect()
    }
}

/// Returns the earliest and the latest time of an event that is received at this time of the local clock.
fn event_time(local: Timestamp, (at_least, at_most): (i64, i64), lag: i64) -> (Timestamp, Timestamp) {
    let earliest = at_least.min(-lag);
    (Timestamp(local.0.saturating_add(earliest)), Timestamp(local.0.saturating_add(at_most)))
}

#[cfg(test)]
mod tests {
    use auraxis_core::{
        event::{EventKind, Selector},
        frame::Frame,
        scope::Scope,
        subscription::Subscription,
    };

    use super::*;

    const EVENT: &str = r#"{"payload":{"character_id":"5","event_name":"PlayerLogin","timestamp":"1","world_id":"1"},"service":"event","type":"serviceMessage"}"#;

    fn links(redundancy: u32, subscriptions: usize) -> Links {
        let mut links = Links::new();
        links.watch(redundancy);
        let subscription = Subscription {
            events: [Selector::Kind(EventKind::PlayerLogin)].into(),
            worlds: Scope::All,
            ..Subscription::default()
        };
        let requirements = Arc::new(Requirements { subscription, link: true });
        links.expect(&vec![requirements; subscriptions]);
        links
    }

    fn on(link: u32, connection: u32) -> Receipt {
        Receipt { link, connection, at: Instant::now(), local: Timestamp(100) }
    }

    fn event() -> Event {
        event_of(EVENT)
    }

    fn event_of(frame: &str) -> Event {
        match Frame::parse(frame) {
            Ok(Frame::Event(event)) => event,
            other => panic!("{other:?}"),
        }
    }

    fn gaps(signals: &[Event]) -> Vec<&Gap> {
        signals.iter().filter_map(|signal| if let Event::Gap(gap) = signal { Some(gap) } else { None }).collect()
    }

    fn lost(links: &mut Links, receipt: Receipt) -> Vec<Event> {
        links.disconnected(receipt, "reset".into(), Some(Timestamp(99)), false)
    }

    #[test]
    fn a_connection_takes_over_when_both_have_delivered_an_event() {
        let mut links = links(1, 1);
        assert_eq!(links.connected(on(0, 0), 1).len(), 1);
        assert!(links.connected(on(0, 1), 2).is_empty(), "the link stays up");
        assert_eq!(links.observe(&event(), on(0, 0)), Verdict::New);
        assert!(!links.takes_over(on(0, 0)), "the old connection proves nothing");
        assert_eq!(links.observe(&event(), on(0, 1)), Verdict::Duplicate);
        assert!(links.takes_over(on(0, 1)));
        assert!(!links.takes_over(on(0, 1)), "reported once");
        assert!(lost(&mut links, on(0, 0)).is_empty());
        assert!(links.is_up(0));
        assert_eq!(gaps(&lost(&mut links, on(0, 1))).len(), 1);
        assert!(!links.is_up(0));
    }

    #[test]
    fn a_replay_merges_links_but_not_the_lines_of_one_link() {
        let mut links = Links::new();
        links.replay();
        links.connected(on(0, 0), 1);
        assert_eq!([(); 3].map(|()| links.observe(&event(), on(0, 0))), [Verdict::New; 3]);
        links.connected(on(1, 1), 1);
        let verdicts = [0, 1, 1, 0].map(|link| links.observe(&event(), on(link, link)));
        assert_eq!(verdicts, [Verdict::New, Verdict::Duplicate, Verdict::Twin, Verdict::Duplicate]);
    }

    #[test]
    fn a_world_is_silent_unless_a_link_delivers_it() {
        let mut links = Links::new();
        links.watch(2);
        let subscription = Subscription {
            events: [Selector::Kind(EventKind::PlayerLogin)].into(),
            characters: Scope::All,
            worlds: Scope::All,
            ..Subscription::default()
        };
        links.expect(&[Arc::new(Requirements { subscription, link: true })]);
        let start = Instant::now();
        let later = |link, seconds| Receipt { at: start + Duration::from_secs(seconds), ..on(link, link) };
        for link in 0..2 {
            links.connected(later(link, 0), 1);
        }
        let mut silent = |from: u64, until: u64, delivers: [bool; 2]| {
            for second in from..until {
                for link in 0..2 {
                    if delivers[link as usize] {
                        links.observe(&event(), later(link, second));
                    }
                }
                links.check(start + Duration::from_secs(second), Timestamp(100));
            }
            let mut health = Health::default();
            links.add_to(&mut health, Timestamp(100));
            health.worlds.iter().filter(|known| known.is_silent).count()
        };
        assert_eq!(silent(0, 300, [true, true]), 0);
        assert_eq!(silent(300, 400, [true, false]), 0, "the other link delivers");
        assert_eq!(silent(400, 500, [false, false]), 1);
        assert_eq!(silent(500, 502, [false, true]), 0);
    }

    #[test]
    fn a_gap_begins_at_the_last_event_and_not_at_the_last_frame() {
        for (last_event, from) in [(75, 70), (99, 94), (20, 64)] {
            let mut links = links(1, 1);
            links.connected(on(0, 0), 1);
            let receipt = Receipt { local: Timestamp(last_event), ..on(0, 0) };
            // Without a lag.
            let at = format!(r#""timestamp":"{last_event}""#);
            links.observe(&event_of(&EVENT.replace(r#""timestamp":"1""#, &at)), receipt);
            assert_eq!(gaps(&lost(&mut links, on(0, 0)))[0].from, Timestamp(from), "{last_event}");
        }
    }

    #[test]
    fn a_connection_takes_over_when_time_is_up() {
        let mut links = links(1, 1);
        links.connected(on(0, 0), 1);
        links.connected(on(0, 1), 2);
        let now = Instant::now();
        assert!(links.take_overdue_handovers(now).is_empty());
        assert_eq!(links.take_overdue_handovers(now + MAX_HANDOVER), [0]);
        assert!(links.take_overdue_handovers(now + MAX_HANDOVER).is_empty());
    }

    #[test]
    fn only_a_link_with_the_same_subscription_prevents_a_gap() {
        let mut links = links(2, 2);
        for link in [0, 1, 2] {
            links.connected(on(link, link), 1);
        }
        assert!(gaps(&lost(&mut links, on(0, 0))).is_empty(), "link 1 carries the same");
        assert_eq!(gaps(&lost(&mut links, on(2, 2))).len(), 1, "link 3 is not up");
        assert_eq!(gaps(&lost(&mut links, on(1, 1))).len(), 1);
        let signals = links.connected(on(0, 4), 2);
        assert_eq!(
            gaps(&signals).iter().map(|gap| gap.to.is_some()).collect::<Vec<_>>(),
            [true],
            "of link 1, not of 2"
        );
    }
}
