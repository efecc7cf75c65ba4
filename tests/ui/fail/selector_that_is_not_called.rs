use auraxis::prelude::*;

#[trigger(GainExperience::filter_experience)]
async fn on_revive(_: GainExperience) {}

fn main() {}
