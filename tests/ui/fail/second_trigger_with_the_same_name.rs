use auraxis::prelude::*;

#[trigger(Death, name = "deaths", worlds = [WorldId::SOLTECH])]
#[trigger(Death, name = "deaths", characters = [CharacterId(5)])]
async fn on_death(_: Death) {}

fn main() {}
