//! A bot without any feature of auraxis.

use std::env;

use auraxis::prelude::*;

#[trigger]
fn print_arguments(_: Started) {
    println!("arguments: {:?}", env::args().skip(1).collect::<Vec<_>>());
}

#[trigger]
fn on_death(_: Death) {}

fn main() -> auraxis::Result {
    auraxis::run!(service_id = "s:key", ess_url = "ws://127.0.0.1:1", grace = std::time::Duration::from_secs(5))
}
