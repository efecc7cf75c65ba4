use auraxis::prelude::*;

#[trigger(Death)]
const fn on_death(_: Death, _: Client) {}

fn main() {}
