use auraxis::prelude::*;

struct Cache;

#[trigger(Death)]
fn on_death(_: Death, _: Cache) {}

fn main() {}
