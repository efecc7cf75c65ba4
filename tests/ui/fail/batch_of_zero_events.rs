use auraxis::prelude::*;

#[trigger(Death, batch = 0, within = std::time::Duration::from_secs(5))]
fn insert(_: Vec<Death>) {}

fn main() {}
