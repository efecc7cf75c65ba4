use auraxis::prelude::*;

#[trigger]
fn on_death(_: Delivered<String>) {}

fn main() {}
