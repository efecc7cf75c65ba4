use auraxis::prelude::*;

#[trigger(Death, single_shot, cooldown = std::time::Duration::from_secs(5))]
fn on_death(_: Death) {}

fn main() {}
