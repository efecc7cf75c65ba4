use auraxis::prelude::*;

#[trigger(Death)]
const async fn on_death(_: Death) {}

fn main() {}
