use auraxis::prelude::*;

#[trigger(Death, worlds = [WorldId::SOLTEC])]
async fn on_death(_: Death) {}

fn main() {}
