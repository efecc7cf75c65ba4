use auraxis::prelude::*;

fn by_rank(event: &BattleRankUp) -> u32 {
    event.battle_rank
}

#[trigger(Death, key = by_rank)]
async fn on_death(_: Death) {}

fn main() {}
