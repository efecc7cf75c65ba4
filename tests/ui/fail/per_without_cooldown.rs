use auraxis::prelude::*;

#[trigger(Death, per = |d| d.character_id)]
fn on_death(_: Death) {}

fn main() {}
