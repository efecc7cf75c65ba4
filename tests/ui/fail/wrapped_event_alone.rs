use auraxis::prelude::*;

#[trigger]
fn on_death(_: Option<Death>) {}

fn main() {}
