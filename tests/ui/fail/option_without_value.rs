use auraxis::prelude::*;

#[trigger(Death, queue)]
async fn on_death(_: Death) {}

fn main() {}
