use auraxis::prelude::*;

#[trigger(Death, worlds = [WorldId::SOLTECH])]
#[trigger(Death, characters = [CharacterId(5)], name = "nemesis")]
async fn twice(_: Death) {}
