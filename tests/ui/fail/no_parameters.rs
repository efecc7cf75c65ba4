use auraxis::prelude::*;

#[trigger(Death)]
async fn on_death() {}

fn main() {}
