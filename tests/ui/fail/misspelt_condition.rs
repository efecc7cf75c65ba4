use auraxis::prelude::*;

fn is_enemy(_: &Death) -> bool {
    true
}

#[trigger(Death, condition = is_enmy)]
async fn on_death(_: Death) {}

fn main() {}
