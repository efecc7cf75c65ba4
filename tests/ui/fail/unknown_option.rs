use auraxis::prelude::*;

#[trigger(Death, debounce = 5)]
async fn on_death(_: Death) {}

fn main() {}
