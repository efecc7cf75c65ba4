use auraxis::prelude::*;

#[trigger(Death)]
async fn on_death(_: Death) -> bool {
    true
}

fn main() {}
