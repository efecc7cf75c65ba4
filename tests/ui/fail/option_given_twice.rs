use auraxis::prelude::*;

#[trigger(Death, name = "obituary", name = "revenge")]
async fn on_death(_: Death) {}

fn main() {}
