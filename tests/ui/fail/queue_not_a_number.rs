use auraxis::prelude::*;

#[trigger(Death, queue = "5")]
async fn on_death(_: Death) {}

fn main() {}
