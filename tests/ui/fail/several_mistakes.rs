use auraxis::prelude::*;

#[trigger(Death, wrlds = [WorldId::SOLTECH], queue, overflow = wait)]
async fn on_death(_: &Death) {}

fn main() {}
