use auraxis::prelude::*;

#[trigger(Death)]
extern "C" fn on_death(_: Death) {}

fn main() {}
