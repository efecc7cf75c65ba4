use auraxis::prelude::*;

#[trigger(Death)]
async fn on_death(_: Client, _: Death) {}

fn main() {}
