//! Detects silence on a link.
//!
//! A dead stream looks like a quiet evening, and pings, heartbeats and an open socket prove nothing: only data does.
//! [`Health`] counts the events of one link per world and [`TrafficClass`], learns how many to expect, and reports a
//! [`Silence`] when the pause has become implausible. It reads no clock: [`event`](Health::event) counts, and
//! [`check`](Health::check), called once per second, evaluates the counts.
//!
//! # Evidence
//!
//! Evidence is the expected number of *independent* arrivals that are missing. A silence is reported when it reaches
//! [`REPORT_EVIDENCE`], and steps are taken against it when it reaches [`ACT_EVIDENCE`]. The rate of arrivals is learned
//! and discounted:
//!
//! - **Bursts.** Seconds with events are counted, not events: a kill causes a dozen events in one second. Bursts of
//!   several seconds increase the dispersion of 20-second windows, and the rate is divided by it.
//! - **Population.** The mean of the last 20 arrivals (at least 30 s, at most 15 minutes) follows a falling evening. Its
//!   recent minimum is used, which rises with a time constant of 1 hour: a lull can come again, and a busy minute of a
//!   quiet night raises no expectations. During a silence, the expectation decays with the same time constant.
//! - **Chance.** An arrival counts 1/3 for the link, 1/4 for a world, and 1/5 for a class on a world. A busy world has
//!   100,000 pauses per night, and *e*⁻⁷ of them are as long as 7 arrivals. A pause of 21 arrivals occurs in almost no
//!   night, and those 21 are still 8 if fights shrink by 60 %, as when a continent locks.
//! - **Few players.** They log out together. A rate of 0.05 per second, which one or two players cause, counts half. A
//!   world that has events in less than one second per minute never raises an alarm. With a subscription to n
//!   characters, arrivals are also multiplied by n/(n + 200).
//! - **Stalls.** Evidence grows by at most 1.4 per second, because a retransmission takes seconds too: nothing is
//!   reported before 5 s or acted upon before 15 s.
//!
//! Rates are not learned during a reported silence. A world that is probably silent itself is no longer expected to break
//! the silence of its link.
//!
//! # Scopes
//!
//! One cause is reported once, in the widest scope: the link (the evidence of all worlds is added up), one class on all
//! worlds, one world, or one class on one world. While a silence is reported, the narrower ones that it covers are not.
//!
//! # What raises no alarm
//!
//! World events (captures, alerts, continent locks) are rare and come in bursts, so they prove that a link works, and
//! nothing more. Jaeger and the test server are played by appointment. A world that is
//! [announced as down](Health::set_online) is not silent, unless it continues to deliver. Time in which the link was
//! [not listening](Health::not_listening) is not silence.
//!
//! # Before anything is learned
//!
//! If a class is subscribed [whole](Coverage::Whole), Osprey, Wainwright and `SolTech` are expected to deliver within
//! minutes: without any experience, the world is reported after 5 minutes; without any death, after 20. Silence of the
//! whole link is acted upon; silence of one world only after it has delivered once. For other worlds and subscriptions,
//! nothing is assumed until they deliver.

mod cell;
mod counter;
mod coverage;
mod evidence;
mod expectation;
mod expectations;
mod health;
mod rate;
mod silence;
mod slots;
mod traffic;
mod world;
mod world_health;

pub(super) use self::slots::Slots;
pub use self::{
    coverage::{Coverage, Expected},
    health::Health,
    silence::{ACT_EVIDENCE, Blame, Change, Level, REPORT_EVIDENCE, Silence},
    slots::MAX_WORLDS,
    traffic::{TrafficClass, TrafficClasses},
    world_health::{ClassHealth, WorldHealth, WorldState},
};
