use auraxis::prelude::*;

#[trigger(Death, worlds = 40)]
async fn on_death(_: Death) {}

fn main() {}
