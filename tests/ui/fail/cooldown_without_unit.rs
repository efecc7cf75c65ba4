use auraxis::prelude::*;

#[trigger(Death, cooldown = 60)]
fn on_death(_: Death) {}

fn main() {}
