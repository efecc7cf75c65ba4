use auraxis::prelude::*;

#[trigger(Option<Death>)]
async fn on_death(_: Death) {}

fn main() {}
