use auraxis::prelude::*;

fn worlds() -> Vec<WorldId> {
    vec![WorldId::SOLTECH]
}

#[trigger(Death, worlds = worlds)]
async fn on_death(_: Death) {}

fn main() {}
