//! One trigger, which measures how long each event was on its way.

use auraxis::prelude::*;
use auraxis_bench::{Job, Meter};

static METER: Meter = Meter::new();

#[trigger(GainExperience)]
fn measure(event: GainExperience) {
    METER.stamped(event.character_id.0);
}

fn main() -> auraxis::Result {
    let job = Job::of_process();
    METER.start(job.events);
    auraxis::run!(service_id = "s:bench", ess_url = job.url)
}
