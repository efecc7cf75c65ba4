use auraxis::prelude::*;

fn is_headshot(death: &Death) -> bool {
    death.is_headshot
}

#[trigger(Death, BattleRankUp, condition = is_headshot)]
async fn on_event(_: Event) {}

fn main() {}
