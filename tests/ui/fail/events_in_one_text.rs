use auraxis::prelude::*;

#[trigger("Death, BattleRankUp")]
async fn on_event(_: Event) {}

fn main() {}
