use auraxis::prelude::*;

const ENABLED: bool = true;

fn by_someone(death: &Death) -> bool {
    death.attacker_character_id.is_some()
}

#[trigger(Death, condition = by_someone, condition = |d| d.is_headshot, condition = ENABLED)]
async fn headshot(_: Death) {}
