use auraxis::prelude::*;

#[trigger(Death, condition = { let mut deaths = 0; move |_: &Death| { deaths += 1; deaths > 3 } })]
async fn on_death(_: Death) {}

fn main() {}
