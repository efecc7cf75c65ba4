use auraxis::prelude::*;

#[trigger(Death, condition = async { true })]
async fn on_death(_: Death) {}

fn main() {}
