use auraxis::prelude::*;

#[trigger(Death, blocking)]
async fn on_death(_: Death) {}

fn main() {}
