use auraxis::prelude::*;

#[trigger(Death, sequential, concurrency = 4)]
async fn on_death(_: Death) {}

fn main() {}
