use auraxis::prelude::*;

#[trigger(Deth)]
async fn on_death(_: Death) {}

fn main() {}
