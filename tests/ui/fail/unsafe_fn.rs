use auraxis::prelude::*;

#[trigger(Death)]
unsafe fn on_death(_: Death) {}

fn main() {}
