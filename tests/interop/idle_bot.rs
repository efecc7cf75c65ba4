//! A bot that wants no events itself, so that it has those which are asked for over `--serve`.
#![allow(missing_docs, reason = "a program for tests")]

use auraxis::prelude::*;

#[every("1h")]
fn idle() {}

fn main() -> auraxis::Result {
    auraxis::run!(service_id = "s:interop")
}
