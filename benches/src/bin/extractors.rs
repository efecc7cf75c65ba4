//! Fourteen triggers of one kind each, all of which ask for a `Shutdown`.

use auraxis::prelude::*;
use auraxis_bench::{Job, Meter};

static METER: Meter = Meter::new();

auraxis_bench::count_all!(METER, Shutdown);

fn main() -> auraxis::Result {
    let job = Job::of_process();
    METER.start(job.events);
    auraxis::run!(service_id = "s:bench", ess_url = job.url, redundancy = job.links)
}
