use auraxis::prelude::*;

fn is_high(_: &BattleRankUp) -> bool {
    true
}

fn main() {
    let _ = Trigger::on::<Death>().condition(is_high).action(|_: Death| {});
}
