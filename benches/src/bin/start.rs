//! A small bot, which measures how long it takes until the server has confirmed its subscription.

use auraxis::prelude::*;
use auraxis_bench::{Job, Meter};

static METER: Meter = Meter::new();

#[trigger(Death)]
fn death(_: Death) {}

#[trigger(Connected)]
fn connected(_: Connected) {
    METER.event();
}

fn main() -> auraxis::Result {
    let job = Job::of_process();
    METER.start(job.events);
    // The first of the two events that enclose the measurement.
    METER.event();
    auraxis::run!(service_id = "s:bench", ess_url = job.url)
}
