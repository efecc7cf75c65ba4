use auraxis::prelude::*;

#[trigger(Death, timeout = 5)]
async fn on_death(_: Death) {}

fn main() {}
