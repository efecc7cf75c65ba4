use auraxis::prelude::*;

#[trigger(battle_rank_up)]
async fn on_rank_up(_: BattleRankUp) {}

fn main() {}
