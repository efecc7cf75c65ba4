use auraxis::prelude::*;

#[trigger(ContinentUnlock)]
async fn on_unlock(_: ContinentUnlock) {}

fn main() {}
