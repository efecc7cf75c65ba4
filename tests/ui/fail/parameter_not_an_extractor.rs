use auraxis::prelude::*;

struct Cache;

#[trigger(Death)]
async fn on_death(_: Death, _: Cache) {}

fn main() {}
