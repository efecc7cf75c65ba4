use auraxis::prelude::*;

#[trigger]
async fn on_event(_: Event) {}

fn main() {}
