use auraxis::prelude::*;

#[trigger(Death, batch = 500, within = std::time::Duration::from_secs(5), check = |_| true)]
fn insert(_: Vec<Death>) {}

fn main() {}
