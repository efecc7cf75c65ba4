use auraxis::prelude::*;

#[trigger(Death, BattleRankUp)]
async fn on_event(_: Box<Event>) {}

fn main() {}
