use auraxis::prelude::*;

#[trigger(Death)]
fn on_death(_: Death) -> bool {
    true
}

fn main() {}
