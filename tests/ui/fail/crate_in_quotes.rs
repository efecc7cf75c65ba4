use auraxis::prelude::*;

#[trigger(Death, crate = "auraxis")]
async fn on_death(_: Death) {}

fn main() {}
