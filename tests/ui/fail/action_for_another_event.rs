use auraxis::prelude::*;

fn main() {
    let _ = Trigger::on::<Death>().action(|_: BattleRankUp| {});
}
