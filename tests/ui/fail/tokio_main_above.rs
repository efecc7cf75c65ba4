use auraxis::prelude::*;

#[tokio::main]
#[trigger(Death)]
async fn on_death(_: Death) {}

fn main() {}
