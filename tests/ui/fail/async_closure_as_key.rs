use auraxis::prelude::*;

#[trigger(Death, key = async |d| d.character_id)]
async fn on_death(_: Death) {}

fn main() {}
