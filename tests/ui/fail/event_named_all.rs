use auraxis::prelude::*;

#[trigger("all")]
async fn on_event(_: UnknownEvent) {}

fn main() {}
