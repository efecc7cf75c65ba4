use auraxis::prelude::*;

#[trigger(Event::Death)]
async fn on_death(_: Death) {}

fn main() {}
