use auraxis::prelude::*;

fn is_high(_: &BattleRankUp) -> bool {
    true
}

#[trigger(Death, condition = is_high)]
async fn on_death(_: Death) {}

fn main() {}
