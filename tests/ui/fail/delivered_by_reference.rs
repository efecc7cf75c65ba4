use auraxis::prelude::*;

#[trigger(Death)]
fn on_death(_: &Delivered<Death>) {}

fn main() {}
