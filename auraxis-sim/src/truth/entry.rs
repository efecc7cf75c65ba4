//! The entries of the ground truth.

use auraxis_core::command::{Command, Echo};
use serde::{Deserialize, Serialize};

/// An entry of the ground truth. A truth file is NDJSON, oldest line first; the field `is` contains the variant's name.
///
/// `at_ms` counts from the start of the simulator. `link` is the number of a connection, counted from 0 in the order in
/// which the links were opened. Numbers are not reused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
#[non_exhaustive]
pub enum TruthEntry {
    /// The settings of the war. Always the first entry.
    War {
        /// The seed.
        seed: u64,
        /// When the war starts, as a Unix timestamp in seconds.
        start: i64,
        /// Events per second.
        rate: f64,
    },
    /// A client connected.
    Opened {
        /// When.
        at_ms: u64,
        /// Which link.
        link: u64,
        /// The name of its environment, such as `ps2`.
        environment: String,
    },
    /// The subscription of a link changed, by a command of the client or by a fault.
    Subscribed {
        /// When.
        at_ms: u64,
        /// Which link.
        link: u64,
        /// The command that changed it.
        command: Command,
        /// The new subscription. More than 1,000 characters are counted instead of listed.
        subscription: Echo,
    },
    /// A link was closed.
    Closed {
        /// When.
        at_ms: u64,
        /// Which link.
        link: u64,
        /// `left`, `too slow`, `stopped`, or the fault as written in a script, such as `reset`, `cut` or `close 1001`.
        why: String,
    },
    /// An event happened. Each event has one entry, in order. Two equal entries are two events.
    Event {
        /// When.
        at_ms: u64,
        /// The number of the event, counted from 1.
        number: u64,
        /// The links that it was sent to.
        links: Vec<u64>,
        /// The fault that withheld it from all clients, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        withheld: Option<String>,
        /// Its frame.
        frame: String,
    },
    /// A fault started.
    Fault {
        /// When.
        at_ms: u64,
        /// The fault, as written in a script.
        fault: String,
        /// The affected links. Empty for a fault of the whole simulator.
        links: Vec<u64>,
        /// What a perfect client does.
        expected: String,
    },
}

impl TruthEntry {
    /// When it happened.
    pub(super) const fn at_ms(&self) -> Option<u64> {
        match self {
            Self::War { .. } => None,
            Self::Opened { at_ms, .. }
            | Self::Subscribed { at_ms, .. }
            | Self::Closed { at_ms, .. }
            | Self::Event { at_ms, .. }
            | Self::Fault { at_ms, .. } => Some(*at_ms),
        }
    }
}
