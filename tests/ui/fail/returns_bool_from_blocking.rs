use auraxis::prelude::*;

#[trigger(Death, blocking)]
fn on_death(_: Death) -> bool {
    true
}

fn main() {}
