use auraxis::prelude::*;

#[trigger]
async fn on_death(_: String) {}

fn main() {}
