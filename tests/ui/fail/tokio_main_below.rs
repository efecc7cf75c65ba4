use auraxis::prelude::*;

#[trigger(Death)]
#[tokio::main]
async fn on_death(_: Death) {}

fn main() {}
