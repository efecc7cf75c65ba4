use auraxis::prelude::*;

#[trigger(Death, name = "")]
async fn on_death(_: Death) {}

fn main() {}
