use auraxis::prelude::*;

#[trigger(Death, timeout = 5s)]
async fn on_death(_: Death) {}

fn main() {}
