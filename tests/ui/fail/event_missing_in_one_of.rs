use auraxis::prelude::*;

one_of! {
    enum Fight { Death, VehicleDestroy }
}

#[trigger(Death, BattleRankUp)]
async fn on_fight(_: Fight) {}

fn main() {}
