use auraxis::prelude::*;

#[trigger(ContinentLock, characters = [CharacterId(5)])]
async fn on_lock(_: ContinentLock) {}

fn main() {}
