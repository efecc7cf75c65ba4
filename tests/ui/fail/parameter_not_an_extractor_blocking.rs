use auraxis::prelude::*;

struct Cache;

#[trigger(Death, blocking)]
fn on_death(_: Death, _: Cache) {}

fn main() {}
