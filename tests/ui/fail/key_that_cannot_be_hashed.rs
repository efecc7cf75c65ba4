use auraxis::prelude::*;

#[trigger(ContinentLock, key = |lock| lock.vs_population)]
async fn on_lock(_: ContinentLock) {}

fn main() {}
