use auraxis::prelude::*;

#[trigger(Death, sequential, key = |d| d.character_id)]
async fn on_death(_: Death) {}

fn main() {}
