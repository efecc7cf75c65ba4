use auraxis::prelude::*;

const SQUAD_REVIVE: u32 = 53;

#[trigger(GainExperience::filter_experience(7), GainExperience::filter_experience(SQUAD_REVIVE))]
async fn revive(_: GainExperience) {}
