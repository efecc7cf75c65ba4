use auraxis::prelude::*;

async fn is_enemy(_: &Death) -> bool {
    true
}

#[trigger(Death, condition = |d| is_enemy(d))]
async fn on_death(_: Death) {}

fn main() {}
