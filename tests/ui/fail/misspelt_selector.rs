use auraxis::prelude::*;

#[trigger(GainExperience::filter_experiense(7))]
async fn on_revive(_: GainExperience) {}

fn main() {}
