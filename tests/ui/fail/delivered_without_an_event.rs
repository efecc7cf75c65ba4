use auraxis::prelude::*;

#[trigger(Death)]
fn on_death(_: Delivered<String>) {}

fn main() {}
