use auraxis::prelude::*;

#[trigger(Death)]
async fn on_death(_: Death, _: &Client) {}

fn main() {}
