use auraxis::prelude::*;

#[trigger(Death)]
fn on_death(_: Delivered<Option<Death>>) {}

fn main() {}
