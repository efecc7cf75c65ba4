use auraxis::prelude::*;

#[trigger(Death, condition = 1)]
async fn on_death(_: Death) {}

fn main() {}
