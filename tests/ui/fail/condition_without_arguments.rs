use auraxis::prelude::*;

fn is_open() -> bool {
    true
}

#[trigger(Death, condition = is_open)]
async fn on_death(_: Death) {}

fn main() {}
