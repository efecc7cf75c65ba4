use auraxis::prelude::*;

#[trigger(Death, BattleRankUp)]
async fn on_death(_: Death) {}

fn main() {}
