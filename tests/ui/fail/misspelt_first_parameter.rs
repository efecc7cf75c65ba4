use auraxis::prelude::*;

#[trigger]
async fn on_death(_: Deth) {}

fn main() {}
