use auraxis::prelude::*;

fn main() {
    let _ = Trigger::on::<Death>().on::<BattleRankUp>().action(|_: Death| {});
}
