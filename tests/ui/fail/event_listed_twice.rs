use auraxis::prelude::*;

#[trigger(Death, BattleRankUp, Death)]
async fn on_event(_: Event) {}

fn main() {}
