use auraxis::prelude::*;

#[trigger(Death, overflow = drop)]
async fn on_death(_: Death) {}

fn main() {}
