use auraxis::prelude::*;

#[trigger(sequential, Death)]
async fn on_death(_: Death) {}

fn main() {}
