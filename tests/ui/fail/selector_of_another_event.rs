use auraxis::prelude::*;

#[trigger(GainExperience::filter_experience(7))]
async fn on_death(_: Death) {}

fn main() {}
