use auraxis::prelude::*;

#[trigger(Death, worlds = &[WorldId::SOLTECH])]
async fn on_death(_: Death) {}

fn main() {}
