use auraxis::prelude::*;

#[trigger(Death)]
fn on_death(_: Death, _: impl Send) {}

fn main() {}
