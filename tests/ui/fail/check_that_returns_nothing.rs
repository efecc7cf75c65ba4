use auraxis::prelude::*;

#[trigger(Death, check = is_enemy)]
fn on_death(_: Death) {}

async fn is_enemy(_: Death) {}

fn main() {}
