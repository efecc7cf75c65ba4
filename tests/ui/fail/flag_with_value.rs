use auraxis::prelude::*;

#[trigger(Death, sequential = true)]
async fn on_death(_: Death) {}

fn main() {}
