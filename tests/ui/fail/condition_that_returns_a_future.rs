use auraxis::prelude::*;

#[trigger(Death, condition = |_| async { true })]
async fn on_death(_: Death) {}

fn main() {}
