use auraxis::prelude::*;

#[trigger(Death, queue = -1)]
async fn on_death(_: Death) {}

fn main() {}
