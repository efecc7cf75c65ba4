use auraxis::prelude::*;

#[trigger(Death, key = "character_id")]
async fn on_death(_: Death) {}

fn main() {}
