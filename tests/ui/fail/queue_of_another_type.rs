use auraxis::prelude::*;

const QUEUE: u32 = 5;

#[trigger(Death, queue = QUEUE)]
async fn on_death(_: Death) {}

fn main() {}
