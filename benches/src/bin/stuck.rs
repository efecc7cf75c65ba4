//! Each event is received by a handler that never returns, and by one that counts it.

use auraxis::prelude::*;
use auraxis_bench::{Job, Meter};

static METER: Meter = Meter::new();

#[trigger(Event)]
async fn wait(_: Event) {
    std::future::pending::<()>().await;
}

#[trigger(Event)]
fn count(_: Event) {
    METER.event();
}

fn main() -> auraxis::Result {
    let job = Job::of_process();
    METER.start(job.events);
    auraxis::run!(service_id = "s:bench", ess_url = job.url)
}
