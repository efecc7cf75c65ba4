use auraxis::prelude::*;

async fn is_enemy(_: &Death) -> bool {
    true
}

#[trigger(Death, condition = is_enemy)]
async fn on_death(_: Death) {}

fn main() {}
