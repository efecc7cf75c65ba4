use auraxis::prelude::*;

#[trigger(Death, name = 5)]
async fn on_death(_: Death) {}

fn main() {}
