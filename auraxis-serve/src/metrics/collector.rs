//! Reads all metrics.

use std::{fmt, sync::Arc};

use auraxis_core::{event::EventKind, id::WorldId, time::Timestamp};
use auraxis_runtime::health::{Health, LinkState, LinkStatus, WorldStatus};
use prometheus_client::encoding::DescriptorEncoder;

use super::{
    counts::{Counts, Place},
    series::{Series, Writer},
    table::{
        AMBIGUOUS, BUILD, CONNECTIONS, DELAYED, DERIVED, DROPPED, DUPLICATES, EARLY, EVENTS, EVICTED, FAILED_CALLS,
        GAPS, HEALTHY, LAG, LAST_RUN, LATE, LATENCY, LINK_CONNECTIONS, LINK_DRIFTING, LINK_EVENT, LINK_FRAME,
        LINK_STATE, LOOKUPS, LOST, MAX_WORLDS, OPEN_GAPS, OTHER, PARSE_ERRORS, PAUSED, READERS, READERS_REFUSED,
        READERS_TIMED_OUT, RECOVERED, REFUSED, REQUESTS, REST_WAITING, RETRIES, RUN_TIME, SIGNALS, SNAPSHOT, UNKNOWN,
        UPTIME, WAITING, WORLD_EVENT, WORLD_ONLINE, WORLD_SILENT,
    },
    triggers,
};
use crate::{app::App, readers::ReaderCounts};

/// The states of a link.
const LINK_STATES: [(&str, LinkState); 4] = [
    ("connecting", LinkState::Connecting),
    ("up", LinkState::Up),
    ("down", LinkState::Down),
    ("closed", LinkState::Closed),
];

/// Reads all metrics of a client.
#[derive(Debug)]
pub(super) struct Collector {
    pub(super) app: Arc<App>,
    pub(super) counts: Arc<Counts>,
}

impl prometheus_client::collector::Collector for Collector {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut to = Writer(encoder);
        let health = self.app.client.health();
        to.metric(BUILD, |series| series.add([env!("CARGO_PKG_VERSION")], true))?;
        self.stream(&mut to, &health)?;
        links(&mut to, &health.links)?;
        worlds(&mut to, &health.worlds)?;
        self.triggers(&mut to)?;
        self.rest(&mut to)?;
        self.server(&mut to)
    }
}

impl Collector {
    fn stream(&self, to: &mut Writer<'_>, health: &Health) -> fmt::Result {
        to.single(HEALTHY, health.is_healthy())?;
        to.single(UPTIME, health.uptime.as_secs_f64())?;
        to.metric(SNAPSHOT, |series| time(series, [], health.at))?;

        let game = EventKind::ALL.iter().copied().chain([EventKind::Unknown]);
        to.metric(EVENTS, |series| by_world(series, &self.counts.of(game)))?;
        to.metric(DERIVED, |series| by_world(series, &self.counts.of(EventKind::DERIVED.iter().copied())))?;
        let signals = self.counts.of(EventKind::SIGNALS.iter().copied());
        to.metric(SIGNALS, |series| {
            EventKind::SIGNALS.iter().try_for_each(|kind| {
                let counts = signals.iter().filter(|(_, counted, _)| counted == kind);
                series.add([kind.name()], counts.map(|(.., count)| count).sum::<u64>())
            })
        })?;
        to.single(RECOVERED, self.counts.recovered())?;
        to.single(LAG, self.counts.lag())?;

        for (metric, count) in [
            (LATE, health.late_events),
            (EARLY, health.early_events),
            (DUPLICATES, health.duplicates),
            (AMBIGUOUS, health.ambiguous),
            (EVICTED, health.evicted),
            (PARSE_ERRORS, health.parse_errors),
            (UNKNOWN, health.unknown_events),
            (DROPPED, health.dropped_events),
        ] {
            to.single(metric, count)?;
        }
        let gaps = &health.gaps;
        to.metric(GAPS, |series| {
            let causes = [
                ("disconnected", gaps.disconnected),
                ("drift", gaps.drift),
                ("silence", gaps.silence),
                ("dropped", gaps.dropped),
            ];
            causes.into_iter().try_for_each(|(cause, count)| series.add([cause], count))
        })?;
        to.single(OPEN_GAPS, health.open_gaps.len() as u64)
    }

    fn triggers(&self, to: &mut Writer<'_>) -> fmt::Result {
        let groups = triggers::groups(&self.app.client);
        for (metric, counters) in triggers::COUNTERS {
            to.metric(metric, |series| {
                groups.iter().try_for_each(|(name, group)| {
                    counters.iter().try_for_each(|(label, read)| match label {
                        Some(label) => series.add([name, label], group.sum(*read)),
                        None => series.add([name], group.sum(*read)),
                    })
                })
            })?;
        }
        to.metric(WAITING, |series| groups.iter().try_for_each(|(name, group)| series.add([name], group.waiting)))?;
        to.metric(PAUSED, |series| groups.iter().try_for_each(|(name, group)| series.add([name], group.paused)))?;
        to.metric(LAST_RUN, |series| groups.iter().try_for_each(|(name, group)| time(series, [name], group.last_run)))?;
        to.metric(RUN_TIME, |series| groups.iter().try_for_each(|(name, group)| series.add([name], group.run_times)))
    }

    fn rest(&self, to: &mut Writer<'_>) -> fmt::Result {
        let census = self.app.client.census();
        let stats = census.request_stats();
        to.single(REQUESTS, stats.requests)?;
        to.single(RETRIES, stats.retries)?;
        to.single(FAILED_CALLS, stats.failed_calls)?;
        to.single(LATENCY, stats.latency)?;
        to.metric(LOOKUPS, |series| {
            series.add(["hit"], stats.cache_hits)?;
            series.add(["miss"], stats.cache_misses)
        })?;
        to.single(REST_WAITING, census.waiting() as u64)
    }

    fn server(&self, to: &mut Writer<'_>) -> fmt::Result {
        let counters = &self.app.counters;
        to.single(CONNECTIONS, counters.connections.get())?;
        to.metric(REFUSED, |series| {
            let reasons = [
                ("too_many", &counters.refused),
                ("idle", &counters.evicted),
                ("slow_request", &counters.slow_requests),
                ("slow_reader", &counters.slow_readers),
                ("malformed", &counters.malformed),
                ("foreign", &counters.foreign),
                ("wrong_token", &counters.wrong_tokens),
            ];
            reasons.into_iter().try_for_each(|(reason, count)| series.add([reason], count.get()))
        })?;
        to.single(DELAYED, counters.delayed.get())?;
        let readers = self.app.readers().map(|readers| (readers.path(), readers.counts()));
        to.metric(READERS, |series| {
            readers.iter().try_for_each(|(path, counts)| series.add([path], counts.current as u64))
        })?;
        for (metric, count) in [
            (READERS_REFUSED, (|counts| counts.refused) as fn(&ReaderCounts) -> u64),
            (READERS_TIMED_OUT, |counts| counts.timed_out),
            (LOST, |counts| counts.lost),
        ] {
            to.metric(metric, |series| {
                readers.iter().try_for_each(|(path, counts)| series.add([path], count(counts)))
            })?;
        }
        Ok(())
    }
}

fn links(to: &mut Writer<'_>, links: &[LinkStatus]) -> fmt::Result {
    let links: Vec<_> = links.iter().map(|link| (link.number.to_string(), link)).collect();
    to.metric(LINK_STATE, |series| {
        links.iter().try_for_each(|(number, link)| {
            LINK_STATES.iter().try_for_each(|(name, state)| series.add([number, name], link.state == *state))
        })
    })?;
    to.metric(LINK_DRIFTING, |series| {
        links.iter().try_for_each(|(number, link)| series.add([number], link.is_drifting))
    })?;
    to.metric(LINK_CONNECTIONS, |series| {
        links.iter().try_for_each(|(number, link)| series.add([number], link.connections))
    })?;
    to.metric(LINK_FRAME, |series| {
        links.iter().try_for_each(|(number, link)| time(series, [number], link.last_frame))
    })?;
    to.metric(LINK_EVENT, |series| links.iter().try_for_each(|(number, link)| time(series, [number], link.last_event)))
}

fn worlds(to: &mut Writer<'_>, worlds: &[WorldStatus]) -> fmt::Result {
    let worlds: Vec<_> = worlds.iter().take(MAX_WORLDS).map(|world| (world_name(world.world), world)).collect();
    to.metric(WORLD_ONLINE, |series| {
        worlds.iter().try_for_each(|(name, world)| world.online.map_or(Ok(()), |online| series.add([name], online)))
    })?;
    to.metric(WORLD_SILENT, |series| worlds.iter().try_for_each(|(name, world)| series.add([name], world.is_silent)))?;
    to.metric(WORLD_EVENT, |series| worlds.iter().try_for_each(|(name, world)| time(series, [name], world.last_event)))
}

fn by_world(series: &mut Series<'_>, counts: &[(Place, EventKind, u64)]) -> fmt::Result {
    counts.iter().try_for_each(|(place, kind, count)| {
        let world = match place {
            Place::World(world) => world_name(*world),
            Place::Elsewhere => OTHER.to_owned(),
            Place::Nowhere => String::new(),
        };
        series.add([&world, kind.name()], *count)
    })
}

/// Returns the name of a world, or its number if it has none.
fn world_name(world: WorldId) -> String {
    world.name().map_or_else(|| world.to_string(), str::to_owned)
}

/// Writes a time, if it is known.
#[expect(clippy::cast_precision_loss, reason = "exact for 285 million years")]
fn time<const N: usize>(series: &mut Series<'_>, labels: [&str; N], time: Option<Timestamp>) -> fmt::Result {
    time.map_or(Ok(()), |time| series.add(labels, time.0 as f64))
}
