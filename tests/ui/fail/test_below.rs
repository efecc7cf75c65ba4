use auraxis::prelude::*;

#[trigger(Death)]
#[test]
fn on_death(_: Death) {}

fn main() {}
