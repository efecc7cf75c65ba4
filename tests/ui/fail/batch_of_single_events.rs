use auraxis::prelude::*;

#[trigger(Death, batch = 500, within = std::time::Duration::from_secs(5))]
fn insert(_: Death) {}

fn main() {}
