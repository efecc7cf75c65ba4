//! One line of the truth.

use auraxis_core::command::{Command, Echo};
use serde::{Deserialize, Serialize};

/// One line of a truth file. The file is NDJSON, oldest line first; the field `is` names the variant.
///
/// `at_ms` counts from the start of the simulator. `link` is the number of a connection, from 0 in the order of
/// connecting; no number is used twice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
#[non_exhaustive]
pub enum TruthEntry {
    /// The war. The first line.
    War {
        /// The seed.
        seed: u64,
        /// When the war begins, in seconds since 1970.
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
        /// What changed it.
        command: Command,
        /// What it is now. More than 1,000 characters are counted instead of listed.
        subscription: Echo,
    },
    /// A link ended.
    Closed {
        /// When.
        at_ms: u64,
        /// Which link.
        link: u64,
        /// `left`, `too slow`, `stopped`, or the fault in the words of a script: `reset`, `cut`, `close 1001`.
        why: String,
    },
    /// An event happened: each one once, in order. Two equal ones are two events.
    Event {
        /// When.
        at_ms: u64,
        /// Counted from 1.
        number: u64,
        /// The links that it was sent to.
        links: Vec<u64>,
        /// The fault that withheld it from everybody, if one did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        withheld: Option<String>,
        /// Its frame.
        frame: String,
    },
    /// A fault began.
    Fault {
        /// When.
        at_ms: u64,
        /// In the words of a script.
        fault: String,
        /// The links that it hit; empty for a fault of the whole simulator.
        links: Vec<u64>,
        /// What a perfect client does.
        expected: String,
    },
}
