use auraxis::prelude::*;

#[trigger(Death, on_error = failed)]
fn on_death(_: Death) {}

fn failed(_: auraxis::HandlerError<BattleRankUp>) {}

fn main() {}
