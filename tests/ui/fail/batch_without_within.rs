use auraxis::prelude::*;

#[trigger(Death, batch = 500)]
fn insert(_: Vec<Death>) {}

fn main() {}
