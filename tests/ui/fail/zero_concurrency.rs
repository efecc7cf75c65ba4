use auraxis::prelude::*;

#[trigger(Death, concurrency = 0)]
async fn on_death(_: Death) {}

fn main() {}
