use auraxis::prelude::*;

#[trigger(Death, worlds = [WorldId::SOLTECH])]
#[trigger(Death, characters = [CharacterId(5)])]
async fn on_death(_: Death) {}

fn main() {}
