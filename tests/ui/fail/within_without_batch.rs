use auraxis::prelude::*;

#[trigger(Death, within = std::time::Duration::from_secs(5))]
fn on_death(_: Death) {}

fn main() {}
