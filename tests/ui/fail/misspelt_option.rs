use auraxis::prelude::*;

#[trigger(Death, wrlds = [WorldId::SOLTECH])]
async fn on_death(_: Death) {}

fn main() {}
