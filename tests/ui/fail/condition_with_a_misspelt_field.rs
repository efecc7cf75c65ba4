use auraxis::prelude::*;

#[trigger(Death, condition = |d| d.is_headshut)]
async fn on_death(_: Death) {}

fn main() {}
