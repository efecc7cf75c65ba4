use auraxis::prelude::*;

#[trigger(Death, crate = nowhere)]
async fn on_death(_: Death) {}

fn main() {}
