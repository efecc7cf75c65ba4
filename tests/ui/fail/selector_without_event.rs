use auraxis::prelude::*;

#[trigger(filter_experience(7))]
async fn on_revive(_: GainExperience) {}

fn main() {}
