//! One line of the truth.

use auraxis_core::command::Echo;
use serde::{Deserialize, Serialize};

/// One line of a truth file, which is NDJSON: an object a line, the oldest first, its variant under `is`.
///
/// `at_ms` counts from the start of the simulator. `link` is the number of a connection, counted from 0 in the order
/// of connecting; no number comes twice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Entry {
    /// Which war it is. The first line.
    War {
        /// The seed.
        seed: u64,
        /// When the war begins, in seconds since 1970.
        start: i64,
        /// Events a second.
        rate: f64,
    },
    /// A client connected.
    Opened {
        /// When.
        at_ms: u64,
        /// Which link.
        link: u64,
        /// By its name in addresses.
        environment: String,
    },
    /// The subscription of a link changed, by the client's command or behind its back.
    Subscribed {
        /// When.
        at_ms: u64,
        /// Which link.
        link: u64,
        /// What it is now, with all characters.
        subscription: Echo,
    },
    /// A link ended.
    Closed {
        /// When.
        at_ms: u64,
        /// Which link.
        link: u64,
        /// `left`, `reset`, `cut`, `close 1001`, `too slow` or `stopped`.
        why: String,
    },
    /// Something happened in the war: each event once, in order. Two that are equal are two events.
    Event {
        /// When it was told.
        at_ms: u64,
        /// Counted from 1.
        number: u64,
        /// To which links it was sent.
        links: Vec<u64>,
        /// The fault that kept it from everybody, if one did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        withheld: Option<String>,
        /// The frame that tells it.
        frame: String,
    },
    /// Something went wrong on purpose.
    Fault {
        /// When.
        at_ms: u64,
        /// In the words of a script.
        fault: String,
        /// Which links it hit; empty if it is not about links.
        links: Vec<u64>,
        /// What a perfect client makes of it.
        expected: String,
    },
}
