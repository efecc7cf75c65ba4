use auraxis::prelude::*;

#[trigger(event = Death)]
async fn on_death(_: Death) {}

fn main() {}
