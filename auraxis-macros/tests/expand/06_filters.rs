use auraxis::prelude::*;

fn squad() -> Vec<CharacterId> {
    vec![CharacterId(5), CharacterId(6)]
}

#[trigger(Death, worlds = [WorldId::SOLTECH], characters = squad(), zones = [ZoneId(2)])]
async fn squad_death(_: Death) {}
