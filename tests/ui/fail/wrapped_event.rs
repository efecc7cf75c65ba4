use auraxis::prelude::*;

#[trigger(Death)]
fn on_death(_: Option<Death>) {}

fn main() {}
