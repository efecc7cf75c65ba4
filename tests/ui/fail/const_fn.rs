use auraxis::prelude::*;

#[trigger(Death)]
const fn on_death(death: Death) {
    std::mem::forget(death);
}

fn main() {}
