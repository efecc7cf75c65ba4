use auraxis::prelude::*;

#[trigger(Death, check = is_enemy)]
fn on_death(_: Death) {}

fn is_enemy(_: &Death) -> bool {
    true
}

fn main() {}
