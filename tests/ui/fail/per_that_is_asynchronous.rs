use auraxis::prelude::*;

#[trigger(Death, cooldown = std::time::Duration::from_secs(5), per = async |d| d.character_id)]
fn on_death(_: Death) {}

fn main() {}
