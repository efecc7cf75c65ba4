use auraxis::prelude::*;

use auraxis::Conditions;

static WATCHED: Conditions<BattleRankUp> = Conditions::new();

#[trigger(Death, condition = &WATCHED)]
async fn on_death(_: Death) {}

fn main() {}
