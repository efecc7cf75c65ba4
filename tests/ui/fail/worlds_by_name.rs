use auraxis::prelude::*;

#[trigger(Death, worlds = ["SolTech"])]
async fn on_death(_: Death) {}

fn main() {}
