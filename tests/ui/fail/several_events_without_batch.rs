use auraxis::prelude::*;

#[trigger(Death)]
fn insert(_: Vec<Death>) {}

fn main() {}
