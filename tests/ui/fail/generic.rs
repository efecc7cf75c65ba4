use auraxis::prelude::*;

#[trigger(Death)]
async fn on_death<T>(_: Death) {}

fn main() {}
