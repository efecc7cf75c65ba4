use auraxis::prelude::*;

#[trigger(BattleRankUp)]
fn on_rank(_: Delivered<Death>) {}

fn main() {}
