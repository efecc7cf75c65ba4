//! The state of the stream, for people and for monitoring.

use std::{fmt, time::Duration};

use auraxis_core::{
    event::signal::{Gap, GapCause},
    id::WorldId,
    stream::Lag,
    time::Timestamp,
};
use serde::{Serialize, Serializer};

use super::problem::{Problem, ProblemKind};

/// How long a trigger can block the stream before that is a problem.
const MAX_STALL: Duration = Duration::from_secs(1);

/// The state of a client's stream: links, worlds, gaps, duplicates and lag.
///
/// [`Client::health`](crate::Client::health) returns it. [`Display`](fmt::Display) writes one line, which the client also
/// logs once per minute; [`Serialize`] writes everything, for example for an HTTP endpoint.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Health {
    /// When this was recorded, by the local clock; `None` if the client has not run yet.
    pub at: Option<Timestamp>,
    /// How long the client has been running.
    #[serde(rename = "uptime_seconds", serialize_with = "seconds")]
    pub uptime: Duration,
    /// The links that triggers need, and those that have been connected.
    pub links: Vec<LinkStatus>,
    /// The worlds that have sent events, or have been reported as online or offline.
    pub worlds: Vec<WorldStatus>,
    /// The number of events that sources have delivered, without duplicates.
    pub events: u64,
    /// The recent number of events per second.
    pub events_per_second: f64,
    /// The lag of the events of the last one to two minutes; `None` if there were none.
    pub lag: Option<Lag>,
    /// The number of events that were received more than a minute after they happened.
    pub late_events: u64,
    /// The number of events with a timestamp more than ten seconds ahead of the clock.
    pub early_events: u64,
    /// The number of duplicates that were dropped.
    pub duplicates: u64,
    /// The number of events that are either equal events or frames that the server has sent twice. They were delivered.
    pub ambiguous: u64,
    /// The number of events that were forgotten early, because too many arrived. Their duplicates were delivered.
    pub evicted: u64,
    /// The number of frames and fields that could not be parsed.
    pub parse_errors: u64,
    /// The number of events of unknown kinds.
    pub unknown_events: u64,
    /// The number of events that triggers have dropped because their queues were full.
    pub dropped_events: u64,
    /// The gaps that are open: events may be missing.
    #[serde(serialize_with = "gaps")]
    pub open_gaps: Vec<Gap>,
    /// The number of gaps so far.
    pub gaps: GapCounts,
    /// The trigger that blocks the stream right now, if there is one. Nothing else is recorded meanwhile.
    pub stall: Option<Stall>,
}

/// A trigger that blocks the stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Stall {
    /// The name of the trigger.
    pub trigger: String,
    /// How long its handler or condition has not returned: at least 100 ms.
    #[serde(rename = "duration_seconds", serialize_with = "seconds")]
    pub duration: Duration,
}

/// The state of a link.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LinkStatus {
    /// The number of the link.
    pub number: u32,
    /// The address of the server, without service id and query; `None` if the source is not the event stream.
    pub address: Option<String>,
    /// Whether the link is connected.
    pub state: LinkState,
    /// Since when the link is in this state.
    pub since: Timestamp,
    /// The number of connections so far.
    pub connections: u64,
    /// When the last frame was received.
    pub last_frame: Option<Timestamp>,
    /// When the last event was received.
    pub last_event: Option<Timestamp>,
    /// Whether the server's subscription differs from the requested one.
    pub is_drifting: bool,
}

/// The state of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum LinkState {
    /// The link has not been connected yet.
    Connecting,
    /// The link is connected, and the server has accepted its subscription.
    Up,
    /// The connection was lost, and the link reconnects.
    Down,
    /// The link was closed because it is no longer needed.
    Closed,
}

/// The state of a world.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct WorldStatus {
    /// The world.
    pub world: WorldId,
    /// The world's name, if it is known.
    pub name: Option<&'static str>,
    /// Whether the world is online, according to the last report of the stream; `None` without a report.
    pub online: Option<bool>,
    /// When the last event was received.
    pub last_event: Option<Timestamp>,
    /// The number of events so far, without duplicates.
    pub events: u64,
    /// Whether events that should have been received are missing.
    pub is_silent: bool,
}

/// The number of gaps by cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct GapCounts {
    /// A connection was lost, or closed to be replaced.
    pub disconnected: u64,
    /// The server had lost part of a subscription.
    pub drift: u64,
    /// No events were received for much longer than usual.
    pub silence: u64,
    /// The program dropped events.
    pub dropped: u64,
}

impl Stall {
    /// Used by tests of `auraxis-serve`.
    #[doc(hidden)]
    #[must_use]
    pub fn new(trigger: impl Into<String>, duration: Duration) -> Self {
        Self { trigger: trigger.into(), duration }
    }
}

impl Health {
    /// Returns the entry of a world, and adds it if there is none.
    pub(super) fn world(&mut self, world: WorldId) -> &mut WorldStatus {
        let at = self.worlds.iter().position(|known| known.world == world).unwrap_or_else(|| {
            self.worlds.push(WorldStatus::new(world));
            self.worlds.len() - 1
        });
        &mut self.worlds[at]
    }

    /// Returns whether all links are up with the requested subscription, no world is silent, no gap is open, and no
    /// trigger has blocked the stream for more than a second.
    ///
    /// A client that has not run yet is not healthy.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.problems().is_empty()
    }

    /// Returns what is wrong.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        // The rest was recorded before.
        let stall = self.stall.iter().filter(|stall| stall.duration > MAX_STALL).map(|stall| {
            let Stall { trigger, duration } = stall;
            let message = format!("`{trigger}` has blocked the stream for {} s", grouped(duration.as_secs()));
            Problem::new(ProblemKind::Trigger, trigger, message)
        });
        if self.at.is_none() {
            let unstarted = Problem::new(ProblemKind::Client, "client", "the client has not run yet");
            return stall.chain([unstarted]).collect();
        }
        let link = |link: &LinkStatus| {
            let subject = format!("link {}", link.number);
            let message = match link.state {
                LinkState::Down => format!("{subject} is down since {}", link.since),
                LinkState::Connecting => format!("{subject} is connecting since {}", link.since),
                LinkState::Up if link.is_drifting => {
                    format!("the server's subscription of {subject} differs from the requested one")
                }
                LinkState::Up | LinkState::Closed => return None,
            };
            Some(Problem::new(ProblemKind::Link, subject, message))
        };
        let world = |world: &WorldStatus| {
            let name = world.name.map_or_else(|| format!("world {}", world.world), String::from);
            let since = world.last_event.map_or(String::new(), |last| format!(" since {last}"));
            let message = format!("{name} is silent{since}");
            world.is_silent.then(|| Problem::new(ProblemKind::World, name, message))
        };
        let gap = |gap: &Gap| {
            let Gap { id, kinds, from, cause, .. } = gap;
            let message = format!("{kinds} of {} may be missing since {from} ({cause})", gap.worlds.of("worlds"));
            Problem::new(ProblemKind::Gap, format!("gap {id}"), message)
        };
        let links = self.links.iter().filter_map(link);
        let worlds = self.worlds.iter().filter_map(world);
        stall.chain(links).chain(worlds).chain(self.open_gaps.iter().map(gap)).collect()
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.at.is_none() {
            return f.write_str("not running");
        }
        let count = |state| self.links.iter().filter(|link| link.state == state).count();
        write!(f, "{} up", plural(count(LinkState::Up) as u64, "link"))?;
        for (state, name) in [(LinkState::Down, "down"), (LinkState::Connecting, "connecting")] {
            let count = count(state);
            if count > 0 {
                write!(f, ", {count} {name}")?;
            }
        }
        let drifting = self.links.iter().filter(|link| link.is_drifting).count();
        if drifting > 0 {
            write!(f, ", {drifting} drifting")?;
        }
        write!(f, ", {}", plural(self.worlds.len() as u64, "world"))?;
        let silent = self.worlds.iter().filter(|world| world.is_silent).count();
        if silent > 0 {
            write!(f, " ({silent} silent)")?;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive and small")]
        let rate = self.events_per_second.round() as u64;
        write!(f, ", {} events/s", grouped(rate))?;
        if let Some(lag) = &self.lag {
            write!(f, ", lag p50 {:.1} s p99 {:.1} s", lag.p50.as_secs_f64(), lag.p99.as_secs_f64())?;
        }
        write!(f, ", {}, {} open", plural(self.duplicates, "duplicate"), plural(self.open_gaps.len() as u64, "gap"))?;
        for (count, name) in [
            (self.dropped_events, "dropped event"),
            (self.late_events, "late event"),
            (self.early_events, "early event"),
            (self.parse_errors, "parse error"),
        ] {
            if count > 0 {
                write!(f, ", {}", plural(count, name))?;
            }
        }
        Ok(())
    }
}

impl WorldStatus {
    pub(super) const fn new(world: WorldId) -> Self {
        Self { world, name: world.name(), online: None, last_event: None, events: 0, is_silent: false }
    }
}

impl GapCounts {
    /// Returns the number of gaps of all causes.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.disconnected + self.drift + self.silence + self.dropped
    }

    pub(super) fn add(&mut self, cause: GapCause) {
        match cause {
            GapCause::Disconnected => self.disconnected += 1,
            GapCause::Drift => self.drift += 1,
            GapCause::Silence => self.silence += 1,
            _ => self.dropped += 1,
        }
    }
}

fn plural(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// Formats a number with commas between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64())
}

fn gaps<S: Serializer>(gaps: &[Gap], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct OpenGap {
        id: u32,
        worlds: String,
        kinds: String,
        from: Timestamp,
        cause: String,
    }

    serializer.collect_seq(gaps.iter().map(|gap| OpenGap {
        id: gap.id,
        worlds: gap.worlds.of("worlds"),
        kinds: gap.kinds.to_string(),
        from: gap.from,
        cause: gap.cause.to_string(),
    }))
}

#[cfg(test)]
mod tests {
    use auraxis_core::stream::LagHistogram;

    use super::*;

    fn health() -> Health {
        let mut lags = LagHistogram::new();
        (0..99).for_each(|_| lags.record(1200, 0));
        lags.record(4000, 0);
        let link = |number, state| LinkStatus {
            number,
            address: Some("ws://127.0.0.1/streaming".into()),
            state,
            since: Timestamp(0),
            connections: 1,
            last_frame: None,
            last_event: None,
            is_drifting: false,
        };
        Health {
            at: Some(Timestamp(60)),
            links: vec![link(0, LinkState::Up), link(1, LinkState::Up)],
            worlds: vec![WorldStatus {
                world: WorldId::OSPREY,
                name: WorldId::OSPREY.name(),
                online: Some(true),
                last_event: Some(Timestamp(50)),
                events: 7,
                is_silent: false,
            }],
            events_per_second: 1234.4,
            lag: lags.lag(0),
            duplicates: 12,
            ..Health::default()
        }
    }

    #[test]
    fn it_is_displayed_in_one_line() {
        let mut health = health();
        assert_eq!(
            health.to_string(),
            "2 links up, 1 world, 1,234 events/s, lag p50 1.2 s p99 1.2 s, 12 duplicates, 0 gaps open"
        );
        assert!(health.is_healthy());
        health.links[1].state = LinkState::Down;
        health.links[0].is_drifting = true;
        health.worlds[0].is_silent = true;
        (health.lag, health.late_events) = (None, 1);
        assert_eq!(
            health.to_string(),
            "1 link up, 1 down, 1 drifting, 1 world (1 silent), 1,234 events/s, 12 duplicates, 0 gaps open, 1 late event"
        );
        let problems = |health: &Health| {
            let one = |problem: &Problem| format!("{:?} {}: {problem}", problem.kind, problem.subject);
            health.problems().iter().map(one).collect::<Vec<_>>()
        };
        assert_eq!(
            problems(&health),
            [
                "Link link 0: the server's subscription of link 0 differs from the requested one",
                "Link link 1: link 1 is down since 1970-01-01T00:00:00Z",
                "World Osprey: Osprey is silent since 1970-01-01T00:00:50Z",
            ]
        );
        let stall = |seconds| Some(Stall { trigger: "slow".into(), duration: Duration::from_secs(seconds) });
        let stalled = |seconds| Health { at: Some(Timestamp(60)), stall: stall(seconds), ..Health::default() };
        assert_eq!(problems(&stalled(7)), ["Trigger slow: `slow` has blocked the stream for 7 s"]);
        assert!(stalled(1).is_healthy());
        assert_eq!(Health::default().to_string(), "not running");
        assert!(!Health::default().is_healthy());
    }

    #[test]
    fn it_is_json() {
        let json = serde_json::to_value(health()).unwrap();
        assert_eq!(json["links"][1]["state"], "up");
        assert_eq!(json["links"][1]["address"], "ws://127.0.0.1/streaming");
        assert_eq!(json["worlds"][0]["name"], "Osprey");
        assert_eq!(json["lag"]["max_seconds"], 4.0);
        assert_eq!(json["gaps"]["drift"], 0);
    }

    #[test]
    fn thousands_are_separated() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
